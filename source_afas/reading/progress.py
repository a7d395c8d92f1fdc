"""How far a stream is, told every ten seconds."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger("airbyte")

SECONDS = 10


class Progress:
    """Counts the rows of one stream, read by several threads, and says so now and then."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._rows = 0
        self._began = self._said = time.monotonic()

    def count(self, rows: int, where: Mapping[str, Any] | None) -> None:
        """Count rows; say so when the last word is some seconds old."""
        with self._lock:
            first = not self._rows
            self._rows += rows
            now = time.monotonic()
            if first:
                self._began = self._said = now
            elif now - self._said >= SECONDS:
                self._said = now
                window = ", ".join(f"{name} {value}" for name, value in (where or {}).items() if value)
                logger.info(
                    f"{self._stream}: {self._rows:,} rows, {self._rows / (now - self._began):,.0f} a second"
                    f"{f'; {window}' if window else ''}."
                )
