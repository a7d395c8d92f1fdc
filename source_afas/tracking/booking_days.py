"""Booking-day tracking: of journal entries, the days that were touched are read whole.

The first sync reads everything, in windows of booking days. Each later one asks which days were touched since, reads
those, and compares them with what the state remembers of them: what was there and is gone was deleted.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.streams.concurrent.partitions.stream_slicer import StreamSlicer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.afas.errors import config_error
from source_afas.afas.page import Page, page_of
from source_afas.afas.query import OPERATORS, Condition, one_of
from source_afas.reading.retriever import GetConnectorRetriever
from source_afas.reading.settings import Tracking
from source_afas.reading.slice import Slice, slice_in, stream_slice
from source_afas.reading.slicer import Slicer
from source_afas.tracking.booking_days_cursor import BookingDaysCursor
from source_afas.tracking.marks import deletion, marks
from source_afas.tracking.row_keys import key_of, still_there, values_of

logger = logging.getLogger("airbyte")

Touched = Callable[[str | None], Mapping[str, str]]
"""The days touched at or after a moment, with the time of their last change."""

MOST_DAYS_IN_A_RANGE = 31


@dataclass
class TouchedDays:
    """A slice of the days that were touched since the last sync: their rows then, and their rows now."""

    read: threading.Event = field(default_factory=threading.Event)
    """Set when the slice has been read, or could not be."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """The times of the last changes, by day."""
    known: Mapping[str, set[str]] = field(default_factory=dict)
    """The keys that the state remembers, by day."""
    found: dict[str, set[str]] = field(default_factory=dict)
    """The keys of the rows that are there, by day; of other days too, where rows have moved to them."""

    @property
    def gone(self) -> set[str]:
        """The keys that were known and have not been found."""
        return set[str]().union(*self.known.values()).difference(*self.found.values())

    @property
    def there(self) -> set[str]:
        """The keys that have been found."""
        return set[str]().union(*self.found.values())

    def note(self, rows: Iterable[tuple[str, str]]) -> None:
        """Note that rows, by day and key, are there."""
        for day, key in rows:
            self.found.setdefault(day, set()).add(key)


@dataclass
class BookingDaysSlicer(StreamSlicer):
    """Cuts the first load into windows of days; a later sync is one slice."""

    rows: GetConnectorRetriever
    cursor: BookingDaysCursor
    touched_since: Touched

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield the slices."""
        if self.rows.described.fault:
            raise self.rows.described.fault.error()
        if not self.cursor.loading:
            yield stream_slice(TouchedDays())
            return
        if self.cursor.changed_until:
            # A killed sync emitted rows that may be gone by now, and this load does not come by them again.
            emitted_before = TouchedDays()
            yield stream_slice(emitted_before)
            emitted_before.read.wait()
        else:
            # Asked before the first row is read: what changes meanwhile is found by the next sync.
            self.cursor.note_changes(self.touched_since(None))
        yield from Slicer(self.rows, self.cursor).stream_slices()


