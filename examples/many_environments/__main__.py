"""`python -m examples.many_environments`: ten sandboxes as ten environments, one after another and side by side."""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import requests
from rich.console import Console
from rich.table import Table

from benchmarks.environments import Environment

ROOT = Path(__file__).parents[2]
FOLDER = Path(".many_environments")
PREFECT = Environment("prefect", ("prefect==3.8.8", "fastapi==0.139.0", "sqlalchemy==2.0.58", "duckdb==2.0.0"))
"""The orchestrator, in an environment of its own. With the newest FastAPI Prefect 3.8.8 does not start, and with the
newest SQLAlchemy it does not schedule."""

BY_ENVIRONMENT = """
SELECT environment, count(*) AS lines, sum(AmtDebit) AS debit, sum(AmtDebit) - sum(AmtCredit) AS difference
FROM together.Profit_Transactions GROUP BY ALL ORDER BY environment
"""


def main() -> None:
    """Sync all one by one, then several at a time, then again after a change; print how long each took."""
    arguments = _arguments()
    console = Console(highlight=False)
    python = PREFECT.interpreter()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    names = [f"klant_{number:02}" for number in range(1, arguments.environments + 1)]
    with ExitStack() as stack:
        served = [
            stack.enter_context(sandbox(seed, arguments.entries, arguments.latency_ms))
            for seed in range(1, len(names) + 1)
        ]
        listed = write_csv(FOLDER, dict(zip(names, served, strict=True)))
        console.print(
            f"{len(names)} sandboxes of {arguments.entries:,} entry lines serve, {arguments.latency_ms} ms an answer."
        )
        alone = run(python, listed, FOLDER / "one_at_a_time", at_a_time=1)
        several = run(python, listed, FOLDER / "several_at_a_time", at_a_time=arguments.at_a_time)
        for afas in served:
            requests.post(f"{afas['admin_url']}/change_entries", json={"number": 1}, timeout=60).raise_for_status()
        again = run(python, listed, FOLDER / "several_at_a_time", at_a_time=arguments.at_a_time)

    table = Table(
        "run", "at a time", "seconds", "CPU seconds", "rows", "entry lines", "failed", box=None, pad_edge=False
    )
    for label, report, at_a_time in (
        ("first sync of all", alone, 1),
        ("first sync of all", several, arguments.at_a_time),
        ("again, some changed", again, arguments.at_a_time),
    ):
        entries = sum(rows["Profit_Transactions"] for rows in report["rows"].values())
        total = sum(sum(rows.values()) for rows in report["rows"].values())
        seconds = [f"{report[clock]:.0f}" for clock in ("seconds", "source_cpu_seconds")]
        table.add_row(label, str(at_a_time), *seconds, f"{total:,}", f"{entries:,}", str(len(report["failed"])))
    console.print(table)
    console.print(f"{arguments.at_a_time} at a time: {alone['seconds'] / several['seconds']:.1f} times as fast.")

    with duckdb.connect(str(FOLDER / "several_at_a_time" / "afas.duckdb"), read_only=True) as database:
        console.print(f"\nThe environments in {FOLDER / 'several_at_a_time' / 'afas.duckdb'}:")
        console.print(str(database.sql(BY_ENVIRONMENT)))
    sys.exit(any(report["failed"] for report in (alone, several, again)))


@contextmanager
def sandbox(seed: int, entries: int, latency_ms: int) -> Iterator[dict[str, str]]:
    """Serve a sandbox as a process of its own; yield its address, environment and token."""
    options = {"--seed": seed, "--entries": entries, "--latency-ms": latency_ms}
    command = [
        sys.executable,
        "-m",
        "afas_sandbox",
        "serve",
        "--json",
        *(str(o) for pair in options.items() for o in pair),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            if not (facts := process.stdout.readline()):
                sys.exit("A sandbox did not start.")
            yield json.loads(facts)
        finally:
            process.terminate()


def write_csv(folder: Path, environments: dict[str, dict[str, str]]) -> Path:
    """Write the list of environments, and a file with the token of each; return where the list is."""
    listed = folder / "environments.csv"
    with listed.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["name", "environment", "token_file", "base_url"])
        for name, afas in environments.items():
            (folder / f"{name}.token").write_text(afas["token"], encoding="utf-8")
            table.writerow([name, afas["environment"], f"{name}.token", afas["base_url"]])
    return listed


def run(python: Path, listed: Path, folder: Path, *, at_a_time: int, options: Sequence[str] = ()) -> dict[str, Any]:
    """Have Prefect sync the environments of a list once; return its report."""
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "examples.many_environments.flow", str(listed.resolve())]
    command += ["--folder", str(folder.resolve()), "--report", str(report.resolve()), "--at-a-time", str(at_a_time)]
    command += ["--source-afas", f"{sys.executable} -m source_afas", *options]
    with (folder / "prefect.log").open("w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=ROOT, env=_quiet(folder), stdout=log, stderr=log, check=False)
    if not report.is_file():
        sys.exit(f"Prefect ended with exit code {done.returncode}: see {log.name}.")
    return {**json.loads(report.read_text(encoding="utf-8")), "exit_code": done.returncode}


def _quiet(folder: Path) -> dict[str, str]:
    """Return the settings that keep Prefect within a folder and off the network."""
    return {
        **os.environ,
        "PREFECT_HOME": str((folder.parent / "prefect").resolve()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Its server takes half a minute to start on a busy machine; twenty seconds are the default.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "DO_NOT_TRACK": "1",
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.many_environments", description=__doc__)
    parser.add_argument("--environments", type=int, default=10)
    parser.add_argument("--entries", type=int, default=2_000, help="entry lines of each (default %(default)s)")
    parser.add_argument("--latency-ms", type=int, default=300, help="of every answer (default %(default)s)")
    parser.add_argument("--at-a-time", type=int, default=5, help="environments (default %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
