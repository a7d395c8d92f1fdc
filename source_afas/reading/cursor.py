"""The cursor: how far an incremental stream has been read, in times as AFAS counts them.

AFAS's times are Amsterdam's, without a zone, in whichever zone this process runs. The CDK's own cursor has no word for
windows that follow the data, for rows whose time is empty or lies in the future, nor for the hour that comes twice in
October.
"""

import logging
import threading
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_afas.afas.values import AMSTERDAM
from source_afas.reading.slice import Slice, Window, slice_in

logger = logging.getLogger("airbyte")

BEGINNING = "1900-01-01T00:00:00"
"""The state of a stream that has been read and had no rows yet."""


def now() -> str:
    """Return the present time in Amsterdam, to the second."""
    return datetime.now(AMSTERDAM).replace(tzinfo=None, microsecond=0).isoformat()


def overlapping(reached: str, lookback: timedelta) -> str:
    """Return the time from which to read again after a sync that reached another.

    In October the clock goes back an hour: what was changed after 2:50 may say 2:10.
    """
    moment = datetime.fromisoformat(reached)
    first = moment.replace(tzinfo=AMSTERDAM, fold=0).utcoffset()
    second = moment.replace(tzinfo=AMSTERDAM, fold=1).utcoffset()
    comes_twice = first is not None and second is not None and first > second
    begin = moment.replace(minute=0, second=0) if comes_twice else moment
    return min(moment - lookback, begin - timedelta(seconds=2)).isoformat()


def later(moment: str, than: str | None) -> str:
    """Return a moment, or the second after another where it is no later."""
    if than is None or moment > than:
        return moment
    return (datetime.fromisoformat(than) + timedelta(seconds=1)).isoformat()


def second_before(moment: str) -> str:
    """Return the second before a moment. Raises `ValueError` for none, `OverflowError` before the calendar begins."""
    return (datetime.fromisoformat(moment) - timedelta(seconds=1)).isoformat()


class StateCursor(Cursor):
    """Keeps and emits the state of one stream."""

    def __init__(
        self,
        stream: str,
        field: str,
        *,
        state_manager: ConnectorStateManager,
        message_repository: MessageRepository,
    ) -> None:
        self.cursor_field = CursorField(field)
        self.saved: Mapping[str, Any] = state_manager.get_stream_state(stream, None)
        """The state that this sync started from. A stream that emits one state per sync overwrites it at the end."""
        self._stream = stream
        self._state_manager = state_manager
        self._message_repository = message_repository
        self._lock = threading.Lock()

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state."""
        return dict(self.saved)

    def close_partition(self, partition: Partition) -> None:
        """Emit the state that reading has left."""
        self._emit_state()

    def observe(self, record: Record) -> None:
        """Do nothing: the retriever looks at whole pages."""

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the state as it is at the stream's end."""
        self._emit_state()

    def should_be_synced(self, record: Record) -> bool:
        """Return True: AFAS has filtered."""
        return True

    def _emit_state(self) -> None:
        self._state_manager.update_state_for_stream(self._stream, None, self.state)
        self._message_repository.emit_message(self._state_manager.create_state_message(self._stream, None))


class GetConnectorCursor(StateCursor):
    """Keeps the state of one stream: the time before which all rows have been read.

    Windows are read side by side and may close in any order; the state follows the ones that are closed without a gap.
    """

    def __init__(
        self,
        stream: str,
        field: str,
        *,
        start_date: str | None,
        lookback: timedelta,
        state_manager: ConnectorStateManager,
        message_repository: MessageRepository,
    ) -> None:
        super().__init__(stream, field, state_manager=state_manager, message_repository=message_repository)
        self.began = now()
        self._reached = self._state_of(self.saved)
        self.had_none = bool(self.saved) and self._reached == BEGINNING
        """Whether the last sync found no rows at all."""
        self._start = self._first(start_date, lookback)
        self._windows: list[Window] = []

    @property
    def start(self) -> str | None:
        """The time from which to read; None for everything."""
        return self._start

    @property
    def overlap_to(self) -> str | None:
        """The time up to which this sync should bring rows again that the last one had; None if it should not."""
        return self._reached if self.had_rows else None

    def read_from_earlier(self, by: timedelta) -> None:
        """Read from so much earlier."""
        if self._start:
            self._start = (datetime.fromisoformat(self._start) - by).isoformat()

    @property
    def had_rows(self) -> bool:
        """Whether the last sync had rows at a time from which this one reads."""
        return self._reached > BEGINNING and (self._start or "") <= self._reached

    def _state_of(self, state: Mapping[str, Any]) -> str:
        value = state.get(self.cursor_field.cursor_field_key)
        if value is None:
            if others := ", ".join(name for name in state if not name.startswith("__ab_")):
                logger.warning(
                    f"The state of {self._stream} is one of {others}, and its cursor is "
                    f"{self.cursor_field.cursor_field_key}: reading it from the beginning."
                )
            return BEGINNING
        try:
            reached = datetime.fromisoformat(str(value).removesuffix("Z")).replace(microsecond=0).isoformat()
        except ValueError:
            logger.warning(f"The state of {self._stream} is no time, {value!r}: reading it from the beginning.")
            return BEGINNING
        return min(reached, self.began)

    def _first(self, start_date: str | None, lookback: timedelta) -> str | None:
        if self._reached > BEGINNING:
            again = overlapping(self._reached, lookback)
            return max(again, f"{start_date}T00:00:00") if start_date else again
        return f"{start_date}T00:00:00" if start_date else None

    def end_of_window(self, moment: str, start: str | None) -> str:
        """Return the end of a window that begins at `start` and may end at a row's time, as it is shown.

        It lies a second earlier: AFAS stores fractions of a second, and rounds them away.
        """
        return later(second_before(moment), start)

    def watch(self, rows: Slice, window: Window) -> None:
        """Have a slice of a window note what the state needs to know of it.

        A window with an end tells how far it reaches; the others are as new as their newest row.
        """
        if not window.end:
            rows.began = self.began

    def open_window(self, end: str | None, slices: int) -> Window:
        """Return the next window of the stream, which is read in so many slices."""
        with self._lock:
            self._windows.append(Window(end, slices))
            return self._windows[-1]

    def close_partition(self, partition: Partition) -> None:
        """Note that a slice has been read; emit a state when that makes the stream advance."""
        rows: Slice = slice_in(partition.to_slice())  # type: ignore[arg-type]
        window = rows.window
        if window is None:
            raise ValueError("a slice of no window")
        with self._lock:
            window.newest = max(window.newest, rows.newest)
            window.open_slices -= 1
            if self._advance():
                self._emit_state()

    def _advance(self) -> bool:
        advanced = False
        while self._windows and not self._windows[0].open_slices:
            self._close(self._windows.pop(0))
            advanced = True
        return advanced

    def _close(self, window: Window) -> None:
        # A window's end may lie in the future, where a row's time does: nothing beyond this sync has been read.
        reached = min(window.end, self.began) if window.end else window.newest
        self._reached = max(self._reached, reached)

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state."""
        return {self.cursor_field.cursor_field_key: self._reached}

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the state as it is at the stream's end."""
        with self._lock:
            self._advance()
            self._emit_state()
