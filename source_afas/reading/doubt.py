"""Making sure that AFAS does what is counted on, by rows that are known, and by counting.

Much of what is known of AFAS is inferred. So what a read rests on is looked at while it reads, by few and small
requests. Where two answers do not agree, looking again tells a moving table from an AFAS that is unlike what is known.
"""

import logging
from collections.abc import Callable, Sequence

from source_afas.afas.page import Row
from source_afas.afas.query import Query
from source_afas.reading.asking import Asking
from source_afas.reading.order import Border, Order
from source_afas.reading.slice import Until

logger = logging.getLogger("airbyte")

MADE_SURE_FROM = 100
"""Rows of a first page from which on its end is made sure of: AFAS hardly cuts one shorter than that unasked."""

OF_TOUCHED_DAYS = 1_000
"""The same for rows that are read again: a smaller page has been seen whole before."""

AROUND = 5
"""Rows to each side of a place that is looked at."""

LARGEST_SKIP = 100_000
"""Beyond this, AFAS gets too slow to go on skipping."""

MANY = 4
"""Times that answers which do not agree are asked for again."""


def brings(
    asking: Asking,
    wanted: Query,
    known: Sequence[Row],
    fresh: Callable[[], Sequence[Row]],
    order: Order,
    *,
    all_of: bool = False,
) -> bool:
    """Return whether AFAS brings known rows for a query, in some form of its filter, which is used from then on.

    `fresh` looks at the known rows again, which may have moved; with `all_of`, no other rows may come.
    """
    for form in asking.forms_of(wanted):
        for attempt in range(2):
            expected = fresh() if attempt else known
            rows = asking.rows_in(form, wanted, max(2 * AROUND, len(expected) + 1))
            if rows is None:
                break
            if not all_of:
                rows = rows[: len(expected)]
            if len(rows) == len(expected) and all(map(order.same, rows, expected)):
                asking.forms.form = form
                asking.proven.add(wanted.shape())
                return True
    return False


def is_the_end(asking: Asking, wanted: Query, seen: int, last: Row, order: Order, *, alone: bool) -> bool:
    """Return whether a query has no more rows than were seen of it; `last` is the last one, `alone` in its page or not.

    Raises an error where rows are missing, or came twice; warns where it is a few, in a table that does not move.
    """
    for _ in range(MANY):
        there = asking.rows_at(wanted, seen - 1, max(2, asking.take))
        if there and order.same(there[0], last):
            return len(there) == 1 and not (alone and asking.rows_at(wanted, seen, 1))
        number, at_the_end = end_of(asking, wanted, seen)
        if at_the_end is None:
            return True  # all rows have gone meanwhile
        if order.same(at_the_end, last):
            return _agrees(asking, wanted, seen, number)
        begins_with_last = Border(0, order.parts[: max(order.borders, default=0)], last)
        after = asking.rows_at(wanted.where(begins_with_last.after), 0, AROUND)
        if not any(order.same(row, last) for row in after):
            return _agrees(asking, wanted, seen, number)  # the last row has gone
        if any(order.same(row, at_the_end) for row in after) or number > seen:
            return False
    raise asking.no_way_on()


def place_of(
    asking: Asking, wanted: Query, starts: Callable[[Row | None, Row], bool], near: Sequence[int]
) -> int | None:
    """Return the position of the first row after a border, looked for near some places; None if it is not there.

    `starts` tells whether a row, and the one before it if one is known, lie at the border.
    """
    for place in near:
        asking.look_again()
        skip = max(0, place - AROUND)
        rows = asking.rows_at(wanted, skip, 2 * AROUND)
        for number, row in enumerate(rows):
            if starts(rows[number - 1] if number else None, row):
                return skip + number
    return None


def is_whole(asking: Asking, wanted: Query, seen: int, until: Until) -> None:
    """Make sure that as many rows came of a slice as lie before its end.

    Raises an error where rows are missing, or came twice; warns where it is a few, in a table that does not move.
    """
    if seen == until.count:
        return
    for _ in range(2 * MANY):
        there = place_of(asking, until.rest, until.starts, [seen, *([until.count] if until.count is not None else [])])
        inside, _ = end_of(asking, wanted, seen)
        if there in (inside, None) and abs(inside - seen) <= tolerated(inside):
            return
        if there == seen:
            return
    if there is None or max(abs(there - inside), abs(inside - seen)) > overlooked(inside):
        raise asking.no_way_on()
    logger.warning(
        f"{asking.name}: {seen:,} rows were read of a part of it, and AFAS counts {there:,}. If nobody works in it at "
        "this moment, rows may be missing or double: report it."
    )


def are_all(asking: Asking, wanted: Query, seen: int) -> None:
    """Make sure that as many rows came of all slices of a query together as it has.

    Raises an error where rows are missing, or came twice; warns where it is a few, in a table that does not move.
    """
    if seen < LARGEST_SKIP:
        number, _ = end_of(asking, wanted, seen)
        _agrees(asking, wanted, seen, number)


def end_of(asking: Asking, wanted: Query, near: int) -> tuple[int, Row | None]:
    """Return the number of rows of a query, and the last of them. Mostly it takes one small request."""
    rows = asking.rows_at(wanted, max(0, near - 1), 2)
    if len(rows) == 1 or (near == 0 and not rows):
        return max(near, len(rows)), rows[0] if rows else None

    def is_beyond(position: int) -> bool:
        asking.look_again()
        return not asking.rows_at(wanted, position, 1)

    number = first_where(is_beyond, near, up=bool(rows))
    last = asking.rows_at(wanted, number - 1, 1) if number else []
    return number, last[0] if last else None


def first_where(holds: Callable[[int], bool], near: int, *, up: bool, most: int = 100_000) -> int:
    """Return the first position from which on something holds, looked for near a place, in growing steps."""
    low, high, step = (near, most, 1) if up else (0, near, 1)
    while up and low + step < high:
        if holds(low + step):
            high = low + step
            break
        low, step = low + step, step * 2
    while not up and high - step > low:
        if not holds(high - step):
            low = high - step
            break
        high, step = high - step, step * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _agrees(asking: Asking, wanted: Query, seen: int, number: int) -> bool:
    """Return True where the number of rows is that of the rows seen, or the table moves; warn of the rest."""
    if number == seen:
        return True
    for _ in range(2 * MANY):
        again, _ = end_of(asking, wanted, number)
        if again != number and abs(again - seen) <= tolerated(again):
            return True
    if abs(number - seen) > overlooked(number):
        raise asking.no_way_on()
    logger.warning(
        f"{asking.name}: {seen:,} rows were read, and AFAS counts {number:,}. If nobody works in it at this moment, "
        "rows may be missing or double: report it."
    )
    return True


def tolerated(number: int) -> int:
    """Return by how many rows a table of so many may have changed while it was read, if it still changes."""
    return max(20, number // 5)


def overlooked(number: int) -> int:
    """Return by how many rows two counts may differ that stay as they are, so that it is only warned of."""
    return max(3, number // 100)
