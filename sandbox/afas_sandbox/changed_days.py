"""Touched booking days: whatever happens to an entry shows in `Profit_Fin_ChangedEntrydate`.

That day then stands there with the time of the change, also after a deletion, which leaves no other trace [D:bi,
official].
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from afas_sandbox.database import Database


def touch(database: Database, now: datetime, condition: str, parameters: Sequence[Any], *, listed: bool = True) -> None:
    """Note the booking days of the entry lines that meet a condition as changed now.

    Raises LookupError where no line does.
    """
    with database.writing() as connection:
        days = connection.execute(
            f"SELECT DISTINCT entry_date FROM entry_lines WHERE {condition}",  # noqa: S608 - never a caller's text
            list(parameters),
        )
        touched = [day for (day,) in days.fetchall()]
        if not touched:
            raise LookupError("there is no such entry")
        if not listed:
            return
        connection.execute("DELETE FROM changed_days WHERE list_contains(?, entry_date)", [touched])
        connection.execute("INSERT INTO changed_days SELECT unnest(?), ?", [touched, now])
