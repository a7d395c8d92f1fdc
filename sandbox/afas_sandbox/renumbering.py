"""Accounts get other numbers: the old ones are gone, the new ones stand there, and entries moved along."""

# ruff: noqa: S608 - names of tables and columns are this module's own

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from afas_sandbox.books import Books
from afas_sandbox.changed_days import touch as touch_days

COLUMNS = (
    ("accounts", "number"),
    ("relations", "number"),
    ("relations", "collect_account"),
    ("entry_lines", "account"),
    ("entry_lines", "collect_account"),
    ("vat_codes", "account"),
    ("budgets", "account"),
    ("projects", "debtor"),
    ("order_lines", "debtor"),
)
"""Where the number of an account stands."""


def renumber_accounts(books: Books, renumbering: Mapping[str, str], now: datetime, touch: bool) -> None:
    """Give ledger accounts, debtors and creditors other numbers, all at once, so that two may swap.

    `touch` says whether the moved entries count as changed, with their days; whether they do in AFAS is not known
    [our guess: they do].
    """
    books.make()
    with books.database.writing() as connection:
        found = connection.execute("SELECT number FROM accounts UNION ALL SELECT number FROM relations").fetchall()
        _check(renumbering, {number for (number,) in found})
        pairs = [list(renumbering), list(renumbering.values())]
        connection.execute("CREATE TEMP TABLE renumbering AS SELECT unnest(?) AS old, unnest(?) AS new", pairs)
        moved = "account IN (SELECT old FROM renumbering)"
        if touch and connection.execute(f"SELECT 1 FROM entry_lines WHERE {moved} LIMIT 1").fetchone():
            touch_days(books.database, now, moved, [])
            connection.execute(f"UPDATE entry_lines SET modified = ? WHERE {moved}", [now])
        for table, column in COLUMNS:
            connection.execute(f"UPDATE {table} SET {column} = r.new FROM renumbering AS r WHERE {column} = r.old")
        connection.execute("DROP TABLE renumbering")


def _check(renumbering: Mapping[str, str], numbers: set[str]) -> None:
    for old, new in renumbering.items():
        if old not in numbers:
            raise LookupError(f"there is no account {old}")
        if new in numbers - set(renumbering):
            raise ValueError(f"account {new} exists already")
    if len(set(renumbering.values())) < len(renumbering):
        raise ValueError("two accounts cannot get the same number")
