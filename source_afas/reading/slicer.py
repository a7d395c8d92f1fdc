"""How a stream is cut into slices that can be read side by side.

A stream that fits in one page is one request. A larger one is cut where the data is: by asking for the row that lies
so many rows further on. A stream with a cursor is cut into windows of time, which also tell how far a killed sync came;
one with a key alone into ranges of its key; one with neither is read in one go.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from airbyte_cdk.sources.streams.concurrent.partitions.stream_slicer import StreamSlicer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.afas import query
from source_afas.afas.page import Row
from source_afas.afas.query import Query
from source_afas.afas.rest import fits
from source_afas.reading.answer import Answer
from source_afas.reading.cursor import GetConnectorCursor
from source_afas.reading.order import Border
from source_afas.reading.retriever import GetConnectorRetriever
from source_afas.reading.slice import Slice, Window, stream_slice

logger = logging.getLogger("airbyte")

SLICE_ROWS = 25_000
"""Rows in a slice of a large stream, about: with four slices at a time, a state comes at every 100,000 rows."""


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
        since = self._since(parts, cursor)
        first = [self.retriever.first_page(part, expected=len(since) == 1 and not cursor.had_none) for part in since]
        if cursor.had_rows and not any(answer.page for answer in first):
            logger.warning(
                f"{self.retriever.described.id}: no rows since {cursor.start}, where the last sync had some. Were they "
                "deleted, did the token's user lose rights, or was the GetConnector's filter changed?"
            )
        if all(answer.is_last for answer in first) or self.retriever.checking:
            window = cursor.open_window(None, len(since))
            for part, answer in zip(since, first, strict=True):
                yield self._slice(part, answer, window, start=cursor.start)
        else:
            yield from self._in_windows(parts, cursor)

    def _since(self, parts: list[Query], cursor: GetConnectorCursor) -> list[Query]:
        """Return the queries for what this sync reads."""
        if not cursor.start:
            return parts
        return [part.where(query.since(self.retriever.described.window_field, cursor.start)) for part in parts]

    def _in_windows(self, parts: list[Query], cursor: GetConnectorCursor) -> Iterator[StreamSlice]:
        field = self.retriever.described.window_field
        empty = [part.where(query.is_empty(field)) for part in parts]
        start = cursor.start
        while True:
            end = self._end_of_window(parts, field, start, cursor)
            inside = [self._between(part, field, start, end) for part in parts]
            # Rows without a time belong to no window; they are read with the first, before any state is told.
            window = cursor.open_window(end, len(empty) + len(inside))
            for part in empty:
                yield self._slice(part, None, window, expected=len(empty) == 1)
            for part in inside:
                yield self._slice(part, None, window, start=start, end=end, expected=len(inside) == 1)
            if end is None:
                return
            start, empty = end, []

    def _end_of_window(
        self, parts: list[Query], field: str, start: str | None, cursor: GetConnectorCursor
    ) -> str | None:
        """Return the time at which a window as large as a slice ends; None where it holds all that is left."""
        ends = []
        for part in parts:
            rest = part.where(query.at_or_after(field, start) if start else query.is_not_empty(field))
            row = self.retriever.row_at(replace(rest, order=(field,)), slice_rows(self.retriever.take) // len(parts))
            if row:
                if not row.get(field) or (start and str(row[field]) < start):
                    raise self.retriever.no_way_on()
                ends.append(str(row[field]))
        try:
            # Very many rows may share a second: a window is a second at least.
            return cursor.end_of_window(min(ends), start) if ends else None
        except OverflowError:
            return None  # the calendar's last second
        except ValueError:
            raise self.retriever.no_time(min(ends)) from None

    @staticmethod
    def _between(part: Query, field: str, start: str | None, end: str | None) -> Query:
        if start:
            part = part.where(query.at_or_after(field, start))
        if end:
            part = part.where(query.before(field, end))
        return part if start or end else part.where(query.is_not_empty(field))

    def _by_key(self, part: Query, *, alone: bool) -> Iterator[StreamSlice]:
        first = self.retriever.first_page(part, expected=alone)
        if first.is_last or not self.retriever.described.primary_key or self.retriever.checking:
            yield self._slice(part, first)
            return
        begun, start = part, None
        previous: Row = first.page[0]
        while end := self._border(begun, previous):
            yield self._slice(begun.where(end.before), None, start=start, end=end, expected=True)
            begun, start, previous = replace(part, after=end.after), end, end.row
        yield self._slice(begun, None if start else first, start=start, expected=True)

    def _border(self, begun: Query, previous: Row) -> Border | None:
        """Return a border at most so many rows further on, None where there is none or no more rows are left."""
        rows = slice_rows(self.retriever.take)
        row = self.retriever.row_at(begun, rows)
        border = self.retriever.order.border_at(row, previous) if row else None
        return border if border and fits(begun.where(border.before).parameters(skip=rows, take=1)) else None

    def _slice(
        self, part: Query, first: Answer | None, window: Window | None = None, *, expected: bool = False, **where: Any
    ) -> StreamSlice:
        rows = Slice(part, first, expected, window)
        if self.cursor and window:
            self.cursor.watch(rows, window)
        return stream_slice(rows, where)
