"""The state of a stream that tracks changes: the time of the sync, and what is remembered of its rows."""

from collections.abc import Mapping
from typing import Any

from source_afas.reading.cursor import StateCursor
from source_afas.tracking.marks import UPDATED_AT, read_at


class TrackingCursor(StateCursor):
    """Keeps the state that a whole sync makes."""

    def __init__(self, stream: str, **options: Any) -> None:
        super().__init__(stream, UPDATED_AT, **options)
        self.read_at = read_at(self.saved.get(UPDATED_AT))
        """The time of this sync, as its rows say it."""

    def foresee(self, state: Mapping[str, Any]) -> None:
        """Emit a state that knows of rows which are about to be told.

        A sync may be killed behind them: the next one must know that the destination may have them.
        """
        with self._lock:
            self.saved = state
            self._emit_state()
