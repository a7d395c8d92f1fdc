"""`python -m benchmarks`: a large first load beside a loop that skips and takes, with AFAS's latency imitated."""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

GET_CONNECTOR = "Profit_Transactions"
KEY = "UnitId,JournalId,EntryNo,SeqNo"
TAKE = 8333
LATENCY = ("--latency-ms", "150", "--latency-ms-per-1000-cells", "1", "--latency-ms-per-1000-skipped", "1")


@dataclass
class Run:
    """One command, measured."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    states: int = 0
    largest_state: int = 0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args().entries
    console = Console(width=None if sys.stdout.isatty() else 120)
    command = [sys.executable, "-m", "afas_sandbox", "serve", "--json", "--entries", str(entries), *LATENCY]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert sandbox.stdout
        afas = json.loads(sandbox.stdout.readline())
        runs = [
            skip_and_take(afas),
            read("source-afas, first load in windows of time", afas, Path(folder), cursor=True),
            read("source-afas, full refresh in ranges of the key", afas, Path(folder), cursor=False),
        ]
        sandbox.terminate()
    table = Table(
        title=f"{GET_CONNECTOR}, {entries:,} rows; 150 ms a call, 1 ms per 1,000 cells, 1 ms per 1,000 skipped"
    )
    for column in ("", "rows", "seconds", "of the loop", "CPU s", "peak MB", "states", "largest state"):
        table.add_column(column, justify="left" if not column else "right")
    for run in runs:
        table.add_row(
            run.name,
            f"{run.rows:,}",
            f"{run.seconds:.1f}",
            f"{run.seconds / runs[0].seconds:.2f}",
            f"{run.cpu_seconds:.1f}",
            f"{run.peak_mb:.0f}",
            str(run.states or "–"),
            f"{run.largest_state:,} B" if run.states else "–",
        )
    console.print(table)


def skip_and_take(afas: dict[str, str]) -> Run:
    """Measure the loop."""
    authorization = "AfasToken " + base64.b64encode(afas["token"].encode()).decode()
    arguments = [afas["base_url"], authorization, GET_CONNECTOR, KEY, str(TAKE)]
    return measured("a loop that skips and takes", [sys.executable, "-m", "benchmarks.skip_and_take", *arguments])


def read(name: str, afas: dict[str, str], folder: Path, *, cursor: bool) -> Run:
    """Measure the source."""
    config: dict[str, Any] = {
        "environment": afas["environment"],
        "base_url": afas["base_url"],
        "credentials": {"auth_type": "token", "token": afas["token"]},
        "get_connectors": [GET_CONNECTOR],
    }
    if not cursor:
        config["streams"] = [{"get_connector": GET_CONNECTOR, "cursor_field": ""}]
    (folder / "config.json").write_text(json.dumps(config))
    source = [sys.executable, "-m", "source_afas"]
    discovered = subprocess.run(
        [*source, "discover", "--config", folder / "config.json"], capture_output=True, text=True, check=True
    ).stdout
    (stream,) = next(m["catalog"] for m in map(json.loads, discovered.splitlines()) if m["type"] == "CATALOG")[
        "streams"
    ]
    mode = {"sync_mode": stream["supported_sync_modes"][-1], "destination_sync_mode": "append"}
    (folder / "catalog.json").write_text(json.dumps({"streams": [{"stream": stream, **mode}]}))
    arguments = ["--config", str(folder / "config.json"), "--catalog", str(folder / "catalog.json")]
    return measured(name, [*source, "read", *arguments])


def measured(name: str, command: list[str]) -> Run:
    """Run a command that prints messages; count what it prints and what it takes."""
    began, rows, states = time.monotonic(), 0, []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(b'{"type":"RECORD"'):
                rows += 1
            elif line.startswith(b'{"type":"STATE"'):
                states.append(len(line))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name} ended with {process.returncode}")
    seconds = time.monotonic() - began
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    return Run(name, rows, seconds, cpu, peak, len(states), max(states, default=0))


if __name__ == "__main__":
    main()
