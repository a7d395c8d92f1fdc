"""A page of rows: AFAS's answer to /connectors/{id}, from bytes to lines.

Rows leave as AFAS wrote them: a decimal never becomes a float. So the text of a page is kept and only cut. One pass
over it by pydantic's parser, which the CDK brings along, makes sure that it is a page, in a third of the time that it
takes to make objects of it. (It lets NaN and Infinity pass for numbers, which AFAS does not write.) A page that is not
written as today's AFAS writes one, on one line and with valid numbers, is written anew from exact decimals.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from pydantic_core import SchemaValidator, ValidationError, core_schema

from source_afas.afas.exact_json import dumps, loads, whole

_BEGIN = re.compile(rb'\s*\{"skip":-?[0-9]+,"take":(-?[0-9]{1,9}),"rows":\[')
_END = re.compile(rb"\]\}\s*$")

_BARE_POINT = re.compile(rb"[:,\[-]\.[0-9]")
"""A decimal point without a digit before it, as Profit 6 and older write `-.5`; texts may look like that, too."""

_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_DAY = re.compile(_TIME.pattern.partition(b"T")[0] + b"T")
_LENGTH_OF_A_TIME = len("2026-01-31T09:00:00")


Row = Mapping[str, Any]
"""A row of a GetConnector: its values by field id."""


@dataclass(frozen=True)
class Page(Sequence[Mapping[str, Any]]):
    """Rows of a GetConnector, in AFAS's order; as a sequence they are for looking at: their decimals may be floats."""

    number: int
    text: bytes
    """The rows as JSON, digit for digit, dates without AFAS's false `Z`; `between` stands between two of them."""
    between: bytes
    """The end of a row and the begin of the next one."""
    take: int | None = None
    """The rows that AFAS says it was asked for."""
    columns: Sequence[Mapping[str, Any]] = ()
    """The fields that were asked for, row by row, as AFAS sent them."""
    _found: dict[int, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)
    """Where rows that have been looked at begin and end."""

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, position: Any) -> Any:
        """Return one row. Made for looking at the first, and at the last ones, one after the other from the end."""
        try:
            return orjson.loads(self._text_of(position))
        except orjson.JSONDecodeError:
            return self.exact_row(position)  # a number that no float can hold

    def exact_row(self, position: int) -> dict[str, Any]:
        """Return one row with exact decimals."""
        row: dict[str, Any] = loads(self._text_of(position))
        return row

    def _text_of(self, position: int) -> bytes:
        position += self.number if position < 0 else 0
        if not 0 <= position < self.number:
            raise IndexError(position)
        if position not in self._found:
            end = self._end(position)
            cut = self.text.rfind(self.between, 0, end) if position else -1
            self._found[position] = cut + self.between.index(b"{") if cut >= 0 else 0, end
        return self.text[slice(*self._found[position])]

    def _end(self, position: int) -> int:
        """Return where a row ends."""
        if position == 0:
            end = self.text.find(self.between)
            return end + 1 if end >= 0 else len(self.text)
        if position + 1 in self._found:
            return self._found[position + 1][0] - self.between.index(b"{") + 1
        end = len(self.text)
        for _ in range(self.number - 1 - position):
            end = self.text.rfind(self.between, 0, end) + 1
        return end

    def first(self, number: int) -> "Page":
        """Return the page's first rows."""
        if number == self.number:
            return self
        text = self.text[: self._end(number - 1)] if number else b""
        return Page(number, text, self.between, self.take, self.columns[:number])

    def with_fields(self, fields: Mapping[str, Any]) -> "Page":
        """Return the page with more fields at the begin of each row."""
        if not fields or not self.number:
            return self
        if b"{}" in self.text:  # maybe a row without fields, behind whose begin no comma may stand
            return replace(page_of([{**fields, **row} for row in self.exact()], self.take), columns=self.columns)
        at = self.between.index(b"{")
        more = dumps(fields)[:-1] + b","
        between = self.between[:at] + more + self.between[at + 1 :]
        return Page(self.number, more + self.text[1:].replace(self.between, between), between, self.take, self.columns)

    def exact(self) -> list[dict[str, Any]]:
        """Return all rows, with exact decimals."""
        if not self.number:
            return []
        begin = self.between[self.between.index(b"{") :]
        rows: list[dict[str, Any]] = loads(b"[" + self.text.replace(self.between, b"}," + begin) + b"]")
        return rows

    def lines(self, prefix: bytes, suffix: bytes) -> list[bytes]:
        """Return the rows' text with a prefix and a suffix for each row, in pieces."""
        if not self.number:
            return []
        begin = self.between[self.between.index(b"{") :]
        return [prefix, self.text.replace(self.between, b"}" + suffix + prefix + begin), suffix]


def page_of(rows: Sequence[Mapping[str, Any]], take: int | None = None) -> Page:
    """Return a page of rows, with exact decimals. Raises `ValueError` where they cannot be written."""
    try:
        text = _ON_LINES.join(map(dumps, rows))
    except TypeError:
        raise ValueError("lists within lists, too deep for a page") from None
    return Page(len(rows), text, b"}" + _ON_LINES + b"{", take)


