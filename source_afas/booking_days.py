"""Booking-day tracking: of journal entries, the days that were touched are read whole.

The first sync reads everything, in windows of booking days. Each later one asks which days were touched since, reads
those, and compares them with what the state remembers of them: what was there and is gone was deleted.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.streams.concurrent.partitions.stream_slicer import StreamSlicer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.booking_days_cursor import BookingDaysCursor
from source_afas.errors import config_error
from source_afas.page import Page, page_of
from source_afas.query import OPERATORS, Condition, one_of
from source_afas.retriever import GetConnectorRetriever
from source_afas.row_keys import key_of, still_there, values_of
from source_afas.streams import Slicer
from source_afas.tracking import Tracking, deletion, marks

logger = logging.getLogger("airbyte")

Touched = Callable[[str | None], Mapping[str, str]]
"""The days touched at or after a moment, with the time of their last change."""

MOST_DAYS_IN_A_RANGE = 31

COMPARED = "compared"
"""In a slice before a load that goes on: set when what was told before has been compared, or could not be."""


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
            yield StreamSlice(partition={}, cursor_slice={}, extra_fields={})
            return
        if self.cursor.changed_until:
            # The sync before was killed. Of what it told, rows may be gone by now that the load does not come by again.
            compared = threading.Event()
            yield StreamSlice(partition={}, cursor_slice={}, extra_fields={COMPARED: compared})
            compared.wait()
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
        self._columns = (*self._key, self.tracking.entry_date_field)
        self._said = marks(self.tracking, self.cursor.read_at)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a slice, or of the days that were touched with a record for each row that is gone."""
        extra: Any = stream_slice.extra_fields if stream_slice else {}
        try:
            for page in self._load(stream_slice) if "query" in extra else self._touched():
                yield from self.rows.messages(page, stream_slice)
        finally:
            if COMPARED in extra:
                extra[COMPARED].set()

    def _load(self, stream_slice: StreamSlice | None) -> Iterator[Page]:
        for page in self.rows.pages_of(stream_slice):
            self.cursor.foresee_rows(self._keys(page))
            yield page.with_fields(self._said)

    def _touched(self) -> Iterator[Page]:
        cursor, name = self.cursor, self.rows.described.id
        touched = self.touched_since(cursor.changed_since)
        days = sorted(day for day in touched if day >= cursor.first_day and cursor.knows(day))
        known = {day: cursor.days.keys(day) for day in days}
        found: dict[str, set[str]] = {day: set() for day in days}
        """The keys of the rows that are there, by day."""
        rows = 0
        for page in self._pages(days):
            rows += len(page)
            self._note(page, found)
            yield page.with_fields(self._said)
        logger.info(f"{name}: {rows:,} rows of {len(days):,} booking days, touched since {cursor.changed_since}.")
        self._tell_forgotten(days)
        gone = set[str]().union(*known.values()).difference(*found.values())
        if gone:
            self._refuse_to_believe(gone, set().union(*found.values()))
            moved = page_of([*still_there(self.rows, gone, self._asked_by(gone, known.values()))])
            self._note(moved, found)
            gone.difference_update(*found.values())
            undated = page_of([row for row in moved.exact() if not row.get(self.tracking.entry_date_field)])
            yield undated.with_fields(self._said)
            # A day is told whole: where a row moved to another one, that one is read too, or found by the next sync.
            for page in self._pages(sorted(filter(None, found.keys() - known.keys()))):
                self._note(page, found)
                yield page.with_fields(self._said)
            yield page_of([deletion(self.tracking, values_of(k, self._key), cursor.read_at) for k in sorted(gone)])
        for day, keys in found.items():
            cursor.days.replace(day, keys if day in known else keys | cursor.days.keys(day))
        cursor.note_changes(touched)

    def _note(self, page: Page, found: dict[str, set[str]]) -> None:
        """Note that the rows of a page are there, now and in a state."""
        rows = list(self._keys(page))
        for day, key in rows:
            found.setdefault(day, set()).add(key)
        self.cursor.foresee_rows(rows)

    def _pages(self, days: list[str]) -> Iterator[Page]:
        if not days:
            return
        for part in self.rows.everything().split():
            for asked in part.where_any([_within(self.tracking.entry_date_field, *ends) for ends in ranges(days)]):
                for query in asked.split():
                    # An empty answer that is believed once would hide the new rows of these days for good.
                    yield from self.rows.pages(query, columns=self._columns, expected=True)

    def _keys(self, page: Page) -> Iterator[tuple[str, str]]:
        """Yield the day and the key of each row of a page; nothing for rows that have no key to be remembered by."""
        if not self._key:
            return
        # The columns of a page are as AFAS sent them: decimals as floats, times with a Z.
        exact = any(self.rows.described.data_type(field) in ("date", "decimal") for field in self._key)
        for row in page.exact() if exact or not page.columns else page.columns:
            yield str(row.get(self.tracking.entry_date_field) or "")[:10], key_of(row, self._key)

    def _asked_by(self, gone: set[str], known: Iterable[set[str]]) -> tuple[str, ...]:
        """Return the fields to ask AFAS for the missing rows by: those of an entry, where whole entries are gone."""
        keys = set[str]().union(*known)
        entries = {key_of(values_of(key, self._key), self._key[:-1]) for key in keys}
        lines_an_entry = len(keys) / len(entries)
        return self._key[:-1] if len(gone) > 20 and len(self._key) > 1 and lines_an_entry <= 20 else self._key

    def _tell_forgotten(self, days: list[str]) -> None:
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
            return not there and not any(self.rows.row_at(part, 0) for part in everything)
        lost = {values_of(key, self._key)[field] for key in gone} - {values_of(key, self._key)[field] for key in there}
        return any(
            not any(self.rows.row_at(part.where(one_of(field, [number])), 0) for part in everything)
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
