"""The values of rows, put right: times without AFAS's false `Z`, ids and types as metainfo has them.

AFAS writes 2026-01-31T09:00:00Z and means nine o'clock in Amsterdam. Mostly that is all there is to do, and it is done
to the text of a page at once. What AFAS writes otherwise than it is known to goes through exact values, row by row.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter, methodcaller
from typing import Any
from zoneinfo import ZoneInfo

from source_afas.afas.exact_json import dumps, loads
from source_afas.afas.metainfo import Field

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_DAY = re.compile(_TIME.pattern.partition(b"T")[0] + b"T")
_LENGTH_OF_A_TIME = len("2026-01-31T09:00:00")
_WITH_OFFSET = re.compile(_TIME.pattern.decode() + r"[+-][0-9]{2}:?[0-9]{2}")

_SPACE = re.compile(rb'": |" :|, "|[0-9el] ,|" ,')
"""A space between the parts of a row. A text may look like that: its page is written anew, which takes longer."""

_BARE_POINT = re.compile(rb"[:,\[-]\.[0-9]")
"""A decimal point without a digit before it, as Profit 6 and older write `-.5`; texts may look like that, too."""

_OPENS = methodcaller("startswith", b"{")

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}

LOOKED_AT = 8
"""Rows of a page whose types are compared with metainfo's."""


def to_the_second(value: Any) -> str:
    """Return a time as AFAS shows it, without fractions; an empty text for no value."""
    return str(value or "")[:_LENGTH_OF_A_TIME]


class Values:
    """Puts the values of one GetConnector's rows right."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._types = {field.id: field.data_type for field in fields}
        self._ids = {field.id.casefold(): field.id for field in fields}
        self._dates = tuple(dumps(field.id) for field in fields if field.data_type == "date")
        self.doubts: dict[str, str] = {}
        """By field: a value that is not of its type, and cannot be made so for certain."""

    def texts(self, rows: Sequence[Any]) -> list[bytes]:
        """Return rows, given as JSON, each on one line. Raises `ValueError` if they are no rows."""
        if not rows:
            return []
        text = b"\n".join(rows)
        if text.count(b"\n") != len(rows) - 1 or b"\r" in text:
            text = b"\n".join(dumps(_row(loads(bytes(row)))) for row in rows)
        text = self._with_ids_of_metainfo(text, text[: text.find(b"\n")] if len(rows) > 1 else text)
        if self._as_expected(text, len(rows)):
            lines = _without_false_z(text, self._dates).split(b"\n") if self._dates else text.split(b"\n")
        else:
            lines = [dumps(self._put_right(_row(loads(line)))) for line in text.split(b"\n")]
        if not all(map(_OPENS, lines)):
            raise ValueError("rows that are no objects")
        return lines

    def _with_ids_of_metainfo(self, text: bytes, first: bytes) -> bytes:
        """Return the rows with ids in the case that metainfo has them in.

        Within a JSON text every quote has a backslash before it, so a name and its colon stand at no other place.
        """
        names = _row(loads(first)).keys()
        for name in names - self._types.keys():
            known = self._ids.get(name.casefold())
            if known and known not in names:
                text = text.replace(dumps(name) + b":", dumps(known) + b":")
        return text

    def _as_expected(self, text: bytes, number: int) -> bool:
        """Return whether the rows are written as today's AFAS writes them, with values of metainfo's types."""
        lines = [*text.split(b"\n", LOOKED_AT)[:LOOKED_AT], text[text.rfind(b"\n") + 1 :]]
        if not all(self._are_of_their_types(_row(loads(line))) for line in lines):
            return False
        if not self._dates:
            return True
        # Escapes in a name, a space after it, or an object within a row hide a time, or look like one.
        return (
            all(name + b":" in text for name in self._dates)
            and not _SPACE.search(lines[0])
            and (text.count(b"{") == number or text.count(b'{"') == number)
        )

    def _are_of_their_types(self, row: Mapping[str, Any]) -> bool:
        return all(_is_of(self._types.get(name, ""), value) for name, value in row.items())

    def _put_right(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(name, value) for name, value in row.items()}

    def _value(self, name: str, value: Any) -> Any:
        data_type = self._types.get(name, "")
        right = _converted(data_type, value)
        if not _is_of(data_type, right):
            self.doubts.setdefault(name, str(value)[:40])
        return right


def _row(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no row")
    return value


def _is_of(data_type: str, value: Any) -> bool:
    """Return whether a value is of a data type as AFAS writes it; whatever it is for a type that is not known."""
    if value is None:
        return True
    match data_type:
        case "int":
            return (isinstance(value, int) and not isinstance(value, bool)) or (
                isinstance(value, Decimal) and value.as_tuple().exponent == 0
            )
        case "decimal":
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _TIME.fullmatch(value.removesuffix("Z").encode()) is not None
        case "string" | "blob":
            return isinstance(value, str)
    return True


def _is_whole(value: int | Decimal) -> bool:
    return isinstance(value, int) or (abs(value.adjusted()) < 1000 and value == value.to_integral_value())


def _converted(data_type: str, value: Any) -> Any:
    """Return a value in its type, where that is exact and certain; else as it is."""
    if value is None or isinstance(value, list | dict):
        return value
    text = value if isinstance(value, str) else dumps(value).decode()
    match data_type:
        case "int" if _NUMBER.fullmatch(text) and _is_whole(Decimal(text)):
            return loads(f"{Decimal(text):.0f}")
        case "decimal" if _NUMBER.fullmatch(text):
            return Decimal(text)
        case "boolean":
            return _BOOLEANS.get(text.lower(), value)
        case "date" if _TIME.fullmatch(text.removesuffix("Z").encode()):
            return text.removesuffix("Z")
        case "date" if _TIME.fullmatch(text.replace(" ", "T", 1).encode()):
            return text.replace(" ", "T", 1)
        case "date" if _WITH_OFFSET.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(AMSTERDAM).replace(tzinfo=None).isoformat()
        case "string" | "blob":
            return text
    return value


def _without_false_z(text: bytes, date_names: tuple[bytes, ...]) -> bytes:
    """Take the `Z` off the times of date fields, and leave it to texts that end in one.

    The text is cut at each `Z"`. What stands before a cut is a time if a date field's name stands before that, whose
    quotes no text can hold. Mostly all are, which is soon seen.
    """
    *pieces, end = text.split(b'Z"')
    names = tuple(name + b':"' for name in date_names)
    longest = max(map(len, names))
    names_before = set(map(itemgetter(slice(-_LENGTH_OF_A_TIME - longest, -_LENGTH_OF_A_TIME)), pieces))
    days = set(map(itemgetter(slice(-_LENGTH_OF_A_TIME, -len("09:00:00"))), pieces))
    if all(name.endswith(names) for name in names_before) and all(map(_DAY.fullmatch, days)):
        return b'"'.join([*pieces, end])
    return b"".join(piece + (b'"' if _is_time(piece, set(date_names)) else b'Z"') for piece in pieces) + end


def _is_time(piece: bytes, names: set[bytes]) -> bool:
    """Return whether what ends here is the value of one of the fields, and a time."""
    at = piece.rfind(b'":"')
    name = piece[piece.rfind(b'"', 0, at) : at + 1]
    return name in names and _TIME.fullmatch(piece, at + 3) is not None


def mended(body: bytes) -> bytes:
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
