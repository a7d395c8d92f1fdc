"""`python -m demo`: the sandbox, a first sync into DuckDB, a change, a second sync."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.landing import Landing

FOLDER = Path(".demo")
DATABASE = FOLDER / "afas.duckdb"
ENTRIES = 20_000
CHANGED_ENTRIES = 10

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 110)


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
    console.print(f"[bold]sandbox[/]   an invented AFAS Profit with {ENTRIES:,} entry lines, on this machine")
    with sandbox() as afas:
        write("config.json", configuration(afas))
        console.print(f"[bold]check[/]     {check()}")
        catalog = discover()
        write("catalog.json", configured(catalog))

        landing = Landing(DATABASE, FOLDER)
        first = read(catalog, landing)
        land(catalog, landing, first)
        console.print(summary(first, catalog))
        trial_balance(landing)

        changed = requests.post(
            f"{afas['admin_url']}/change_entries", json={"number": CHANGED_ENTRIES}, timeout=60
        ).json()
        console.print(
            f"\n[bold]change[/]    {len(changed)} journal entries got another description in AFAS: "
            f"{', '.join(str(key['entry_no']) for key in changed)}"
        )
        write("state.json", list(first.states.values()))
        second = read(catalog, landing, "--state", str(FOLDER / "state.json"))
        only_the_changed(changed, second)
        land(catalog, landing, second)
        trial_balance(landing)
    console.print(
        f"\nEverything lies in {DATABASE}: every GetConnector a table, for any DuckDB client. "
        f"Took {time.monotonic() - began:.0f} seconds."
    )


@contextmanager
def sandbox() -> Iterator[dict[str, str]]:
    """Serve the sandbox as a process of its own; yield its address and token."""
    command = [sys.executable, "-m", "afas_sandbox", "serve", "--json", "--entries", str(ENTRIES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def configuration(afas: Mapping[str, str]) -> dict[str, Any]:
    return {
        "environment": afas["environment"],
        "base_url": afas["base_url"],
        "credentials": {"auth_type": "token", "token": afas["token"], "token_name": "demo"},
    }


def source_afas(*arguments: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Run a command of the source; yield its messages, and the lines that they came as."""
    command = [sys.executable, "-m", "source_afas", *arguments, "--config", str(FOLDER / "config.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            yield json.loads(line), line


def check() -> str:
    for message, _ in source_afas("check"):
        if message["type"] == "CONNECTION_STATUS":
            if message["connectionStatus"]["status"] != "SUCCEEDED":
                sys.exit(message["connectionStatus"]["message"])
            return str(message["connectionStatus"]["message"])
    sys.exit("check said nothing")


def discover() -> dict[str, Any]:
    began = time.monotonic()
    (catalog,) = (m["catalog"] for m, _ in source_afas("discover") if m["type"] == "CATALOG")
    streams = catalog["streams"]
    keyed = sum(bool(s.get("source_defined_primary_key")) for s in streams)
    incremental = sum("incremental" in s["supported_sync_modes"] for s in streams)
    console.print(
        f"[bold]discover[/]  {len(streams)} streams in {time.monotonic() - began:.1f} seconds, "
        f"{keyed} with a key, {incremental} incremental"
    )
    return {s["name"]: s for s in streams}


def configured(catalog: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": stream["supported_sync_modes"][-1],
                "destination_sync_mode": "append_dedup" if incremental(stream) else "overwrite",
            }
            for stream in catalog.values()
        ]
    }


def incremental(stream: Mapping[str, Any]) -> bool:
    return "incremental" in stream["supported_sync_modes"]


def read(catalog: Mapping[str, Any], landing: Landing, *arguments: str) -> Sync:
    """Sync every stream, showing how far it is."""
    sync = Sync()
    columns = (SpinnerColumn(), TextColumn("[bold]read[/]      {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=console.is_terminal, refresh_per_second=5) as progress:
        task = progress.add_task("…")
        for message, line in source_afas("read", "--catalog", str(FOLDER / "catalog.json"), *arguments):
            note(sync, landing, message, line)
            done = sum(bool(stream.ended) for stream in sync.streams.values())
            progress.update(task, description=f"{done} of {len(catalog)} streams, {sync.rows:,} rows")
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
            (f"{field} {value}" for field, value in stream["stream_state"].items() if isinstance(value, str)), ""
        )
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


def summary(sync: Sync, catalog: Mapping[str, Any]) -> Table:
    table = Table(title=None, show_footer=True)
    table.add_column("stream", footer=f"{len(catalog)} streams", overflow="fold")
    table.add_column("rows", justify="right", footer=f"{sync.rows:,}")
    table.add_column("seconds", justify="right")
    table.add_column("cursor", overflow="fold")
    for name in catalog:
        stream = sync.streams[name]
        if stream.status == "COMPLETE":
            table.add_row(name, f"{stream.rows:,}", f"{stream.seconds:.1f}", stream.cursor)
        else:
            table.add_row(name, "–", "–", f"[yellow]{stream.error}[/]")
    return table


def trial_balance(landing: Landing) -> None:
    """Print the trial balance; end with an error where the entries and AFAS's own balances disagree."""
    sql = Path(__file__).with_name("trial_balance.sql").read_text(encoding="utf-8")
    table = Table(title="Trial balance by the entries, beside Profit_Period_balance", title_justify="left")
    for column in ("administration", "name", "accounts", "debit", "credit", "difference"):
        table.add_column(column, justify="left" if column == "name" else "right")
    reconciled = True
    for unit, name, accounts, debit, credit, difference in landing.rows(sql):
        reconciled &= difference == 0 and debit == credit
        table.add_row(str(unit), name, str(accounts), f"{debit:,.2f}", f"{credit:,.2f}", f"{difference:,.2f}")
    console.print(table)
    if not reconciled:
        sys.exit("The entries and AFAS's own balances do not reconcile.")
    console.print("Reconciles with Profit_Period_balance to the cent, account by account.")


def only_the_changed(changed: list[dict[str, Any]], sync: Sync) -> None:
    """Print what the second sync brought; end with an error where a changed entry is missing."""
    table = Table(title="The second sync: incremental streams that brought rows", title_justify="left")
    for column in ("stream", "rows", "cursor"):
        table.add_column(column, justify="right" if column == "rows" else "left", overflow="fold")
    for name, stream in sync.streams.items():
        if stream.rows and stream.cursor:
            table.add_row(name, f"{stream.rows:,}", stream.cursor)
    console.print(table)
    wanted = {(key["unit_id"], key["entry_no"]) for key in changed}
    if missing := wanted - sync.entries:
        sys.exit(f"These changed entries did not come: {sorted(missing)}.")
    overlap = len(sync.entries - wanted)
    console.print(
        f"Profit_Transactions: all {len(wanted)} changed entries came, and {overlap} of the hour by which each sync "
        "overlaps the last one; nothing else."
    )


def write(name: str, content: Any) -> None:
    (FOLDER / name).write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main()
