"""A page of rows: AFAS's answer to /connectors/{id}, from bytes to lines.

Rows leave as AFAS wrote them: a decimal never becomes a float. So each row stays the text that it came as. msgspec
checks the whole body and cuts it into rows without making objects of them, in a twentieth of the time of objects.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec
import orjson

from source_afas.afas.exact_json import dumps, loads, whole
from source_afas.afas.metainfo import Field
from source_afas.afas.values import Values, mended

Row = Mapping[str, Any]
"""A row of a GetConnector: its values by field id."""


@dataclass(frozen=True)
class Page(Sequence[Row]):
    """Rows of a GetConnector, in AFAS's order; as a sequence they are for looking at: their decimals may be floats."""

    texts: Sequence[bytes]
    """The rows as JSON, each on one line, digit for digit, dates without AFAS's false `Z`."""
    take: int | None = None
    """The rows that AFAS says it was asked for."""
    named: bool = True
    """Whether the answer named its rows: an answer without a word of rows may be a fault as well as an empty page."""

    _columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=dict, compare=False, repr=False)
    """Fields that have been looked at."""

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, position: Any) -> Any:
        """Return one row."""
        try:
            return orjson.loads(self.texts[position])
        except orjson.JSONDecodeError:
            return self.exact_row(position)  # a number that no float can hold

    def exact_row(self, position: int) -> dict[str, Any]:
        """Return one row with exact decimals."""
        row: dict[str, Any] = loads(self.texts[position])
        return row

    def exact(self) -> list[dict[str, Any]]:
        """Return all rows, with exact decimals."""
        return [loads(text) for text in self.texts]

    def columns(self, *fields: str) -> list[tuple[Any, ...]]:
        """Return the values of some fields, row by row, with exact decimals; None where a row lacks one."""
        if fields not in self._columns:
            self._columns[fields] = self._decoded(fields)
        return self._columns[fields]

    def _decoded(self, fields: tuple[str, ...]) -> list[tuple[Any, ...]]:
        if not fields:
            return [()] * len(self)
        try:
            decoder, attributes = _decoder_of(fields)  # a name with a control character has no decoder
            rows = decoder.decode_lines(b"\n".join(self.texts))
        except (ValueError, ArithmeticError, RecursionError):
            return [tuple(row.get(field) for field in fields) for row in self.exact()]
        return (
            list(map(attrgetter(*attributes), rows))
            if len(attributes) > 1
            else [(getattr(row, *attributes),) for row in rows]
        )

    def column(self, field: str) -> list[Any]:
        """Return the values of one field."""
        return [value for (value,) in self.columns(field)]

    def first(self, number: int) -> "Page":
        """Return the page's first rows."""
        return self if number == len(self) else replace(self, texts=self.texts[:number], _columns={})

    def with_fields(self, fields: Row) -> "Page":
        """Return the page with extra fields at the start of every row."""
        if not fields:
            return self
        start = dumps(fields)[:-1]
        return replace(
            self, texts=[start + (b"," if len(text) > 2 else b"") + text[1:] for text in self.texts], _columns={}
        )

    def lines(self, prefix: bytes, suffix: bytes) -> list[bytes]:
        """Return the rows' text with a prefix and a suffix for each row, in pieces."""
        return [prefix, (suffix + prefix).join(self.texts), suffix] if self.texts else []


class SaidInsteadError(Exception):
    """AFAS says something in an answer of rows, as it does where it refuses."""


class PageReader:
    """Reads the pages of one GetConnector."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._values = Values(fields)
        self.unknown: set[str] = set()
        """Parts of answers that are new to this source."""

    def warnings(self) -> Iterator[str]:
        """Yield what was seen in answers that is unlike what is known of AFAS."""
        if self.unknown:
            yield f"AFAS's answers have parts that are new to this source: {', '.join(sorted(self.unknown)[:5])}."
        for name, value in list(self._values.doubts.items()):
            yield f"{name} holds {value!r}, which is not of the type that AFAS's description says; it is passed on."

    def read(self, body: bytes) -> Page:
        """Return the rows of an answer.

        Raises `ValueError` if the body is not a page, `SaidInsteadError` if AFAS refuses in it.
        """
        if not body.strip() or body.strip() == b"[]":
            return Page((), named=False)
        if not body.isascii():
            body.decode()  # msgspec does not look at the bytes within a text
        with suppress(msgspec.DecodeError, RecursionError):
            usual = _USUAL.decode(body)
            return self._page(usual.rows, usual.take)
        answer = _decoded(body)
        if words := answer.keys() & _WORDS:
            raise SaidInsteadError(", ".join(sorted(words)))
        rows = answer.get("rows")
        if rows is None or bytes(rows) in (b"null", b""):
            if not {"skip", "take"} <= answer.keys():
                raise ValueError("no rows")
            return Page((), named=False)
        self.unknown |= answer.keys() - _NAMES
        return self._page(_ROWS.decode(rows), _number(answer.get("take")))

    def _page(self, rows: list[msgspec.Raw], take: int | None) -> Page:
        try:
            return Page(self._values.texts(rows), take)
        except TypeError:
            raise ValueError("lists within lists, too deep for a page") from None


def _number(part: msgspec.Raw | None) -> int | None:
    text = bytes(part).decode() if part is not None else ""
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 10 else None


_NAMES = {"skip", "take", "rows"}
_WORDS = {"externalMessage", "message", "errorNumber", "error", "profitLogReference"}


def page_of(rows: Sequence[Row]) -> Page:
    """Return a page of rows, with exact decimals. Raises `ValueError` if they cannot be written."""
    try:
        return Page([dumps(row) for row in rows])
    except TypeError:
        raise ValueError("lists within lists, too deep for a page") from None


class _Usual(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An answer with the parts that are known, and rows."""

    skip: int
    take: int
    rows: list[msgspec.Raw]


_USUAL = msgspec.json.Decoder(_Usual)
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


def _decoded(body: bytes) -> dict[str, msgspec.Raw]:
    """Return the parts of an answer. Raises `ValueError` if it is no JSON object."""
    with suppress(msgspec.DecodeError, RecursionError):
        return _PARTS.decode(body)
    with suppress(msgspec.DecodeError, RecursionError):
        return _PARTS.decode(mended(body))
    # Half a character, as a column that is too short leaves behind: no text, and for msgspec no JSON.
    answer = whole(loads(mended(body)))
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")
    try:
        return {name: msgspec.Raw(dumps(value)) for name, value in answer.items()}
    except TypeError:
        raise ValueError("lists within lists, too deep for a page") from None


@lru_cache(maxsize=1000)
def _decoder_of(fields: tuple[str, ...]) -> tuple[msgspec.json.Decoder[Any], list[str]]:
    """Return the decoder of rows that makes objects of nothing but some fields, and their attributes in these."""
    names = {f"f{number}": field for number, field in enumerate(dict.fromkeys(fields))}
    row: Any = msgspec.defstruct("LookedAt", [(attribute, Any, None) for attribute in names], rename=names, gc=False)
    attributes = {field: attribute for attribute, field in names.items()}
    return msgspec.json.Decoder(row, float_hook=Decimal), [attributes[field] for field in fields]
