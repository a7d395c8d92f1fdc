"""How long AFAS takes: a model, so that tests can weigh ways of reading against each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Latency:
    """Seconds that an answer takes: for the call, for its cells (rows times fields), for the rows it skips.

    That skipping costs, and costs more the further it goes, is official [D:get]; the numbers are yours.
    """

    per_call: float = 0.0
    per_1000_cells: float = 0.0
    per_1000_skipped: float = 0.0

    def seconds(self, cells: int = 0, skipped: int = 0) -> float:
        """Return the seconds for one answer."""
        return self.per_call + self.per_1000_cells * cells / 1000 + self.per_1000_skipped * skipped / 1000
