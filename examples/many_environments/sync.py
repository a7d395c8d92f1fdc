"""One environment: read by a process of its own, from where its last sync ended, into its own schema of one database.

This module knows nothing of the orchestrator: any scheduler that can call a function can call `sync`.
"""

import csv
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from demo.catalog import configured, incremental
from demo.landing import Landing

STREAMS = [
    "Profit_Administrations",
    "Profit_Accounts",
    "Profit_Journals",
    "Profit_periods_per_administration",
    "Profit_Transactions",
    "Profit_Period_balance",
    "Profit_VAT_code",
    "Profit_Currency",
    "Profit_Debtor",
    "Profit_Creditor",
    "Profit_Debtor_Invoices",
    "Profit_Creditor_Invoices",
]
"""What is read of every environment; one that lacks some of them is read for the others."""

TOGETHER = "together"
"""The schema of the views over all environments."""

NAME = re.compile("[A-Za-z][A-Za-z0-9_]*")
RESERVED = {TOGETHER, "main", "temp", "information_schema", "pg_catalog"}


@dataclass(frozen=True)
class Environment:
    """A row of the CSV file."""

    name: str
    """A name of one's own; the schema, the folder and the sync bear it."""
    environment: str
    """AFAS's name for it, such as O12345AA."""
    token_file: str
    """Where its token stands, beside the CSV file or elsewhere: a secret does not belong in the list itself."""
    base_url: str = ""
    """Another address than AFAS's own: the sandbox's."""


def environments(file: Path) -> list[Environment]:
    """Return the environments of a CSV file, whose first line names the columns.

    Raises ValueError where a name cannot be a schema and a folder of its own.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [Environment(**row) for row in csv.DictReader(lines)]
    names = [row.name for row in rows]
    if wrong := [name for name in names if not NAME.fullmatch(name) or name.lower() in RESERVED]:
        raise ValueError(f"names must be of letters, digits and _, and not {', '.join(sorted(RESERVED))}: {wrong}")
    if len({name.lower() for name in names}) < len(names):
        raise ValueError("names must differ, in more than their capitals")
    return [replace(row, token_file=str(file.parent / row.token_file), base_url=row.base_url or "") for row in rows]


class SyncError(Exception):
    """A sync that did not bring everything."""

    def __init__(self, message: str, *, later: bool) -> None:
        super().__init__(message)
        self.later = later
        """Whether another try may do better: not where a token is refused, for instance."""


@dataclass
class Database:
    """The one database. DuckDB takes one process that writes, so the syncs land their rows in turn."""

    file: Path
    turn: threading.Lock = field(default_factory=threading.Lock)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection; those of one process share the database."""
        return duckdb.connect(str(self.file))

    def see_together(self) -> None:
        """Make a view of each table over all environments, with the name of the environment in front."""
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {TOGETHER}")
            tables = connection.execute(
                "SELECT table_name, list(table_schema ORDER BY table_schema) FROM information_schema.tables "
                "WHERE table_type = 'BASE TABLE' GROUP BY table_name"
            ).fetchall()
            for table, schemas in tables:
                parts = (f'SELECT \'{schema}\' AS environment, * FROM "{schema}"."{table}"' for schema in schemas)
                connection.execute(
                    f'CREATE OR REPLACE VIEW {TOGETHER}."{table}" AS ' + " UNION ALL BY NAME ".join(parts)
                )


def sync(environment: Environment, folder: Path, database: Database, source: Sequence[str]) -> dict[str, int]:
    """Read an environment on from its state, land what came, keep the new state; return the rows of each stream.

    A folder within `folder` holds what belongs to the environment; its `state.json` makes the next sync incremental.
    `source` is the command, such as `["source-afas"]`. Streams that were read to the end are kept also where others
    fail.
    """
    own = folder / environment.name
    own.mkdir(mode=0o700, parents=True, exist_ok=True)  # config.json holds the token
    arguments = ["--config", _written(own / "config.json", _config(environment))]
    (catalog,) = (m["catalog"] for m, _ in _run([*source, "discover", *arguments]) if m["type"] == "CATALOG")
    streams = {stream["name"]: stream for stream in catalog["streams"]}
    arguments += ["--catalog", _written(own / "catalog.json", configured(streams))]
    if (own / "state.json").exists():
        arguments += ["--state", str(own / "state.json")]

    with database.connect() as connection:
        with database.turn:
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{environment.name}"')
        connection.execute(f'USE "{environment.name}"')
        landing, rows, states, complete = Landing(connection, own), dict.fromkeys(streams, 0), {}, set()
        failure = None
        try:
            for message, line in _run([*source, "read", *arguments]):
                if message["type"] == "RECORD":
                    rows[message["record"]["stream"]] += 1
                    landing.receive(message["record"]["stream"], line)
                elif message["type"] == "STATE":
                    states[_stream_of(message["state"]["stream"])] = message["state"]
                elif _is_complete(message):
                    complete.add(_stream_of(message["trace"]["stream_status"]))
        except SyncError as error:
            failure = error
        with database.turn:
            for name in complete:
                landing.land(streams[name], append=incremental(streams[name]))
    _keep(own / "state.json", {name: state for name, state in states.items() if name in complete})
    if failure:
        raise failure
    return rows


def _run(command: Sequence[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Run a command of the source; yield its messages and lines, and raise in its own words if it fails."""
    said, later = [], True
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout
        for line in process.stdout:
            message = json.loads(line)
            yield message, line
            if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                error = message["trace"]["error"]
                said.append(error["message"])
                later &= error.get("failure_type") != "config_error"
    if process.returncode:
        raise SyncError(" ".join(said) or f"the source ended with exit code {process.returncode}", later=later)


def _config(environment: Environment) -> dict[str, Any]:
    token = Path(environment.token_file).read_text(encoding="utf-8").strip()
    return {
        "environment": environment.environment,
        "credentials": {"auth_type": "token", "token": token, "token_name": environment.name},
        "get_connectors": STREAMS,
        **({"base_url": environment.base_url} if environment.base_url else {}),
    }


def _stream_of(message: Mapping[str, Any]) -> str:
    return str(message["stream_descriptor"]["name"])


def _is_complete(message: Mapping[str, Any]) -> bool:
    """Tell whether a message says that a stream was read to the end."""
    trace = message.get("trace", {})
    return trace.get("type") == "STREAM_STATUS" and trace["stream_status"]["status"] == "COMPLETE"


def _keep(file: Path, states: Mapping[str, Any]) -> None:
    """Add the new states to those of streams that were not read to the end this time, all or nothing."""
    kept = {_stream_of(s["stream"]): s for s in (json.loads(file.read_text("utf-8")) if file.exists() else [])}
    beside = file.with_suffix(".new")
    _written(beside, list({**kept, **states}.values()))
    os.replace(beside, file)


def _written(file: Path, content: Any) -> str:
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)
