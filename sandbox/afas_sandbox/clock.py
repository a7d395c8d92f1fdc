"""AFAS's clock: Amsterdam time without a zone, as all its times are [D:get, official]."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Clock:
    """The time in AFAS. It runs with the real one until it is set; then it stands still."""

    def __init__(self) -> None:
        self._set: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time in Amsterdam, to the microsecond, without a zone."""
        return self._set or datetime.now(AMSTERDAM).replace(tzinfo=None)

    @now.setter
    def now(self, value: datetime | None) -> None:
        """Set the clock; None lets it run with the real time again. A zone is taken to Amsterdam and left off."""
        if value is not None and value.tzinfo is not None:
            value = value.astimezone(AMSTERDAM).replace(tzinfo=None)
        self._set = value
