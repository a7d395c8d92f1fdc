"""A page of rows: AFAS's answer to /connectors/{id}, from bytes to lines.

Rows leave as AFAS wrote them: a decimal never becomes a float. So the text of a page is kept and only cut, and its rows
are made into objects once, to look at them and to be sure that the page is sound. A page that is not written as today's
AFAS writes one, on one line and with valid numbers, is written anew from exact decimals; the rest goes the same way.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from source_afas.exact_json import dumps

_BEGIN = b'"rows":['
_BETWEEN = b"},{"
_BETWEEN_WRITTEN_ANEW = b"}\n{"
"""What stands between two rows. A line end never stands within one."""

_BARE_POINT = re.compile(rb'"(?:[^"\\]|\\.)*"|(?<![0-9])\.[0-9]')
"""A text, to be passed over, or a decimal point without a digit before it, as Profit 6 and older write `-.5`."""


@dataclass(frozen=True)
class Page:
    """Rows of a GetConnector, in AFAS's order."""

    number: int
    text: bytes
    """The rows as JSON, digit for digit, dates without AFAS's false `Z`; `between` stands between two of them."""
    between: bytes
    rows: Sequence[Mapping[str, Any]] = ()
    """The rows, to look at and not to pass on: their decimals may be floats. They take ten times the text's memory, so
    a page that has been looked at does without."""

    def __len__(self) -> int:
        return self.number

    def first(self, number: int) -> "Page":
        """Return the page's first rows, as text alone."""
        end = len(self.text)
        for _ in range(len(self) - number):
            end = self.text.rfind(self.between, 0, end) + 1
        return Page(number, self.text[:end] if number else b"", self.between)

    def exact(self) -> list[dict[str, Any]]:
        """Return the rows with exact decimals."""
        rows: list[dict[str, Any]] = _parse(b"[" + self.text.replace(self.between, _BETWEEN) + b"]")
        return rows

    def exact_row(self, position: int) -> dict[str, Any]:
        """Return one row with exact decimals."""
        before = self.first(position).text
        start = len(before) + len(self.between) - 2 if position else 0
        end = self.text.find(self.between, start)
        row: dict[str, Any] = _parse(self.text[start : end + 1 if end >= 0 else None])
        return row

    def lines(self, before: bytes, after: bytes) -> bytes:
        """Return the rows' text with something before and after each row."""
        if not self.number:
            return b""
        return before + self.text.replace(self.between, b"}" + after + before + b"{") + after


def read_page(body: bytes, date_fields: Sequence[str]) -> Page:
    """Return the rows of an answer. Raises `ValueError` where the body is not a page."""
    return _as_written(body, date_fields) or _written_anew(body, date_fields)


def _as_written(body: bytes, date_fields: Sequence[str]) -> Page | None:
    try:
        rows = _rows(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None
    begin = body.find(_BEGIN)
    text = body[begin + len(_BEGIN) : body.rfind(b"]")]
    if begin < 0 or b"\n" in text or text.count(_BETWEEN) != max(0, len(rows) - 1):
        return None
    # As many texts end in Z as there are times, which all do: then the texts are the times.
    times = _without_z(rows, date_fields)
    if times != text.count(b'Z",') + text.count(b'Z"}'):
        return None
    return Page(len(rows), text.replace(b'Z",', b'",').replace(b'Z"}', b'"}'), _BETWEEN, rows)


def _without_z(rows: list[dict[str, Any]], date_fields: Sequence[str]) -> int | None:
    """Take the `Z` off the times; return how many there are, None where one has none."""
    times, all_have_it = 0, True
    for field in date_fields:
        for row in rows:
            value = row.get(field)
            if value is not None:
                times += 1
                if isinstance(value, str) and value.endswith("Z"):
                    row[field] = value[:-1]
                else:
                    all_have_it = False
    return times if all_have_it else None


def _written_anew(body: bytes, date_fields: Sequence[str]) -> Page:
    rows = _rows(_parse(body))
    _without_z(rows, date_fields)
    try:
        text = b"\n".join(map(dumps, rows))
    except TypeError:
        # Half of a character that takes two, as a column that is too short leaves behind, is no text.
        rows = [{_whole(name): _whole(value) for name, value in row.items()} for row in rows]
        text = b"\n".join(map(dumps, rows))
    return Page(len(rows), text, _BETWEEN_WRITTEN_ANEW, rows)


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
    except ValueError:
        mended = _BARE_POINT.sub(lambda m: m[0] if m[0].startswith(b'"') else b"0" + m[0], body)
        return json.loads(mended, parse_float=Decimal, parse_int=_integer)


def _integer(digits: str) -> int | Decimal:
    # What is beyond 64 bits would not leave as JSON.
    return int(digits) if len(digits) < 19 else Decimal(digits)
