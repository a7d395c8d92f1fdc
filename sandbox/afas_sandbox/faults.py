"""Misbehaviour to order: the n-th matching request is answered wrongly, late, half or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from afas_sandbox.errors import Answer
from afas_sandbox.request_log import RecordedRequest


@dataclass
class Misbehaviour:
    """What happens to which requests.

    Without an `answer` the real one is given. `on` is the path without /ProfitRestServices and without query,
    or the beginning of it up to a slash; None is any request.
    """

    answer: Answer | None = None
    on: str | None = None
    nth: int = 1
    """Which matching request from now is the first to suffer, counted from 1."""
    times: int = 1
    """How many in a row suffer."""
    cut: bool = False
    """Send half of the body, under the length of the whole, and close the connection."""
    reset: bool = False
    """Reset the connection instead of answering."""
    delay: float = 0.0
    """Seconds to wait before the answer."""
    where: Callable[[RecordedRequest], bool] | None = None
    """Which requests match beside those on the path, when the path does not say enough."""
    seen: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has happened as often as was asked."""
        return self.seen >= self.nth - 1 + self.times

    def strikes(self, request: RecordedRequest) -> bool:
        """Count a request that matches, and say whether it suffers."""
        if self.on is not None:
            path, on = request.path.lower(), self.on.lower().rstrip("/")
            if path != on and not path.startswith(on + "/"):
                return False
        if self.where is not None and not self.where(request):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class Faults:
    """The misbehaviour that stands ordered."""

    def __init__(self) -> None:
        self._ordered: list[Misbehaviour] = []
        self._lock = threading.Lock()

    def order(self, misbehaviour: Misbehaviour) -> None:
        """Add one to those that stand."""
        with self._lock:
            self._ordered.append(misbehaviour)

    def clear(self) -> None:
        """Forget all that has not happened."""
        with self._lock:
            self._ordered.clear()

    def due(self, request: RecordedRequest) -> Misbehaviour | None:
        """Return what happens to this request: the first order that strikes it. Every order counts it."""
        with self._lock:
            striking = [each for each in self._ordered if each.strikes(request)]
            self._ordered = [each for each in self._ordered if not each.spent]
        return striking[0] if striking else None
