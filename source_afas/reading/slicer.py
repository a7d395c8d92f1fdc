"""How a stream is cut into slices that can be read side by side.

A stream that fits in one page is one request. A larger one is cut where the data is: by asking for the row that lies
so many rows further on. A stream with a cursor is cut into windows of time, which also tell how far a killed sync came;
one with a key alone into ranges of its key; one with neither is read in one go.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.sources.streams.concurrent.partitions.stream_slicer import StreamSlicer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.afas import query
from source_afas.afas.errors import NotUnderstood
from source_afas.afas.page import Row
from source_afas.afas.query import Query
from source_afas.afas.rest import fits
from source_afas.afas.values import to_the_second
from source_afas.reading import doubt
from source_afas.reading.answer import Answer
from source_afas.reading.cursor import GetConnectorCursor, second_before
from source_afas.reading.doubt import AROUND
from source_afas.reading.order import Border, Order, Part
from source_afas.reading.retriever import GetConnectorRetriever
from source_afas.reading.slice import Slice, Tally, Until, Window, stream_slice

logger = logging.getLogger("airbyte")

SLICE_ROWS = 25_000
"""Rows in a slice of a large stream, about: with four slices at a time, a state comes at every 100,000 rows."""

_APART = timedelta(seconds=2)
"""Times so far from each other are apart, however AFAS rounds what it shows."""

_ZONES, _SHIFT = (timedelta(hours=1), timedelta(hours=2)), timedelta(days=2)
"""How far a filter's time may be off, as Amsterdam's is from UTC's; and how far back is read where it is."""

_EXAMPLES = 50
"""Rows among which examples are looked for."""


