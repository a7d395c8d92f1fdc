"""What a state remembers of booking days: the keys of their rows, of the newest days, within a bound."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from source_afas.tracking.row_keys import packed, unpacked

AFTER_ALL_DAYS = "forgotten"
"""The begin of what is remembered where no day is: as a text it comes after every date."""


class RememberedDays:
    """The keys of the rows of each booking day. Days before `begin` are forgotten; later ones without rows have none.

    Raises `ValueError` where what a state kept is broken.
    """

    def __init__(self, saved: Mapping[str, Any], most_rows: int) -> None:
        self._most_rows = most_rows
        self._days: dict[str, tuple[int, str]] = {}
        """The number of rows, and their keys packed, by day."""
        try:
            self.begin = str(saved.get("begin") or "")
            if self.begin != AFTER_ALL_DAYS:
                date.fromisoformat(self.begin or "1900-01-01")
            for day, (rows, text) in saved.get("days", {}).items():
                if int(rows) != len(unpacked(text)[0]):
                    raise ValueError("another number of rows")
                self._days[date.fromisoformat(day).isoformat()] = int(rows), text
        except (AttributeError, TypeError):
            raise ValueError("no remembered days") from None
        self.rows = sum(rows for rows, _ in self._days.values())
        """Rows that are remembered."""

    def saved(self) -> dict[str, Any]:
        """Return what a state keeps."""
        return {"begin": self.begin, "days": {day: list(kept) for day, kept in self._days.items()}}

    def remembers(self, day: str) -> bool:
        """Tell whether all rows that a day had are known."""
        return day >= self.begin

    def all(self) -> list[str]:
        """Return the days that have rows."""
        return list(self._days)

    def keys(self, day: str) -> set[str]:
        """Return the keys that a day had; none where it is forgotten."""
        return set(unpacked(self._days[day][1])[0]) if day in self._days else set()

    def add(self, rows: Iterable[tuple[str, str]]) -> bool:
        """Note rows, by day and key, beside those that are known; return whether any was not."""
        by_day: dict[str, set[str]] = {}
        for day, key in rows:
            if day and self.remembers(day):
                by_day.setdefault(day, set()).add(key)
        grown = {day: keys | known for day, keys in by_day.items() if keys - (known := self.keys(day))}
        for day, keys in grown.items():
            self.replace(day, keys)
        return bool(grown)

    def replace(self, day: str, keys: Collection[str]) -> None:
        """Note what rows a day has. Forget the oldest days where there are too many rows."""
        if not day or not self.remembers(day):
            return
        self.rows += len(keys) - self._days.pop(day, (0, ""))[0]
        if keys:
            self._days[day] = len(keys), packed(sorted(keys))
        while self.rows > self._most_rows:
            oldest = min(self._days)
            self.rows -= self._days.pop(oldest)[0]
            forgotten = date.fromisoformat(oldest)
            self.begin = (forgotten + timedelta(days=1)).isoformat() if forgotten < date.max else AFTER_ALL_DAYS
