"""`python -m demo`: the sandbox, a first sync into DuckDB, changes that AFAS does not signal, a second sync."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import requests
from rich.table import Table

from demo import commands
from demo.catalog import configured, incremental
from demo.commands import BLOCKED, Sync, check, discover, read, write
from demo.landing import Landing
from demo.screen import console, say, table_of, tell

ENTRIES = 20_000
RENUMBERED = ("4600", "4610")
"""The old and the new number of the account that is renumbered."""
DELETED = {"unit_id": 3, "entry_no": 1660}
"""The journal entry that is deleted."""

NEXT_STEP = "import duckdb; duckdb.connect('{database}').sql('SHOW TABLES').show(max_rows=50)"


def main() -> None:
    began = time.monotonic()
    shutil.rmtree(commands.FOLDER, ignore_errors=True)
    commands.FOLDER.mkdir()
    database = commands.FOLDER / "afas.duckdb"
    say("sandbox", f"an invented AFAS Profit with {ENTRIES:,} entry lines, on this machine")
    with sandbox() as afas:
        write("config.json", configuration(afas))
        say("check", check())
        catalog = discover()
        write("catalog.json", configured(catalog))

        landing = Landing(duckdb.connect(str(database)), commands.FOLDER)
        first = read(catalog, landing)
        land(catalog, landing, first)
        console.print(summary(first, catalog))
        tell(f"The one refused: {first.streams[BLOCKED].error}")
        trial_balance(landing)

        console.print()
        change(afas)
        write("state.json", list(first.states.values()))
        second = read(catalog, landing, "--state", str(commands.FOLDER / "state.json"))
        land(catalog, landing, second)
        again(second, catalog)
        repaired(second, landing)
        trial_balance(landing)
    console.print()
    seconds = time.monotonic() - began
    say("done", f"in {seconds:.0f} seconds. {database} holds a table for each stream that was read. To see them:")
    code = NEXT_STEP.format(database=database.as_posix())
    console.print(f'\n{os.path.relpath(sys.executable)} -c "{code}"', markup=False)


@contextmanager
def sandbox() -> Iterator[dict[str, str]]:
    """Serve the sandbox as a process of its own; yield its address and token."""
    command = [sys.executable, "-m", "afas_sandbox", "serve", "--json", "--entries", str(ENTRIES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            if not (facts := process.stdout.readline()):
                sys.exit("The sandbox did not start.")
            yield json.loads(facts)
        finally:
            process.terminate()


def configuration(afas: Mapping[str, str]) -> dict[str, Any]:
    return {
        "environment": afas["environment"],
        "base_url": afas["base_url"],
        "credentials": {"auth_type": "token", "token": afas["token"], "token_name": "demo"},
        "streams": [
            {"get_connector": "Profit_Accounts", "track_changes": "snapshot"},
            {"get_connector": "Profit_Transactions", "track_changes": "booking_days"},
        ],
    }


def land(catalog: Mapping[str, Any], landing: Landing, sync: Sync) -> None:
    for name, stream in catalog.items():
        if sync.streams[name].status == "COMPLETE":
            landing.land(stream, append=incremental(stream))


def summary(sync: Sync, catalog: Mapping[str, Any]) -> Table:
    table = table_of("stream", "rows", "sec.", "cursor", numbers=("rows", "sec."))
    for name, described in catalog.items():
        stream = sync.streams[name]
        if name == BLOCKED:
            table.add_row(name, "–", "–", "refused by AFAS")
        else:
            cursor = stream.cursor if incremental(described) else "read in full"
            table.add_row(name, f"{stream.rows:,}", f"{stream.seconds:.1f}", cursor)
    return table


def trial_balance(landing: Landing) -> None:
    """Print the trial balance; end with an error where the books do not add up."""
    sql = Path(__file__).with_name("trial_balance.sql").read_text(encoding="utf-8")
    numbers = ("accounts", "debit", "credit", "difference")
    title = "Trial balance by the entries; the difference is that with Profit_Period_balance"
    table = table_of("administration", *numbers, numbers=numbers, title=title)
    reconciled, total = True, Decimal(0)
    for unit, name, accounts, debit, credit, difference in landing.rows(sql):
        reconciled &= difference == 0 and debit == credit
        total += debit
        table.add_row(f"{unit} {name}", str(accounts), f"{debit:,.2f}", f"{credit:,.2f}", f"{difference:,.2f}")
    console.print()
    console.print(table)
    if not reconciled:
        sys.exit("The entries and AFAS's own balances do not reconcile.")
    tell("Reconciles with Profit_Period_balance to the cent, account by account.")
    ((allocated,),) = landing.rows("SELECT sum(AmtDebit) FROM Profit_Transactions_Allocated")
    if allocated != total:
        sys.exit(f"Profit_Transactions_Allocated adds up to {allocated:,.2f}, Profit_Transactions to {total:,.2f}.")
    tell(f"Profit_Transactions_Allocated adds up to the same {total:,.2f}.")


def change(afas: Mapping[str, str]) -> None:
    """Renumber an account and delete an entry in AFAS, which leaves no trace of either in the rows."""
    old, new = RENUMBERED
    entry = f"{DELETED['unit_id']}/{DELETED['entry_no']}"
    for answer in (
        requests.post(f"{afas['admin_url']}/renumber_accounts", json={"renumbering": {old: new}}, timeout=60),
        requests.delete(f"{afas['admin_url']}/entries/{entry}", timeout=60),
    ):
        answer.raise_for_status()
    say("change", f"account {old} got the number {new} in AFAS, and entry {entry} was deleted")


def again(sync: Sync, catalog: Mapping[str, Any]) -> None:
    """Print what the second sync brought."""
    table = table_of("stream", "rows", "cursor", numbers=("rows",), title="Streams that were read incrementally")
    in_full = []
    for name, stream in sync.streams.items():
        if name != BLOCKED and incremental(catalog[name]):
            table.add_row(name, f"{stream.rows:,}", stream.cursor)
        elif name != BLOCKED:
            in_full.append(stream.rows)
    console.print()
    console.print(table)
    tell(f"{len(in_full)} streams without a cursor or without a key were read in full again: {sum(in_full):,} rows.")


def repaired(sync: Sync, landing: Landing) -> None:
    """Print how the second sync told what AFAS does not; end with an error where it did not."""
    accounts, entries = sync.streams["Profit_Accounts"], sync.streams["Profit_Transactions"]
    renumbered = [(row["_afas_renumbered_from"]["Account"], row["Account"]) for row in accounts.renumbered]
    deleted = {(row["UnitId"], row["EntryNo"]) for row in entries.deleted}
    if renumbered != [RENUMBERED] or deleted != {tuple(DELETED.values())}:
        sys.exit(f"Told as renumbered: {renumbered}; as deleted: {deleted}.")
    old, new = RENUMBERED
    ((days, lines),) = landing.rows(
        f"SELECT count(DISTINCT EntryDate), count(*) FILTER (AccountNo = '{new}') FROM Profit_Transactions "
        "WHERE _afas_read_at = (SELECT max(_afas_read_at) FROM Profit_Transactions)"
    )
    console.print()
    tell(f"Profit_Accounts: {new} was {old} before, and {old} is gone.")
    ((unit, number),) = deleted
    tell(
        f"Profit_Transactions: the {len(entries.deleted)} lines of entry {unit}/{number} are gone, and {lines} lines "
        f"stand on {new}. Of {ENTRIES:,} rows {entries.rows - len(entries.deleted):,} came again: those of the {days} "
        "booking days that AFAS says were touched."
    )


if __name__ == "__main__":
    main()