def read_page(body: bytes, date_fields: Sequence[str], columns: Sequence[str] = ()) -> Page:
    """Return the rows of an answer; `columns` names fields to look at, which costs a fifth more each.

    Raises `ValueError` where the body is not a page.
    """
    dates, names = tuple(date_fields), tuple(columns)
    page = _as_written(body, dates, names)
    if page is None:
        body = _mended(body)
        page = _as_written(body, dates, names)
    if page is None:
        return _written_anew(body, dates, names)
    for position in (0, -1) if page else ():
        page.exact_row(position)  # a number that no decimal can hold is none of AFAS's
    return page


def _as_written(body: bytes, date_fields: tuple[str, ...], columns: tuple[str, ...]) -> Page | None:
    begin, end = _BEGIN.match(body), _END.search(body, max(0, len(body) - 20))
    if not begin or not end:
        return None
    try:
        rows = _rows_with(columns).validate_json(body)["rows"]
    except ValidationError:
        return None
    text = body[begin.end() : end.start()]
    # A quote within a text has a backslash before it: no text holds the begin of a row. Nor does an object within a
    # row, where there are as many objects as rows.
    between = b"}," + text[: text.find(b":") + 1]
    if (
        b"\n" in text
        or b"\r" in text
        or text.count(between) != max(0, len(rows) - 1)
        or (text.count(b"{") != len(rows) and text.count(b'{"') != len(rows))
        or not (_ROW.match(text) and text.endswith(b"}"))
    ):
        return None if rows else Page(0, b"", between, int(begin[1]))
    if date_fields:
        # A name that is written with escapes, or a page that is written with spaces, hides its times.
        first = text.partition(between)[0] if len(rows) > 1 else text
        if not all(dumps(name) + b":" in text for name in date_fields) or _SPACE.search(first):
            return None
        text = _without_false_z(text, date_fields)
    return Page(len(rows), text, between, int(begin[1]), rows if columns else ())


_ROW = re.compile(rb'\{"[^\s,:}\]"\\]')
"""How a row begins whose first name cannot be taken for what stands behind the end of a text."""

_SPACE = re.compile(rb'": |" :|, "|[0-9el] ,|" ,')
"""A space between the parts of a row. A text may look like that: its page is written anew, which takes longer."""


@lru_cache(maxsize=1000)
def _rows_with(columns: tuple[str, ...]) -> SchemaValidator:
    """Return the parser of pages that makes objects of nothing but some fields."""
    anything = core_schema.typed_dict_field(core_schema.any_schema(), required=False)
    row = core_schema.typed_dict_schema(dict.fromkeys(columns, anything), extra_behavior="ignore")
    rows = core_schema.typed_dict_field(core_schema.list_schema(row))
    number = core_schema.typed_dict_field(core_schema.int_schema())
    page = {"skip": number, "take": number, "rows": rows}
    return SchemaValidator(core_schema.typed_dict_schema(page, extra_behavior="forbid"))


def _without_false_z(text: bytes, date_fields: tuple[str, ...]) -> bytes:
    """Take the `Z` off the times of date fields, and leave it to texts that end in one.

    The text is cut at each `Z"`. What stands before a cut is a time where a date field's name stands before that, whose
    quotes no text can hold. Mostly all are, which is soon seen.
    """
    *pieces, end = text.split(b'Z"')
    names = tuple(dumps(name) + b':"' for name in date_fields)
    longest = max(map(len, names))
    names_before = set(map(itemgetter(slice(-_LENGTH_OF_A_TIME - longest, -_LENGTH_OF_A_TIME)), pieces))
    days = set(map(itemgetter(slice(-_LENGTH_OF_A_TIME, -len("09:00:00"))), pieces))
    if all(name.endswith(names) for name in names_before) and all(map(_DAY.fullmatch, days)):
        return b'"'.join([*pieces, end])
    known = {name.removesuffix(b':"') for name in names}
    return b"".join(piece + (b'"' if _is_time(piece, known) else b'Z"') for piece in pieces) + end


def _is_time(piece: bytes, names: set[bytes]) -> bool:
    """Return whether what ends here is the value of one of the fields, and a time."""
    at = piece.rfind(b'":"')
    name = piece[piece.rfind(b'"', 0, at) : at + 1]
    return name in names and _TIME.fullmatch(piece, at + 3) is not None


def _mended(body: bytes) -> bytes:
    """Put a zero before each decimal point that has no digit there."""
    if not _BARE_POINT.search(body):
        return body
    inside = False

    def mend(found: re.Match[bytes]) -> bytes:
        nonlocal inside
        if found[0] == b'"':
            inside = not inside
        return b"0" + found[0] if found[0][:1] == b"." and not inside else found[0]

    return re.sub(rb'\\.|"|(?<![0-9])\.[0-9]', mend, body, flags=re.DOTALL)


def _written_anew(body: bytes, date_fields: Sequence[str], columns: Sequence[str]) -> Page:
    answer = whole(loads(body))
    rows = _rows(answer)
    for name in date_fields:
        for row in rows:
            value = row.get(name)
            if isinstance(value, str) and value.endswith("Z") and _TIME.fullmatch(value[:-1].encode()):
                row[name] = value[:-1]
    take = answer.get("take")
    looked_at = [{name: row.get(name) for name in columns} for row in rows] if columns else ()
    return replace(page_of(rows, take if isinstance(take, int) else None), columns=looked_at)


_ON_LINES = b"\n"
"""What stands between two rows that were written anew. A line end never stands within one."""


def _rows(page: Any) -> list[dict[str, Any]]:
    rows = page.get("rows") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no page")
    return rows
