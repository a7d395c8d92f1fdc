"""`python -m demo`: the sandbox, a first sync into DuckDB, a change, a second sync."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import requests
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from demo.catalog import configured, incremental
from demo.landing import Landing

FOLDER = Path(".demo")
DATABASE = FOLDER / "afas.duckdb"
ENTRIES = 20_000
CHANGED_ENTRIES = 10
BLOCKED = "Geblokkeerde_export"
"""A GetConnector that the sandbox blocks, as AFAS may: the demo shows that it costs its own stream and no other."""

INDENT = 10
NEXT_STEP = "import duckdb; duckdb.connect('{database}').sql('SHOW TABLES').show(max_rows=50)"

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 80)


@dataclass
class StreamOfSync:
    """What a sync told of one stream."""

    rows: int = 0
    began: int = 0
    ended: int = 0
    status: str = ""
    cursor: str = ""
    error: str = ""

    @property
    def seconds(self) -> float:
        return (self.ended - self.began) / 1000


@dataclass
class Sync:
    """What a sync told."""

    streams: dict[str, StreamOfSync] = field(default_factory=dict)
    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    entries: set[tuple[int, int]] = field(default_factory=set)
    """Administration and number of the journal entries that came."""

    @property
    def rows(self) -> int:
        return sum(stream.rows for stream in self.streams.values())


def main() -> None:
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    say("sandbox", f"an invented AFAS Profit with {ENTRIES:,} entry lines, on this machine")
    with sandbox() as afas:
        write("config.json", configuration(afas))
        say("check", check())
        catalog = discover()
        write("catalog.json", configured(catalog))

        landing = Landing(duckdb.connect(str(DATABASE)), FOLDER)
        first = read(catalog, landing)
        land(catalog, landing, first)
        console.print(summary(first, catalog))
        tell(f"The one refused: {first.streams[BLOCKED].error}")
        trial_balance(landing)

        answer = requests.post(f"{afas['admin_url']}/change_entries", json={"number": CHANGED_ENTRIES}, timeout=60)
        answer.raise_for_status()
        changed = answer.json()
        numbers = ", ".join(str(key["entry_no"]) for key in changed)
        console.print()
        say("change", f"{len(changed)} journal entries got another description in AFAS: {numbers}")
        write("state.json", list(first.states.values()))
        second = read(catalog, landing, "--state", str(FOLDER / "state.json"))
        only_the_changed(changed, second, catalog)
        land(catalog, landing, second)
        trial_balance(landing)
    console.print()
    seconds = time.monotonic() - began
    say("done", f"in {seconds:.0f} seconds. {DATABASE} holds a table for each stream that was read. To see them:")
    code = NEXT_STEP.format(database=DATABASE.as_posix())
    console.print(f'\n{os.path.relpath(sys.executable)} -c "{code}"', markup=False)


def say(label: str, text: str) -> None:
    """Print a sentence behind its label."""
    lines = textwrap.fill(text, console.width, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT)
    console.print(Text.assemble((label.ljust(INDENT), "bold"), lines[INDENT:]))


def tell(text: str) -> None:
    """Print a sentence."""
    console.print(textwrap.fill(text, console.width), markup=False)


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
    }


def source_afas(*arguments: str, refused: frozenset[str] = frozenset()) -> Iterator[tuple[dict[str, Any], str]]:
    """Run a command of the source; yield its messages, and the lines that they came as.

    Ends the demo with the source's own words unless exactly the streams `refused` fail, and with them the command.
    """
    command = [sys.executable, "-m", "source_afas", *arguments, "--config", str(FOLDER / "config.json")]
    failed, said = set(), []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            message = json.loads(line)
            if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                said.append(message["trace"]["error"]["message"])
                if stream := message["trace"]["error"].get("stream_descriptor"):
                    failed.add(stream["name"])
            yield message, line
    if failed != refused or process.returncode != (1 if refused else 0):
        sys.exit("\n".join([f"source-afas {arguments[0]} ended with exit code {process.returncode}.", *said]))


def check() -> str:
    (status,) = [m["connectionStatus"] for m, _ in source_afas("check") if m["type"] == "CONNECTION_STATUS"]
    if status["status"] != "SUCCEEDED":
        sys.exit(status["message"])
    return str(status["message"])


def discover() -> dict[str, Any]:
    began = time.monotonic()
    (catalog,) = (m["catalog"] for m, _ in source_afas("discover") if m["type"] == "CATALOG")
    streams = catalog["streams"]
    keyed = sum(bool(s.get("source_defined_primary_key")) for s in streams)
    cursors = sum("incremental" in s["supported_sync_modes"] for s in streams)
    say(
        "discover",
        f"{len(streams)} streams in {time.monotonic() - began:.1f} seconds; {keyed} have a key, {cursors} a cursor",
    )
    return {s["name"]: s for s in streams}


def read(catalog: Mapping[str, Any], landing: Landing, *arguments: str) -> Sync:
    """Sync every stream, showing how far it is."""
    sync, began = Sync(), time.monotonic()
    command = ("read", "--catalog", str(FOLDER / "catalog.json"), *arguments)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading")
        for message, line in source_afas(*command, refused=frozenset({BLOCKED})):
            note(sync, landing, message, line)
            done = sum(bool(stream.ended) for stream in sync.streams.values())
            progress.update(task, description=f"{done} of {len(catalog)} streams, {sync.rows:,} rows")
    complete = {name for name, stream in sync.streams.items() if stream.status == "COMPLETE"}
    if missing := catalog.keys() - complete - {BLOCKED}:
        sys.exit(f"These streams were not read to the end: {', '.join(sorted(missing))}.")
    say(
        "read",
        f"{len(complete)} of {len(catalog)} streams, {sync.rows:,} rows in {time.monotonic() - began:.0f} seconds; "
        "1 refused by AFAS (blocked on purpose, to show it)",
    )
    return sync


def note(sync: Sync, landing: Landing, message: Mapping[str, Any], line: str) -> None:
    """Take down what one message of a sync says."""
    if message["type"] == "RECORD":
        name = message["record"]["stream"]
        sync.streams[name].rows += 1
        landing.receive(name, line)
        if name == "Profit_Transactions":
            sync.entries.add((message["record"]["data"]["UnitId"], message["record"]["data"]["EntryNo"]))
    elif message["type"] == "STATE":
        stream = message["state"]["stream"]
        name = stream["stream_descriptor"]["name"]
        sync.states[name] = message["state"]
        sync.streams[name].cursor = next(
            (f"{cursor} {value[:16]}" for cursor, value in stream["stream_state"].items() if isinstance(value, str)), ""
        ).replace("T", " ")
    elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
        status = message["trace"]["stream_status"]
        stream_of_sync = sync.streams.setdefault(status["stream_descriptor"]["name"], StreamOfSync())
        stream_of_sync.status = status["status"]
        if status["status"] == "STARTED":
            stream_of_sync.began = message["trace"]["emitted_at"]
        elif status["status"] in ("COMPLETE", "INCOMPLETE"):
            stream_of_sync.ended = message["trace"]["emitted_at"]
    elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
        name = (message["trace"]["error"].get("stream_descriptor") or {}).get("name")
        if name:
            sync.streams[name].error = message["trace"]["error"]["message"]


def land(catalog: Mapping[str, Any], landing: Landing, sync: Sync) -> None:
    for name, stream in catalog.items():
        if sync.streams[name].status == "COMPLETE":
            landing.land(stream, append=incremental(stream))


def table_of(*columns: str, numbers: tuple[str, ...] = (), title: str | None = None) -> Table:
    """Return an empty table that fits in 80 columns, and cuts no number where it does not."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        right = column in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
    return table


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


def only_the_changed(changed: list[dict[str, Any]], sync: Sync, catalog: Mapping[str, Any]) -> None:
    """Print what the second sync brought; end with an error where a changed entry is missing."""
    table = table_of("stream", "rows", "cursor", numbers=("rows",), title="Streams that were read incrementally")
    in_full = []
    for name, stream in sync.streams.items():
        if name == BLOCKED:
            continue
        if incremental(catalog[name]):
            table.add_row(name, f"{stream.rows:,}", stream.cursor)
        else:
            in_full.append(stream.rows)
    console.print()
    console.print(table)
    tell(f"{len(in_full)} streams without a cursor or without a key were read in full again: {sum(in_full):,} rows.")
    wanted = {(key["unit_id"], key["entry_no"]) for key in changed}
    if missing := wanted - sync.entries:
        sys.exit(f"These changed entries did not come: {sorted(missing)}.")
    overlap = len(sync.entries - wanted)
    more = f", and {overlap} more from the hour that each sync reads back" if overlap else ""
    tell(f"Profit_Transactions: all {len(wanted)} changed entries came{more}.")


def write(name: str, content: Any) -> None:
    (FOLDER / name).write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main()
