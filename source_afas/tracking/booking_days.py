"""Booking-day tracking: of journal entries, the days that were touched are read whole.

The first sync reads everything, in windows of booking days. Each later one asks which days were touched since, reads
those, and compares them with what the state remembers of them: what was there and is gone was deleted.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.streams.concurrent.partitions.stream_slicer import StreamSlicer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.afas.errors import config_error
from source_afas.afas.page import Page, page_of
from source_afas.afas.query import OPERATORS, Condition, Query, one_of
from source_afas.reading.doubt import OF_TOUCHED_DAYS
from source_afas.reading.retriever import GetConnectorRetriever
from source_afas.reading.settings import Tracking
from source_afas.reading.slice import Slice, slice_in, stream_slice
from source_afas.reading.slicer import Slicer
from source_afas.tracking.booking_days_cursor import BookingDaysCursor
from source_afas.tracking.changed_days import Forgotten
from source_afas.tracking.marks import deletion, marks
from source_afas.tracking.row_keys import key_of, still_there, values_of

logger = logging.getLogger("airbyte")

Touched = Callable[[str | None, str, Collection[str]], Mapping[str, str]]
"""The days touched at or after a moment, with the time of their last change: `ChangedDays.since`."""

MOST_DAYS_IN_A_RANGE = 31


@dataclass
class TouchedDays:
    """A slice of the days that were touched since the last sync: their rows then, and their rows now."""

    changes: Mapping[str, str] | None
    """The times of the last changes, by day; None: all days that are remembered may have been touched."""
    read: threading.Event = field(default_factory=threading.Event)
    """Set when the slice has been read, or could not be."""
    known: Mapping[str, set[str]] = field(default_factory=dict)
    """The keys that the state remembers, by day."""
    found: dict[str, set[str]] = field(default_factory=dict)
    """The keys of the rows that are there, by day; of other days too, where rows have moved to them."""

    @property
    def is_everything(self) -> bool:
        """Whether any day may have been touched."""
        return self.changes is None

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
        cursor = self.cursor
        if cursor.changed_until:
            touched = TouchedDays(self._changes())
            yield stream_slice(touched)
            if not cursor.loading:
                return
            # A killed sync emitted rows that may be gone by now, and this load does not come by them again.
            touched.read.wait()
        if not cursor.changed_until or touched.is_everything:
            # Asked before the first row is read: what changes meanwhile is found by the next sync.
            cursor.note_changes(self.touched_since(None, "", ()))
        yield from Slicer(self.rows, cursor).stream_slices()

    def _changes(self) -> Mapping[str, str] | None:
        """Return the days that were touched; None, and load anew, where AFAS no longer knows of all of them."""
        try:
            cursor = self.cursor
            return self.touched_since(cursor.changed_since, cursor.changed_until, cursor.days.all())
        except Forgotten as forgotten:
            logger.warning(
                f"{self.rows.described.id}: the oldest change that AFAS lists is of {forgotten.oldest or 'no time'}, "
                f"and changes are known until {self.cursor.changed_until}. What was touched in between is not known, "
                "so everything is loaded anew."
            )
            self.cursor.load_anew()
            return None


@dataclass
class BookingDaysRetriever(Retriever):
    """Reads the slices of the first load, or the days that were touched."""

    rows: GetConnectorRetriever
    tracking: Tracking
    cursor: BookingDaysCursor

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
        changed = cursor.days.all() if touched.changes is None else touched.changes
        days = sorted(day for day in changed if day >= cursor.first_day and cursor.knows(day))
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
        resumed = self.cursor.loading and not touched.is_everything
        self._refuse_to_believe(missing, touched.there, resumed=resumed)
        moved = page_of([*still_there(self.rows, missing, self._asked_by(missing, touched.known.values()))])
        left_out = {day for day, _ in self._keys(moved)} & {day for day, keys in touched.found.items() if not keys}
        self._note(moved, touched)
        gone = touched.gone
        for day in sorted(left_out & touched.known.keys()):
            # AFAS has rows of a day of which it brought none.
            rows = 0
            for page in self._pages([day]):
                rows += len(page)
                self._note(page, touched)
                yield page.with_fields(self._said)
            if not rows:
                raise self.rows.asking.no_way_on()
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
        self.cursor.note_changes(touched.changes or {})

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
                    yield from self._of_all_ranges(query)

    def _of_all_ranges(self, wanted: Query) -> Iterator[Page]:
        """Yield the rows of a query for several ranges of days; range by range, where AFAS leaves one out."""
        alternatives, field = wanted.clauses[-1], self.tracking.entry_date_field
        seen: set[str] = set()
        # An empty answer that is believed once would hide the new rows of these days for good.
        for page in self.rows.pages(wanted, expected=True, sure_from=OF_TOUCHED_DAYS):
            seen.update(str(day or "")[:10] for day in page.column(field))
            yield page
        for alternative in alternatives if len(alternatives) > 1 else ():
            begin, end = alternative[0].value[:10], alternative[1].value[:10] if len(alternative) > 1 else "9999-12-31"
            alone = replace(wanted, clauses=(*wanted.clauses[:-1], (alternative,)))
            # Of days that had rows, those that are missing are asked for by name, unless nothing came at all.
            known = bool(seen) and any(begin < day < end for day in self.cursor.days.all())
            if not known and not any(begin <= day <= end for day in seen) and self.rows.asking.row_at(alone, 0):
                yield from self.rows.pages(alone)

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

    def _refuse_to_believe(self, gone: set[str], there: set[str], *, resumed: bool) -> None:
        # Of a load that was killed, most of what little it told may be gone.
        most = len(gone) * 2 > self.cursor.days.rows and not resumed
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
    """Return the condition for days; it begins a second early, for days that AFAS compares otherwise than it shows."""
    first = datetime.fromisoformat(begin)
    early = first - timedelta(seconds=1) if first > datetime.min else first
    from_begin = Condition(field, OPERATORS[">="], early.isoformat())
    return (from_begin, Condition(field, OPERATORS["<"], f"{end}T00:00:00")) if end else (from_begin,)
