"""The readers that are compared: how each is started, and what it makes of the rows."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.environments import Environment
from benchmarks.measure import FailedError, last_words
from benchmarks.pages import GET_CONNECTOR

TAKE = "5000"
KEY = "EntryId"
TOKEN = "0" * 64
HERE = Path(__file__).parent
Command = list[str | Path]


@dataclass(frozen=True)
class Place:
    """Where a reader is started: its Python, the server, a folder of its own."""

    python: Path
    base_url: str
    folder: Path


@dataclass(frozen=True)
class Reader:
    """One way to read a GetConnector."""

    name: str
    title: str
    yields: str
    packages: tuple[str, ...]
    """Those whose versions matter."""
    command: Callable[[Place], Command]
    environment: Environment | None = None
    """None is the environment of this project."""
    slow: bool = False
    """Measured on fewer rows, beside a bare loop on as many: it takes a minute for a million, or gigabytes."""
    ours: bool = False

    def interpreter(self) -> Path:
        """Return the Python that it runs on, installed with what it needs."""
        return self.environment.interpreter() if self.environment else Path(sys.executable)


def _script(path: str, place: Place, *more: str | Path, take: str = TAKE) -> Command:
    return [place.python, HERE / path, place.base_url, GET_CONNECTOR, KEY, take, *more]


def _loop(path: str, take: str = TAKE) -> Callable[[Place], Command]:
    return lambda place: _script(path, place, take=take)


def _dlt(step: str) -> Callable[[Place], Command]:
    return lambda place: _script("peers/read_with_dlt.py", place, step, place.folder)


def _source_afas(place: Place, *, sync_mode: str) -> Command:
    config = {
        "environment": "12345",
        "credentials": {"auth_type": "token", "token": TOKEN},
        "base_url": place.base_url,
        "streams": [{"get_connector": GET_CONNECTOR, "primary_key": [KEY]}],
    }
    return airbyte_read([place.python, "-m", "source_afas"], config, place.folder, sync_mode)


def _cdk_manifest(place: Place) -> Command:
    config = {"base_url": place.base_url, "token": TOKEN}
    command = [place.python.with_name("source-declarative-manifest")]
    more = ["--manifest-path", HERE / "peers" / "manifest.yaml"]
    return airbyte_read(command, config, place.folder, "full_refresh", *more)


def airbyte_read(command: Command, config: dict[str, Any], folder: Path, sync_mode: str, *more: str | Path) -> Command:
    """Discover the one stream of an Airbyte source; return the command that reads it."""
    config_file, catalog_file = folder / "config.json", folder / "catalog.json"
    config_file.write_text(json.dumps(config))
    arguments = ["--config", config_file, *more]
    discovered = subprocess.run([*command, "discover", *arguments], capture_output=True, text=True, check=False)
    messages = [json.loads(line) for line in discovered.stdout.splitlines() if line.startswith("{")]
    streams = [stream for m in messages if m["type"] == "CATALOG" for stream in m["catalog"]["streams"]]
    if discovered.returncode or len(streams) != 1:
        raise FailedError(f"discover ended with {discovered.returncode}: {last_words(discovered.stderr)}")
    if sync_mode not in streams[0]["supported_sync_modes"]:
        raise FailedError(f"its stream has no {sync_mode}")
    configured = {"stream": streams[0], "sync_mode": sync_mode, "destination_sync_mode": "append"}
    catalog_file.write_text(json.dumps({"streams": [configured]}))
    return [*command, "read", *arguments, "--catalog", catalog_file]


AFAS_CONNECTOR = Environment(
    "afas-connector", ("afas-connector==0.1.5", "requests==2.34.2", "orjson==3.13.0"), python=(3, 12)
)
CMO_NNECT = Environment("cmo-nnect", ("cmo-nnect==0.3.3", "pandas==3.1.1", "requests==2.34.2"), python=(3, 11))
DLT = Environment("dlt", ("dlt==1.31.0", "requests==2.34.2", "orjson==3.13.0"))

CEILING = Reader(
    "bytes-only",
    "bytes only, not parsed",
    "nothing",
    ("urllib3",),
    _loop("bytes_only.py"),
)
BARE_LOOP = Reader(
    "bare-loop",
    "bare loop: requests and orjson",
    "Airbyte lines",
    ("requests", "orjson"),
    _loop("bare_loop.py"),
)
READERS = (
    CEILING,
    BARE_LOOP,
    Reader(
        "source-afas",
        "source-afas, full refresh",
        "Airbyte lines",
        ("airbyte-source-afas", "airbyte-cdk"),
        partial(_source_afas, sync_mode="full_refresh"),
        ours=True,
    ),
    Reader(
        "source-afas-incremental",
        "source-afas, incremental, first load",
        "Airbyte lines",
        ("airbyte-source-afas", "airbyte-cdk"),
        partial(_source_afas, sync_mode="incremental"),
        ours=True,
    ),
    Reader(
        "afas-connector",
        "afas-connector in a loop of pages",
        "Airbyte lines",
        ("afas-connector", "requests"),
        _loop("peers/read_with_afas_connector.py"),
        AFAS_CONNECTOR,
    ),
    Reader(
        "afas-connector-at-once",
        "afas-connector, all in one answer",
        "Airbyte lines",
        ("afas-connector", "requests"),
        _loop("peers/read_with_afas_connector.py", take="-1"),
        AFAS_CONNECTOR,
    ),
    Reader(
        "cmo-nnect",
        "cmo-nnect",
        "a DataFrame",
        ("cmo-nnect", "requests", "pandas"),
        _loop("peers/read_with_cmo_nnect.py"),
        CMO_NNECT,
        slow=True,
    ),
    Reader(
        "cdk-manifest",
        "the CDK's declarative reader",
        "Airbyte lines",
        ("airbyte-cdk",),
        _cdk_manifest,
        slow=True,
    ),
    Reader(
        "dlt-extract",
        "dlt, extract alone",
        "dlt's own files",
        ("dlt", "requests"),
        _dlt("extract"),
        DLT,
        slow=True,
    ),
    Reader(
        "dlt-jsonl",
        "dlt, to jsonl on disk",
        "jsonl files",
        ("dlt", "requests"),
        _dlt("run"),
        DLT,
        slow=True,
    ),
)