@dataclass
class BookingDaysRetriever(Retriever):
    """Reads the slices of the first load, or the days that were touched."""

    rows: GetConnectorRetriever
    tracking: Tracking
    cursor: BookingDaysCursor
    touched_since: Touched

    def __post_init__(self) -> None:
        self._key = self.rows.described.primary_key
        self._said = marks(self.tracking, self.cursor.read_at)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a slice, or of the days that were touched with a record for each row that is gone."""
        rows: Slice | TouchedDays = slice_in(stream_slice)
        if isinstance(rows, Slice):
            for page in self._load(stream_slice):
                yield from self.rows.messages(page, stream_slice)
            return
        try:
            for page in self._touched(rows):
                yield from self.rows.messages(page.with_fields(self._said), stream_slice)
            for page in self._gone(rows):
                yield from self.rows.messages(page, stream_slice)
            self._remember(rows)
        finally:
            rows.read.set()

    def _load(self, stream_slice: StreamSlice | None) -> Iterator[Page]:
        for page in self.rows.pages_of(stream_slice):
            self.cursor.foresee_rows(self._keys(page))
            yield page.with_fields(self._said)

    def _touched(self, touched: TouchedDays) -> Iterator[Page]:
        """Yield the rows of the days that were touched."""
        cursor = self.cursor
        touched.changes = self.touched_since(cursor.changed_since)
        days = sorted(day for day in touched.changes if day >= cursor.first_day and cursor.knows(day))
        touched.known = {day: cursor.days.keys(day) for day in days}
        touched.found = {day: set() for day in days}
        rows = 0
        for page in self._pages(days):
            rows += len(page)
            self._note(page, touched)
            yield page
        logger.info(
            f"{self.rows.described.id}: {rows:,} rows of {len(days):,} booking days, touched since "
            f"{cursor.changed_since}."
        )
        self._warn_of_forgotten(days)

    def _gone(self, touched: TouchedDays) -> Iterator[Page]:
        """Yield a record for each row that is gone; first the rows that only moved."""
        if not (missing := touched.gone):
            return
        self._refuse_to_believe(missing, touched.there)
        moved = page_of([*still_there(self.rows, missing, self._asked_by(missing, touched.known.values()))])
        self._note(moved, touched)
        gone = touched.gone
        undated = page_of([row for row in moved.exact() if not row.get(self.tracking.entry_date_field)])
        yield undated.with_fields(self._said)
        # A day is told whole: where a row moved to another one, that one is read too, or found by the next sync.
        for page in self._pages(sorted(filter(None, touched.found.keys() - touched.known.keys()))):
            self._note(page, touched)
            yield page.with_fields(self._said)
        yield page_of([deletion(self.tracking, values_of(k, self._key), self.cursor.read_at) for k in sorted(gone)])

    def _remember(self, touched: TouchedDays) -> None:
        """Have the state remember the rows of the days, and until when changes are known."""
        days = self.cursor.days
        for day, keys in touched.found.items():
            days.replace(day, keys if day in touched.known else keys | days.keys(day))
        self.cursor.note_changes(touched.changes)

    def _note(self, page: Page, touched: TouchedDays) -> None:
        """Note that the rows of a page are there, now and in a state."""
        rows = list(self._keys(page))
        touched.note(rows)
        self.cursor.foresee_rows(rows)

    def _pages(self, days: list[str]) -> Iterator[Page]:
        if not days:
            return
        for part in self.rows.everything().split():
            for asked in part.where_any([_within(self.tracking.entry_date_field, *ends) for ends in ranges(days)]):
                for query in asked.split():
                    # An empty answer that is believed once would hide the new rows of these days for good.
                    yield from self.rows.pages(query, expected=True)

    def _keys(self, page: Page) -> Iterator[tuple[str, str]]:
        """Yield the day and the key of each row of a page; nothing for rows that have no key to be remembered by."""
        if not self._key:
            return
        for day, *key in page.columns(self.tracking.entry_date_field, *self._key):
            yield str(day or "")[:10], key_of(dict(zip(self._key, key, strict=True)), self._key)

    def _asked_by(self, gone: set[str], known: Iterable[set[str]]) -> tuple[str, ...]:
        """Return the fields to ask AFAS for the missing rows by: those of an entry, where whole entries are gone."""
        keys = set[str]().union(*known)
        entries = {key_of(values_of(key, self._key), self._key[:-1]) for key in keys}
        lines_an_entry = len(keys) / len(entries)
        return self._key[:-1] if len(gone) > 20 and len(self._key) > 1 and lines_an_entry <= 20 else self._key

    def _warn_of_forgotten(self, days: list[str]) -> None:
        forgotten = [day for day in days if self._key and not self.cursor.days.remembers(day)]
        if forgotten:
            logger.warning(
                f"{self.rows.described.id}: {', '.join(forgotten[:10])}{' and more' if forgotten[10:] else ''} were "
                f"touched, and the state remembers the days from {self.cursor.days.begin} on (`tracked_rows`): rows "
                'that were deleted from them are not told. The guide\'s "Deleted and renumbered" has the SQL that '
                "leaves them out."
            )

    def _refuse_to_believe(self, gone: set[str], there: set[str]) -> None:
        # Of a load that was killed, most of what little it told may be gone.
        most = len(gone) * 2 > self.cursor.days.rows and not self.cursor.loading
        if (most or self._has_nothing_left(gone, there)) and not self.tracking.allow_mass_deletes:
            raise config_error(
                f"GetConnector {self.rows.described.id}: {len(gone):,} rows of the {self.cursor.days.rows:,} that the "
                "last sync knew are gone, more than half of them or all that an administration had. Nothing is "
                "deleted. May the token's user still see all rows, and was the GetConnector's own filter changed? "
                "Where so much was deleted indeed, set `allow_mass_deletes` for it in `streams`, for one sync."
            )

    def _has_nothing_left(self, gone: set[str], there: set[str]) -> bool:
        """Return whether AFAS has no row at all any more; or none of an administration, which rights may hide."""
        field = self.rows.described.administration_field
        everything = self.rows.everything().split()
        if field not in self._key:
            return not there and not any(self.rows.asking.row_at(part, 0) for part in everything)
        lost = {values_of(key, self._key)[field] for key in gone} - {values_of(key, self._key)[field] for key in there}
        return any(
            not any(self.rows.asking.row_at(part.where(one_of(field, [number])), 0) for part in everything)
            for number in lost
            if number is not None
        )


def ranges(days: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield days, which are sorted, as ranges: the first day, and the day after the last.

    No day comes after the calendar's last one: the text is empty.
    """
    begin = last = None
    for day in map(date.fromisoformat, days):
        if begin and last and ((day - last).days != 1 or (day - begin).days >= MOST_DAYS_IN_A_RANGE):
            yield begin.isoformat(), _day_after(last)
            begin = None
        begin, last = begin or day, day
    if begin and last:
        yield begin.isoformat(), _day_after(last)


def _day_after(day: date) -> str:
    return "" if day == date.max else (day + timedelta(days=1)).isoformat()


def _within(field: str, begin: str, end: str) -> tuple[Condition, ...]:
    from_begin = Condition(field, OPERATORS[">="], f"{begin}T00:00:00")
    return (from_begin, Condition(field, OPERATORS["<"], f"{end}T00:00:00")) if end else (from_begin,)
