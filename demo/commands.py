"""The source's commands, each a process of its own, and what they tell."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from demo.landing import DELETED_AT, Landing
from demo.screen import console, say

FOLDER = Path(".demo")
BLOCKED = "Geblokkeerde_export"
"""A GetConnector that the sandbox blocks, as AFAS may: the demo shows that it costs its own stream and no other."""


@dataclass
class StreamOfSync:
    """What a sync told of one stream."""

    rows: int = 0
    began: int = 0
    ended: int = 0
    status: str = ""
    cursor: str = ""
    error: str = ""
    deleted: list[Mapping[str, Any]] = field(default_factory=list)
    """The records of rows that are gone."""
    renumbered: list[Mapping[str, Any]] = field(default_factory=list)
    """The rows that had another key before."""

    @property
    def seconds(self) -> float:
        return (self.ended - self.began) / 1000


@dataclass
class Sync:
    """What a sync told."""

    streams: dict[str, StreamOfSync] = field(default_factory=dict)
    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(stream.rows for stream in self.streams.values())


def write(name: str, content: Any) -> None:
    (FOLDER / name).write_text(json.dumps(content), encoding="utf-8")


def check() -> str:
    (status,) = [m["connectionStatus"] for m, _ in _source_afas("check") if m["type"] == "CONNECTION_STATUS"]
    if status["status"] != "SUCCEEDED":
        sys.exit(status["message"])
    return str(status["message"])


def discover() -> dict[str, Any]:
    began = time.monotonic()
    (catalog,) = (m["catalog"] for m, _ in _source_afas("discover") if m["type"] == "CATALOG")
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
        for message, line in _source_afas(*command, refused=frozenset({BLOCKED})):
            _note(sync, landing, message, line)
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


def _source_afas(*arguments: str, refused: frozenset[str] = frozenset()) -> Iterator[tuple[dict[str, Any], str]]:
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


def _note(sync: Sync, landing: Landing, message: Mapping[str, Any], line: str) -> None:
    """Take down what one message of a sync says."""
    if message["type"] == "RECORD":
        name, row = message["record"]["stream"], message["record"]["data"]
        landing.receive(name, line)
        stream = sync.streams[name]
        stream.rows += 1
        if row.get(DELETED_AT):
            stream.deleted.append(row)
        if row.get("_afas_renumbered_from"):
            stream.renumbered.append(row)
    elif message["type"] == "STATE":
        state = message["state"]["stream"]
        name = state["stream_descriptor"]["name"]
        sync.states[name] = message["state"]
        sync.streams[name].cursor = _cursor(state["stream_state"])
    elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
        status = message["trace"]["stream_status"]
        stream = sync.streams.setdefault(status["stream_descriptor"]["name"], StreamOfSync())
        stream.status = status["status"]
        if status["status"] == "STARTED":
            stream.began = message["trace"]["emitted_at"]
        elif status["status"] in ("COMPLETE", "INCOMPLETE"):
            stream.ended = message["trace"]["emitted_at"]
    elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
        name = (message["trace"]["error"].get("stream_descriptor") or {}).get("name")
        if name:
            sync.streams[name].error = message["trace"]["error"]["message"]


def _cursor(state: Mapping[str, Any]) -> str:
    """Return what a state says of how far a stream was read, short enough for a table."""
    if "snapshot" in state:
        return "compared by its key"
    if "booking_days" in state:
        return f"booking days {state['changed_until'][:16]}".replace("T", " ")
    return " ".join(f"{cursor} {value[:16]}" for cursor, value in state.items() if isinstance(value, str)).replace(
        "T", " "
    )
