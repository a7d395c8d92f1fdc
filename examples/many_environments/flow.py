"""The orchestrator's part, for Prefect: a run of all environments, at most so many at a time.

It needs `prefect` and `duckdb`, and the source as a command. Prefect does the waiting in line, the second tries and the
record of what ran when; what one environment takes is in `sync`.
"""

import argparse
import json
import resource
import shlex
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner

from examples.many_environments.sync import Database, Environment, SyncError, environments, sync


@dataclass
class Report:
    """What a run did: the rows of each stream of each environment, and what went wrong."""

    seconds: float = 0
    source_cpu_seconds: float = 0
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def _may_pass(task: Any, task_run: Any, state: Any) -> bool:
    """Tell whether a failed sync is worth a second try."""
    error = state.result(raise_on_failure=False)
    return not isinstance(error, SyncError) or error.later


@task(
    task_run_name="{environment.name}",
    retries=2,
    retry_delay_seconds=[60, 600],
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
)
def sync_environment(environment: Environment, folder: Path, database: Database, source: list[str]) -> dict[str, int]:
    """Sync one environment; a failure is this environment's alone."""
    return sync(environment, folder, database, source)


@flow(name="afas-environments")
def sync_all(csv: Path, folder: Path, source: list[str], at_a_time: int = 4, report: Path | None = None) -> None:
    """Sync every environment of the CSV file, and fail in the end if one of them failed."""
    told, began = Report(), time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder / "afas.duckdb")
    # One connection stays open, so that the syncs need not open the file anew.
    with database.connect(), ThreadPoolTaskRunner(max_workers=at_a_time) as line:
        runs = {
            environment.name: line.submit(
                sync_environment,
                {"environment": environment, "folder": folder, "database": database, "source": source},
            )
            for environment in environments(csv)
        }
        wait(list(runs.values()))
        database.see_together()
    for name, run in runs.items():
        if run.state.is_completed():
            told.rows[name] = run.result()
        else:
            told.failed[name] = str(run.result(raise_on_failure=False))
    told.seconds = time.monotonic() - began
    sources = resource.getrusage(resource.RUSAGE_CHILDREN)
    told.source_cpu_seconds = sources.ru_utime + sources.ru_stime
    if report:
        report.write_text(json.dumps(asdict(told)), encoding="utf-8")
    if told.failed:
        raise RuntimeError("\n".join(f"{name}: {reason}" for name, reason in told.failed.items()))


def main() -> None:
    """Run once, or every time that a cron expression says."""
    parser = argparse.ArgumentParser(prog="python -m examples.many_environments.flow", description=__doc__)
    parser.add_argument("csv", type=Path, help="name,environment,token_file,base_url of each environment")
    parser.add_argument(
        "--folder", type=Path, default=Path("afas_environments"), help="for the database and the states (%(default)s)"
    )
    parser.add_argument("--at-a-time", type=int, default=4, help="environments (default %(default)s)")
    parser.add_argument("--source-afas", type=shlex.split, default="source-afas", help="the command")
    parser.add_argument("--report", type=Path, help="write what happened, as JSON")
    parser.add_argument("--cron", help='run at these times, such as "0 5 * * *", until stopped')
    given = parser.parse_args()
    parameters = {
        "csv": given.csv,
        "folder": given.folder,
        "source": given.source_afas,
        "at_a_time": given.at_a_time,
        "report": given.report,
    }
    if given.cron:
        sync_all.serve(name="nightly", cron=given.cron, parameters=parameters, limit=1)
    elif sync_all(**parameters, return_state=True).is_failed():
        sys.exit(1)


if __name__ == "__main__":
    main()
