"""A slice of a stream: the rows that one thread reads, and what is noticed while they are read.

The CDK passes a slice around as a `StreamSlice`, whose mapping is for its log, and whose `extra_fields` are for us.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_afas.afas.page import Row
from source_afas.afas.query import Query
from source_afas.reading.answer import Answer


@dataclass
class Window:
    """A stretch of time that is read in one or more slices."""

    end: str | None
    """Exclusive upper bound of the times in it; None: open-ended."""
    open_slices: int
    newest: str = ""
    """The latest time seen in it that is not in the future."""


@dataclass(frozen=True)
class Until:
    """Where a slice ends, told without the filter that keeps what comes after it out."""

    rest: Query
    """The slice and all that comes after it."""
    starts: Callable[[Row | None, Row], bool]
    """Whether a row, and the row before it if one is known, lie at the border."""
    count: int | None
    """The rows before the border when it was chosen; None if that is not known to the row."""


@dataclass
class Tally:
    """The slices of one query, and the rows that have come of them."""

    whole: Query
    open: int = 0
    rows: int = 0
    complete: bool = False
    """Whether all slices have been made."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *, last: bool = False) -> "Tally":
        """Note that one more slice has been made, the last one for all."""
        with self._lock:
            self.open, self.complete = self.open + 1, last
        return self

    def close(self, rows: int) -> int | None:
        """Note that a slice has been read; return the rows of all, if it was the last one."""
        with self._lock:
            self.open, self.rows = self.open - 1, self.rows + rows
            return self.rows if self.complete and not self.open else None


@dataclass
class Slice:
    """The rows of one query, which one thread reads."""

    query: Query
    first: Answer | None = None
    """The first page, if planning has read it already; taken out by the reader."""
    expected: bool = False
    """Whether rows are due: a row was seen in it when it was planned."""
    window: Window | None = None
    """The window of time that the slice is a part of, in a stream with a cursor."""
    until: Until | None = None
    tally: Tally | None = None
    """Where its rows are added to those of the other slices."""
    began: str = ""
    """The time at which the sync began, if the newest row up to then is to be noted."""
    newest: str = ""

    def take_first(self) -> Answer | None:
        """Return the first page, if it is there, and give it up: a page takes megabytes."""
        first, self.first = self.first, None
        return first


def stream_slice(of: Any, where: Mapping[str, Any] | None = None) -> StreamSlice:
    """Return the CDK's slice around ours; `where` says in the log which rows it is about."""
    shown = {name: str(value) for name, value in (where or {}).items() if value}
    return StreamSlice(partition={}, cursor_slice=shown, extra_fields={_KEY: of})


def slice_in(of: StreamSlice | None) -> Any:
    """Return our slice within the CDK's, None if it holds none."""
    return of.extra_fields.get(_KEY) if of else None


_KEY = "afas"
