"""The state of booking-day tracking: until when changes are known, how far the first load came, and which keys."""

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.sources.streams.concurrent.cursor import CursorField
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition

from source_afas.reading.cursor import BEGINNING, GetConnectorCursor, overlapping
from source_afas.reading.settings import Tracking
from source_afas.reading.slice import Slice, Window, slice_in
from source_afas.tracking.changed_days import newest
from source_afas.tracking.marks import UPDATED_AT, read_at
from source_afas.tracking.remembered_days import RememberedDays

logger = logging.getLogger("airbyte")


class BookingDaysCursor(GetConnectorCursor):
    """Keeps the state: until when changes are known, how far the first load came, and the keys of the newest days."""

    def __init__(self, stream: str, tracking: Tracking, key: tuple[str, ...], scope: str, **options: Any) -> None:
        self._key = key
        self._settings = {
            "key": list(key),
            "entry_date_field": tracking.entry_date_field,
            "scope": scope,
            "start_date": options["start_date"] or "",
        }
        """A state of others remembers other rows."""
        super().__init__(stream, tracking.entry_date_field, **options)
        self.read_at = read_at(self.saved.get(UPDATED_AT))
        """The time of this sync, as its rows say it."""
        self._lookback: timedelta = options["lookback"]
        self.cursor_field = CursorField(UPDATED_AT)
        # A load that was killed, or another way of tracking, leaves a state that says nothing of rows.
        self.had_none = False
        kept = self._kept_in(self.saved)
        self.changed_until: str = kept.get("changed_until", "")
        """The latest change of a day that is known; empty before the first load."""
        self.loading = "loaded_before" in kept or not kept
        self.days = RememberedDays(kept.get("booking_days", {}), tracking.rows if key else 0)

    def _kept_in(self, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a state of this tracking; none where it is of another, of other settings, or broken."""
        if "booking_days" not in state:
            return {}
        try:
            if any(state[name] != value for name, value in self._settings.items()):
                raise ValueError("other settings")
            for moment in (state["changed_until"], state.get("loaded_before", BEGINNING)):
                if moment != datetime.fromisoformat(moment).replace(tzinfo=None).isoformat():
                    raise ValueError("no time as AFAS takes it")
            RememberedDays(state["booking_days"], 0)
        except (KeyError, TypeError, AttributeError, ValueError):
            logger.warning(
                f"{self._stream}: what its state remembers is of another key, of other `filters`, `administrations`, "
                "`start_date` or `entry_date_field`, or broken. Everything is read anew, and rows that are gone since "
                "cannot be told: refresh the stream to have the destination forget them."
            )
            return {}
        return state

    @property
    def changed_since(self) -> str | None:
        """The time from which to ask for changes; None for all there are."""
        known = self.changed_until > BEGINNING
        return overlapping(self.changed_until, self._lookback) if known else None

    @property
    def first_day(self) -> str:
        """The first day that the user wants."""
        return self._wanted_from[:10]

    def load_anew(self) -> None:
        """Load everything anew; what is remembered of rows stays, to find what is gone by."""
        self.loading, self._reached, self._start = True, BEGINNING, self._wanted_from or None

    def knows(self, day: str) -> bool:
        """Return whether rows of a day were told before; what a load has yet to come by need not be compared."""
        return not self.loading or day < self._reached[:10] or bool(self.days.keys(day))

    def note_changes(self, touched: Mapping[str, str]) -> None:
        """Note that changes up to these are known."""
        self.changed_until = max(self.changed_until, newest(touched, self.began), BEGINNING)

    @property
    def had_rows(self) -> bool:
        """Return False: what is missing is found by the keys that are remembered."""
        return False

    def _state_of(self, state: Mapping[str, Any]) -> str:
        return str(self._kept_in(state).get("loaded_before", BEGINNING))

    def _first(self, start_date: str | None, lookback: timedelta) -> str | None:
        self._wanted_from = f"{start_date}T00:00:00" if start_date else ""
        # What changes in days that have been read is found by the changes: there is no need of an overlap.
        return max(self._reached if self._reached > BEGINNING else "", self._wanted_from) or None

    def end_of_window(self, moment: str, start: str | None) -> str:
        """Return the begin of a day: a day is read in one window, for it is remembered as a whole."""
        day = datetime.fromisoformat(moment).replace(hour=0, minute=0, second=0, microsecond=0)
        begin = datetime.fromisoformat(start) if start else None
        return (begin + timedelta(days=1) if begin and day <= begin else day).isoformat()

    def watch(self, rows: Slice, window: Window) -> None:
        """Do nothing: a slice of the first load has no newest row to be noted."""

    def close_partition(self, partition: Partition) -> None:
        """Note that a slice has been read; emit a state when that makes the stream advance."""
        if isinstance(slice_in(partition.to_slice()), Slice):  # type: ignore[arg-type]
            super().close_partition(partition)
        else:
            self._emit_state()

    def foresee_rows(self, rows: Iterable[tuple[str, str]]) -> None:
        """Have the state know of rows, by day and key, that are about to be told."""
        with self._lock:
            if self.days.add(rows):
                self._emit_state()

    def _close(self, window: Window) -> None:
        self._reached = max(self._reached, window.end or "")
        self.loading = window.end is not None

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state."""
        if not self.changed_until:
            return dict(self.saved)
        state = {
            UPDATED_AT: self.read_at,
            **self._settings,
            "changed_until": self.changed_until,
            "booking_days": self.days.saved(),
        }
        return {**state, "loaded_before": self._reached} if self.loading else state