def slice_rows(take: int) -> int:
    """Return the rows of a slice for pages of so many rows: whole pages, each a few rows short.

    A page goes on with the group of its last row, so it brings some rows less than were asked for.
    """
    pages = max(3, SLICE_ROWS // take)
    return max(1, pages * (take - min(10, take // 10)))


@dataclass
class Slicer(StreamSlicer):
    """Cuts one stream into slices."""

    retriever: GetConnectorRetriever
    cursor: GetConnectorCursor | None

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield the slices, as soon as each is known: the first are read while the next are looked for."""
        parts = self.retriever.everything().split()
        if self.cursor:
            yield from self._in_time(parts, self.cursor)
        else:
            for part in parts:
                yield from self._by_key(part, alone=len(parts) == 1)

    def _in_time(self, parts: list[Query], cursor: GetConnectorCursor) -> Iterator[StreamSlice]:
        begun = self._begun(parts, cursor)
        if cursor.had_rows and not any(answer.page for _, answer in begun):
            logger.warning(
                f"{self.retriever.described.id}: no rows since {cursor.start}, where the last sync had some. Were they "
                "deleted, did the token's user lose rights, or was the GetConnector's filter changed?"
            )
        if self._loses_the_overlap(parts, cursor, [answer for _, answer in begun]):
            begun = self._begun(parts, cursor, again=True)
        alone = all(answer.is_short for _, answer in begun) or self.retriever.checking
        if alone or not (known := self._in_order_of_time(parts[0], cursor)) or not self._brings_windows(*known):
            window = cursor.open_window(None, len(begun))
            for part, answer in begun:
                yield self._slice(part, answer, window, start=cursor.start)
        else:
            # Rows of one time come in any order: only one that is alone at the start is surely not found further on.
            first, *others = known[1][:2]
            field = self.retriever.described.window_field
            alone_at_start = not others or str(first.get(field)) < str(others[0].get(field))
            yield from self._in_windows(parts, cursor, first if alone_at_start else None)

    def _begun(
        self, parts: list[Query], cursor: GetConnectorCursor, *, again: bool = False
    ) -> list[tuple[Query, Answer]]:
        expected = len(parts) == 1 and not cursor.had_none
        return [self.retriever.begin(part, expected=expected, again=again) for part in self._since(parts, cursor)]

    def _loses_the_overlap(self, parts: list[Query], cursor: GetConnectorCursor, answers: list[Answer]) -> bool:
        """Return whether rows are missing that the last sync had, and that this one should bring again.

        A sync begins before the time that the last one reached. If no row of that stretch comes, AFAS is asked by one
        condition, and then from a few hours earlier: it may take the filter otherwise, or its time for one of another
        zone. Rows that come then, earlier than any that came, were left out.
        Raises an error where it takes the filter otherwise in every form.
        """
        asking, field, start = self.retriever.asking, self.retriever.described.window_field, cursor.start
        if not start or not (reached := cursor.overlap_to):
            return False

        since = [replace(part, order=(field,)) for part in self._since(parts, cursor)]
        if all(answer.is_short for answer in answers):
            times = [value for answer in answers for value in answer.page.column(field)]
        else:
            timed = [part.where(query.is_not_empty(field)) for part in since]
            times = [row.get(field) for part in timed for row in asking.rows_at(part, 0, 1)]
        first = min((to_the_second(value) for value in times if value), default="9999")
        if first <= reached:
            return False

        def lost_in(rows: Iterable[Row]) -> bool:
            return any(start <= to_the_second(row.get(field)) < first for row in rows)

        for part, asked in zip(parts, since, strict=True):
            if lost_in(asking.rows_at(self._from(part, field, start), 0, _EXAMPLES)):
                if not asking.finds(asked, lost_in):
                    raise asking.no_way_on()
                return True
            if any(lost_in(asking.rows_at(self._from(part, field, start, by), 0, _EXAMPLES)) for by in _ZONES):
                cursor.read_from_earlier(_SHIFT)
                logger.warning(
                    f"{self.retriever.described.id}: AFAS left out rows whose time was asked for. It seems to take "
                    "times in filters for those of another time zone, so two more days are read."
                )
                return True
        return False

    @staticmethod
    def _from(part: Query, field: str, start: str, by: timedelta = timedelta()) -> Query:
        """Return the query for rows from some time before another, by one condition and in the order of time."""
        earlier = (datetime.fromisoformat(start) - by).isoformat()
        return replace(part.where(query.at_or_after(field, earlier)), order=(field,))

    def _since(self, parts: list[Query], cursor: GetConnectorCursor) -> list[Query]:
        """Return the queries for what this sync reads."""
        if not cursor.start:
            return parts
        return [part.where(query.since(self.retriever.described.window_field, cursor.start)) for part in parts]

    def _in_windows(self, parts: list[Query], cursor: GetConnectorCursor, first: Row | None) -> Iterator[StreamSlice]:
        field = self.retriever.described.window_field
        empty = [part.where(query.is_empty(field)) for part in parts]
        tallies = [Tally(part) for part in self._since(parts, cursor)]
        start = cursor.start
        while True:
            rests = [self._rest(part, field, start) for part in parts]
            end, counts = self._end_of_window(rests, first, start, cursor)
            inside = [rest.where(query.before(field, end)) if end else rest for rest in rests]
            # Rows without a time belong to no window; they are read with the first, before any state is told.
            window = cursor.open_window(end, len(empty) + len(inside))
            for part, tally in zip(empty, tallies, strict=False):
                yield self._slice(part, None, window, tally=tally.add())
            for part, rest, count, tally in zip(inside, rests, counts, tallies, strict=True):
                until = Until(replace(rest, order=(field,)), _first_at(field, end), count) if end else None
                tally.add(last=end is None)
                expected = len(inside) == 1
                yield self._slice(part, None, window, until, tally=tally, start=start, end=end, expected=expected)
            if end is None:
                return
            start, empty = end, []

    @staticmethod
    def _rest(part: Query, field: str, start: str | None) -> Query:
        return part.where(query.at_or_after(field, start) if start else query.is_not_empty(field))

    def _end_of_window(
        self, rests: list[Query], first: Row | None, start: str | None, cursor: GetConnectorCursor
    ) -> tuple[str | None, list[int | None]]:
        """Return the time at which a window as large as a slice ends, None where it holds all that is left.

        With it come the numbers of rows before that time, as far as they are known. `first` is the first row, if it is
        known.
        """
        asking, field = self.retriever.asking, self.retriever.described.window_field
        position = max(1, slice_rows(asking.take) // len(rests) - 2 * AROUND)
        ends: list[tuple[str, str, int | None]] = []
        for rest in rests:
            rows = asking.rows_at(replace(rest, order=(field,)), position, 2 * AROUND)
            times = [to_the_second(row.get(field)) for row in rows]
            if not rows:
                ends.append(("", "", None))
                continue
            if not all(times) or times != sorted(times) or (start and times[0] < start):
                raise asking.no_way_on()
            if rows[0] == first:
                raise asking.no_way_on()  # it does not skip: the windows would have no end
            ends.append(self._apart(times, position))
        there = [end for _, end, _ in ends if end]
        if not there:
            return None, [None] * len(rests)
        try:
            # Very many rows may share a second: a window is a second at least.
            end = min(cursor.end_of_window(moment, start) for moment in there)
        except OverflowError:
            return None, [None] * len(rests)  # the calendar's last second
        except ValueError:
            raise self.retriever.no_time(min(there)) from None
        return end, [count if before < end <= after else None for before, after, count in ends]

    @staticmethod
    def _apart(times: list[str], position: int) -> tuple[str, str, int | None]:
        """Return the times of two rows that are surely apart, and the number of rows before the second.

        If there are none, the last time is both, and the number is None.
        """
        for number in range(1, len(times)):
            before, after = times[number - 1 : number + 1]
            try:
                if datetime.fromisoformat(after) - datetime.fromisoformat(before) >= _APART:
                    return before, after, position + number
            except ValueError:
                break
        return times[-1], times[-1], None

    def _in_order_of_time(self, part: Query, cursor: GetConnectorCursor) -> tuple[Query, list[Row]] | None:
        """Return the query for rows in the order of time, and the first of them; None if AFAS does not sort them so."""
        asking, field = self.retriever.asking, self.retriever.described.window_field
        rest = replace(self._rest(part, field, cursor.start), order=(field,))
        try:
            rows = asking.rows_at(rest, 0, _EXAMPLES)
        except NotUnderstood:
            return None
        times = [to_the_second(row.get(field)) for row in rows]
        return (rest, rows) if rows and times == sorted(times) else None

    def _brings_windows(self, rest: Query, rows: list[Row]) -> bool:
        """Return whether AFAS brings what it should for a stretch of time, on rows that are known."""
        asking, field = self.retriever.asking, self.retriever.described.window_field
        times = [to_the_second(row.get(field)) for row in rows]
        changes = [n for n in range(1, len(times)) if self._apart(times[n - 1 : n + 1], 0)[2]]
        if len(changes) < 2:
            return True
        first, last = changes[0], changes[min(len(changes) - 1, 2)]
        since, until = (second_before(times[place]) for place in (first, last))
        inside = rest.where(query.at_or_after(field, since), query.before(field, until))
        order = Order((Part(field, is_time=True),), (1,))

        def fresh() -> list[Row]:
            return asking.rows_at(rest, first, last - first)

        return doubt.brings(asking, inside, rows[first:last], fresh, order, all_of=True)

    def _by_key(self, part: Query, *, alone: bool) -> Iterator[StreamSlice]:
        part, first = self.retriever.begin(part, expected=alone)
        if (
            first.is_short
            or not self.retriever.described.primary_key
            or self.retriever.checking
            or not self._ranges_are_borne_out(part, first)
        ):
            yield self._slice(part, first)
            return
        begun, start = part, None
        # Where AFAS compares texts, rows may be lost between two ranges; of the rest, each page shows the order.
        tally = Tally(part) if self.retriever.asking.order.parts[0].is_text else None
        while found := self._border(begun, start.row if start else first.page[0]):
            end, count = found
            until = Until(begun, _begins_with(self.retriever.asking.order, end.row), count)
            below = begun.where(end.before)
            counted = tally.add() if tally else None
            yield self._slice(below, None, until=until, tally=counted, start=start, end=end, expected=True)
            begun, start = replace(part, after=end.after), end
        counted = tally.add(last=True) if tally else None
        yield self._slice(begun, None if start else first, tally=counted, start=start, expected=True)

    def _border(self, begun: Query, previous: Row) -> tuple[Border, int] | None:
        """Return a border so many rows further on, and the rows before it; None where there is none or no more rows."""
        asking = self.retriever.asking
        position = max(1, slice_rows(asking.take) - 2 * AROUND)
        rows = asking.rows_at(begun, position, 2 * AROUND)
        border = asking.order.border_among(rows)
        # Rows that are alike for so long have no border; nor has an AFAS that does not skip.
        if not border or asking.order.same(rows[0], previous):
            return None
        if not fits(begun.where(border.before).parameters(skip=position, take=1)):
            return None
        return border, position + border.position

    def _ranges_are_borne_out(self, part: Query, first: Answer) -> bool:
        """Return whether AFAS brings what it should between two borders, on rows that are known."""
        asking = self.retriever.asking
        page = [first.page.exact_row(n) for n in range(min(len(first.page), 4 * AROUND))]
        if not asking.order.is_kept_by(first.page):
            return False
        lower = asking.order.border_among(page)
        upper = asking.order.border_among(page[lower.position :]) if lower else None
        if not lower or not upper:
            return True
        known = page[lower.position : lower.position + upper.position]
        between = replace(part, after=lower.after).where(upper.before)

        def fresh() -> list[Row]:
            return asking.rows_at(part, lower.position, len(known))

        return doubt.brings(asking, between, known, fresh, asking.order, all_of=True)

    def _slice(
        self,
        part: Query,
        first: Answer | None,
        window: Window | None = None,
        until: Until | None = None,
        *,
        tally: Tally | None = None,
        expected: bool = False,
        **where: Any,
    ) -> StreamSlice:
        rows = Slice(part, first, expected, window, until, tally)
        if self.cursor and window:
            self.cursor.watch(rows, window)
        return stream_slice(rows, where)


def _first_at(field: str, moment: str) -> Callable[[Row | None, Row], bool]:
    """Return what tells whether a row is the first one at or after a time."""

    def starts(previous: Row | None, row: Row) -> bool:
        return to_the_second(row.get(field)) >= moment and (
            previous is None or to_the_second(previous.get(field)) < moment
        )

    return starts


def _begins_with(order: Order, head: Row) -> Callable[[Row | None, Row], bool]:
    """Return what tells whether a row is the one after a border."""
    return lambda previous, row: order.same(row, head)
