"""The order in which rows are read, and where in it a page may end.

AFAS sorts and compares; what it holds equal, it alone knows. So a page is never continued after its last row but from
the beginning of that row's group: rows that may be equal to it, as far as can be seen from here, are left for the next
page, which asks for `>=`. Nothing between two pages is lost or doubled then, whatever is inserted or deleted elsewhere,
and a key that is not unique loses nothing either.

A time has fractions that AFAS rounds away when it shows it. So a time is never compared for equality: it ends the part
of the order that a page border can use, and the border lies a second before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import dropwhile, takewhile
from typing import Any

from source_afas.afas.errors import transient_error
from source_afas.afas.page import Page, Row
from source_afas.afas.query import OPERATORS, Alternatives, Condition, as_text, plain
from source_afas.reading.get_connector import GetConnector

_LOOKED_BACK = 200
"""Rows at the end of a page that are looked at for an example."""

_SECOND = timedelta(seconds=1)
_EARLIEST = datetime(1, 1, 2)


@dataclass(frozen=True)
class Part:
    """A field that rows are sorted on."""

    field: str
    is_time: bool = False
    is_boolean: bool = False
    is_text: bool = False


@dataclass(frozen=True)
class Border:
    """A place between two rows, in a page or between two slices of a stream."""

    position: int
    """The number of rows before the border, in the page that it was found in."""
    parts: tuple[Part, ...]
    row: Row
    """The row after the border."""

    def __str__(self) -> str:
        return ", ".join(f"{part.field} {self.row.get(part.field)}" for part in self.parts)

    @property
    def after(self) -> Alternatives:
        """What holds for the rows after the border: this row, and what AFAS sorts after it."""
        return tuple(_after(self.parts, self.row))

    @property
    def before(self) -> Alternatives:
        """What holds for the rows before the border: exactly those for which `after` does not."""
        return tuple(_before(self.parts, self.row))


@dataclass(frozen=True)
class Order:
    """The fields that a GetConnector's rows are sorted on."""

    parts: tuple[Part, ...]
    borders: tuple[int, ...]
    """How many of the parts a border may use, in the order of preference."""
    is_total: bool = False
    """Whether every field is in it: rows that it holds equal are the same in all."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The ids to sort on."""
        return tuple(part.field for part in self.parts)

    def refines(self, other: "Order") -> bool:
        """Return whether rows in this order are in the other one too."""
        return self.parts[: len(other.parts)] == other.parts

    def last_borders(self, rows: Sequence[Row], preceding: Row | None = None) -> Iterator[Border]:
        """Yield the last border in a page for each choice of parts, the preferred one first.

        There is none where all rows may be of one group. `preceding` is the row before the page, if there is one: a
        border may then lie before the page's first row.
        """
        for used in self.borders:
            parts = self.parts[:used]
            for position in range(len(rows) - 1, -1, -1):
                previous = rows[position - 1] if position else preceding
                if previous is not None and _surely_before(parts, previous, rows[position]):
                    yield Border(position, parts, rows[position])
                    break

    def border_among(self, rows: Sequence[Row]) -> Border | None:
        """Return the first border between some rows that follow each other, by the fewest parts that make one."""
        for used in sorted(self.borders):
            for position in range(1, len(rows)):
                if _surely_before(self.parts[:used], rows[position - 1], rows[position]):
                    return Border(position, self.parts[:used], rows[position])
        return None

    def same(self, row: Row, other: Row) -> bool:
        """Return whether two rows have the same values in all parts."""
        return all(
            row.get(part.field) == other.get(part.field)
            or (is_empty(row.get(part.field)) and is_empty(other.get(part.field)))
            for part in self.parts
        )

    def example_of(self, border: Border, page: Sequence[Row]) -> int | None:
        """Return the position of a border like another, just before the first field changes; None if none is near."""
        first = border.parts[0].field
        for position in range(len(page) - 2, max(0, len(page) - _LOOKED_BACK), -1):
            changes = _folded(page[position].get(first)) != _folded(page[position + 1].get(first))
            if changes and _surely_before(border.parts, page[position - 1], page[position]):
                return position
        return None

    def with_fewer_fields(self) -> Iterator["Order"]:
        """Yield orders of fewer fields, for an AFAS that refuses to sort on some, or on so many."""
        simple = tuple(part for part in self.parts if not (part.is_time or part.is_boolean))
        choices = (simple, tuple(part for part in simple if part.is_text), self.parts[:3], self.parts[:1])
        for parts in dict.fromkeys(choice for choice in choices if choice and choice != self.parts):
            yield Order(parts, tuple(range(min(_comparable(parts), 6), 0, -1)))

    def is_kept_by(self, page: Page) -> bool:
        """Return whether the rows of a page stand in this order, as far as can be told: AFAS alone compares texts."""
        leading = list(takewhile(lambda part: not part.is_text, self.parts))
        if not leading:
            return _empty_come_first(page.column(self.parts[0].field)) if self.parts else True
        rows = page.columns(*(part.field for part in leading))
        try:
            return rows == sorted(rows)
        except TypeError:
            return _in_order(rows)


def order_of(get_connector: GetConnector) -> Order:
    """Return the order to read a GetConnector in: its key, else all fields that sort well. Times stand last."""
    if not get_connector.primary_key:
        return total_order(get_connector)
    parts = _parts(get_connector, get_connector.primary_key)
    return Order(parts, tuple(range(_comparable(parts), 0, -1)))


