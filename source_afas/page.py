"""A page of rows: AFAS's answer to /connectors/{id}, from bytes to lines.

Rows leave as AFAS wrote them: a decimal never becomes a float. So the text of a page is kept and only cut. One pass
over it by pydantic's parser, which the CDK brings along, makes sure that it is a page, in a third of the time that it
takes to make objects of it. (It lets NaN and Infinity pass for numbers, which AFAS does not write.) A page that is not
written as today's AFAS writes one, on one line and with valid numbers, is written anew from exact decimals.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from pydantic_core import SchemaValidator, ValidationError, core_schema

from source_afas.exact_json import dumps

_BEGIN = re.compile(rb'\s*\{"skip":-?[0-9]+,"take":(-?[0-9]{1,9}),"rows":\[')
_END = re.compile(rb"\]\}\s*$")

_BARE_POINT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|(?<![0-9])\.[0-9]')
"""A text, to be passed over, or a decimal point without a digit before it, as Profit 6 and older write `-.5`."""


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
        row: dict[str, Any] = _parse(self._text_of(position))
        return row

    def _text_of(self, position: int) -> bytes:
        position += self.number if position < 0 else 0
        if not 0 <= position < self.number:
            raise IndexError(position)
        if position not in self._found:
            end = self._end(position)
            before = self.text.rfind(self.between, 0, end) if position else -1
            self._found[position] = before + self.between.index(b"{") if before >= 0 else 0, end
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
        return Page(number, self.text[: self._end(number - 1)] if number else b"", self.between, self.take)

    def exact(self) -> list[dict[str, Any]]:
        """Return all rows, with exact decimals."""
        begin = self.between[self.between.index(b"{") :]
        rows: list[dict[str, Any]] = _parse(b"[" + self.text.replace(self.between, b"}," + begin) + b"]")
        return rows

    def lines(self, before: bytes, after: bytes) -> list[bytes]:
        """Return the rows' text with something before and after each row, in pieces."""
        if not self.number:
            return []
        begin = self.between[self.between.index(b"{") :]
        return [before, self.text.replace(self.between, b"}" + after + before + begin), after]


def read_page(body: bytes, date_fields: Sequence[str], columns: Sequence[str] = ()) -> Page:
    """Return the rows of an answer; `columns` names fields to look at, which costs a fifth more each.

    Raises `ValueError` where the body is not a page.
    """
    dates, names = tuple(date_fields), tuple(columns)
    page = _as_written(body, dates, names)
    if page is None:
        body = _BARE_POINT.sub(lambda m: m[0] if m[0].startswith(b'"') else b"0" + m[0], body)
        page = _as_written(body, dates, names)
    return _written_anew(body, dates, names) if page is None else page


def _as_written(body: bytes, date_fields: tuple[str, ...], columns: tuple[str, ...]) -> Page | None:
    begin, end = _BEGIN.match(body), _END.search(body, max(0, len(body) - 20))
    if not begin or not end:
        return None
    try:
        rows = _rows_with(columns).validate_json(body)["rows"]
    except ValidationError:
        return None
    text = body[begin.end() : end.start()]
    # A quote within a text has a backslash before it: no text holds the begin of a row.
    between = b"}," + text[: text.find(b":") + 1]
    if b"\n" in text or text.count(between) != max(0, len(rows) - 1) or not _ROW.match(text):
        return None
    if rows and date_fields:
        if not all(dumps(name) + b":" in text for name in date_fields):
            return None  # a name written with escapes, say
        text = _false_z(date_fields).sub(b"", text)
    return Page(len(rows), text, between, int(begin[1]), rows if columns else ())


_ROW = re.compile(rb'\{"[^\s,:}\]"\\]|$')
"""How a row begins whose first name cannot be taken for what stands behind the end of a text."""


@lru_cache(maxsize=1000)
def _rows_with(columns: tuple[str, ...]) -> SchemaValidator:
    """Return the parser of pages that makes objects of nothing but some fields."""
    anything = core_schema.typed_dict_field(core_schema.any_schema(), required=False)
    row = core_schema.typed_dict_schema(dict.fromkeys(columns, anything), extra_behavior="ignore")
    rows = core_schema.typed_dict_field(core_schema.list_schema(row))
    page = {"skip": anything, "take": anything, "rows": rows}
    return SchemaValidator(core_schema.typed_dict_schema(page, extra_behavior="forbid"))


@lru_cache(maxsize=1000)
def _false_z(date_fields: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return what finds the `Z` behind the times of date fields, and none that belongs to a text.

    It looks from each `Z"` back to the field's name, whose quotes no text can hold.
    """
    lengths = (19, *range(21, 28))  # whole seconds; fractions, of which AFAS has sent none so far
    behind = (
        rb'(?<=[,{]%s:"[0-9T:.-]{%d}Z)' % (re.escape(dumps(name)), length) for length in lengths for name in date_fields
    )
    return re.compile(rb'Z(?=")(?:' + b"|".join(behind) + b")")


def _written_anew(body: bytes, date_fields: Sequence[str], columns: Sequence[str]) -> Page:
    whole = _parse(body)
    rows = _rows(whole)
    for name in date_fields:
        for row in rows:
            if isinstance(row.get(name), str):
                row[name] = row[name].removesuffix("Z")
    try:
        text = _ON_LINES.join(map(dumps, rows))
    except TypeError:
        # Half of a character that takes two, as a column that is too short leaves behind, is no text.
        rows = [{_whole(name): _whole(value) for name, value in row.items()} for row in rows]
        text = _ON_LINES.join(map(dumps, rows))
    take = whole.get("take")
    looked_at = [{name: row.get(name) for name in columns} for row in rows] if columns else ()
    return Page(len(rows), text, b"}" + _ON_LINES + b"{", take if isinstance(take, int) else None, looked_at)


_ON_LINES = b"\n"
"""What stands between two rows that were written anew. A line end never stands within one."""


def _rows(page: Any) -> list[dict[str, Any]]:
    rows = page.get("rows") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no page")
    return rows


def _whole(value: Any) -> Any:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal, parse_int=_integer)
    except RecursionError:
        raise ValueError("lists within lists, too deep for a page") from None


def _integer(digits: str) -> int | Decimal:
    # What is beyond 64 bits would not leave as JSON.
    return int(digits) if len(digits) < 19 else Decimal(digits)
