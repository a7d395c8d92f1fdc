"""The invented company's books: made from a seed when they are first asked for.

They hold four administrations over the financial years 2023 to 2026, ledger accounts with debtors and creditors as
sub-ledgers, journals, VAT, dimensions, two currencies, and journal entries that balance to the cent. All of it is
made in SQL, in the two files named below; 1,000,000 entry lines take a few seconds.
"""

from __future__ import annotations

import threading

from afas_sandbox.catalogue import text_of
from afas_sandbox.database import Database

FILES = ("books_master.sql", "books_entries.sql")


class Books:
    """The company's tables in a database, with `entries` entry lines (journaalpostregels)."""

    def __init__(self, database: Database, seed: int, entries: int) -> None:
        self.database = database
        self.seed = seed
        self.entries = entries
        self._made = False
        self._making = threading.Lock()

    def make(self) -> None:
        """Make the tables, once: a sandbox whose books nobody opens costs nothing."""
        if self._made:
            return
        with self._making:
            if self._made:
                return
            with self.database.writing() as connection:
                for name in FILES:
                    for statement in self._filled_in(text_of(name)).split(";\n"):
                        connection.execute(statement)
            self._made = True

    def _filled_in(self, sql: str) -> str:
        numbers = {
            "seed": self.seed,
            "debtors": max(12, min(2_000, self.entries // 50)),
            "creditors": max(12, min(1_000, self.entries // 100)),
            "orders": max(60, min(50_000, self.entries // 10)),
            "entries": self.entries,
        }
        for name, number in numbers.items():
            sql = sql.replace(f"@{name}", str(number))
        return sql