def total_order(get_connector: GetConnector) -> Order:
    """Return an order of as many fields as one request can name, the key first.

    AFAS fails on sorting by an id with a dot in it, and blobs cannot be sorted; integers sort fastest.
    """
    speed = {"int": 0, "decimal": 2, "boolean": 3}
    by_speed = sorted(
        (field for field in get_connector.fields if field.data_type != "blob"),
        key=lambda field: speed.get(field.data_type, 1),
    )
    sortable = [field.id for field in by_speed if not set(".,") & set(field.id)]
    every = [field.id for field in get_connector.fields]
    fields = list(dict.fromkeys([*get_connector.primary_key, *sortable])) or every[:1]
    # Half of the query string is left to the filters.
    while len(",".join(fields)) > 900 and len(fields) > max(1, len(get_connector.primary_key)):
        fields.pop()
    parts = _parts(get_connector, fields)
    # The fewer parts a border uses, the shorter the request; a handful is as much as one can carry.
    return Order(parts, tuple(range(1, min(_comparable(parts), 6) + 1)), is_total=set(fields) == set(every))


def _parts(get_connector: GetConnector, fields: Iterable[str]) -> tuple[Part, ...]:
    """Return fields as parts of an order: what can be compared for equality, then times, then what has two values."""
    types = {field: get_connector.data_type(field) for field in fields}
    last = {"date": 1, "boolean": 2}
    # Sorting keeps the sequence of the others, so the whole order begins as the key's does, but for a time in the key.
    return tuple(
        Part(field, types[field] == "date", types[field] == "boolean", types[field] not in _COMPARED_HERE)
        for field in sorted(types, key=lambda field: last.get(types[field] or "", 0))
    )


_COMPARED_HERE = {"int", "decimal", "date", "boolean"}
"""Data types whose order is the same here as in AFAS."""


def _comparable(parts: Sequence[Part]) -> int:
    """Return how many parts a border may use: up to and including the first time, and no booleans."""
    for number, part in enumerate(parts, 1):
        if part.is_boolean:
            return number - 1
        if part.is_time:
            return number
    return len(parts)


def _surely_before(parts: Sequence[Part], row: Row, other: Row) -> bool:
    """Tell whether AFAS, which sorted a row before the other one, surely does not hold them equal."""
    return any(_are_apart(part, row.get(part.field), other.get(part.field)) for part in parts)


def _are_apart(part: Part, value: Any, other: Any) -> bool:
    if is_empty(value) or is_empty(other):
        # AFAS sorts empty values first. Where it did not, a border could not be told.
        return is_empty(value) and not is_empty(other)
    if part.is_time:
        moment, later = _moment(value), _moment(other)
        # Stored times lie within half a second of the shown ones.
        return moment is not None and later is not None and later >= _EARLIEST and later - moment > _SECOND
    return bool(_folded(value) != _folded(other))


def is_empty(value: Any) -> bool:
    """Return whether a value is one that AFAS's `is_empty` finds: a text without characters is empty, too."""
    return value is None or value == ""


def _empty_come_first(values: Sequence[Any]) -> bool:
    return not any(map(is_empty, dropwhile(is_empty, values)))


def _in_order(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Return whether rows with empty values stand in order. Values of kinds that do not compare say nothing."""
    keys = [tuple((not is_empty(value), 0 if is_empty(value) else value) for value in row) for row in rows]
    try:
        return keys == sorted(keys)
    except TypeError:
        return True


def _folded(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _after(parts: Sequence[Part], row: Row) -> Iterator[tuple[Condition, ...]]:
    equal: tuple[Condition, ...] = ()
    for number, part in enumerate(parts, 1):
        value, last = row.get(part.field), number == len(parts)
        if is_empty(value):
            yield equal if last else (*equal, Condition(part.field, OPERATORS["is_not_empty"], ""))
            equal = (*equal, Condition(part.field, OPERATORS["is_empty"], ""))
        elif part.is_time:
            earlier = _second_before(value)
            yield (*equal, Condition(part.field, OPERATORS[">="], earlier) if earlier else _not_empty(part))
        else:
            yield (*equal, Condition(part.field, OPERATORS[">=" if last else ">"], as_text(value)))
            equal = (*equal, Condition(part.field, OPERATORS["="], as_text(value)))


def _before(parts: Sequence[Part], row: Row) -> Iterator[tuple[Condition, ...]]:
    equal: tuple[Condition, ...] = ()
    for part in parts:
        value = row.get(part.field)
        if is_empty(value):
            equal = (*equal, Condition(part.field, OPERATORS["is_empty"], ""))
            continue
        text = _second_before(value) if part.is_time else as_text(value)
        if text:
            yield (*equal, Condition(part.field, OPERATORS["<"], text))
        yield (*equal, Condition(part.field, OPERATORS["is_empty"], ""))
        equal = (*equal, Condition(part.field, OPERATORS["="], text or ""))


def _not_empty(part: Part) -> Condition:
    return Condition(part.field, OPERATORS["is_not_empty"], "")


def _second_before(value: Any) -> str | None:
    """Return the second before a time; None where there is none, on the calendar's first day."""
    moment = _moment(value)
    if moment is None:
        raise transient_error(
            f"AFAS gave {str(value)[:40]!r} for a time, which is none: the rows cannot be read on from."
        )
    return None if moment < _EARLIEST else (moment.replace(microsecond=0) - _SECOND).isoformat()


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value).removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        return None
