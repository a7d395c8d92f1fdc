"""A first load beside a loop that skips and takes, from a sandbox that takes its time as AFAS does."""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import FailedError, Run, run
from benchmarks.readers import Command, airbyte_read

GET_CONNECTOR = "Profit_Transactions"
KEY = "UnitId,JournalId,EntryNo,SeqNo"
TAKE = "8333"
LATENCY = ("--latency-ms", "150", "--latency-ms-per-1000-cells", "1", "--latency-ms-per-1000-skipped", "1")
TITLE = "150 ms a call, 1 ms per 1,000 cells, 1 ms per 1,000 skipped"


@dataclass
class Line:
    """One of the readers, measured."""

    title: str
    result: Run | None
    fault: str = ""


def loads(entries: int) -> list[Line]:
    """Measure the loop first, then the source in both its ways."""
    command = [sys.executable, "-m", "afas_sandbox", "serve", "--json", "--entries", str(entries), *LATENCY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout
        try:
            afas = json.loads(sandbox.stdout.readline())
            return [
                _measured("a loop that skips and takes", partial(_loop, afas), entries),
                _measured("source-afas, in windows of time", partial(_source_afas, afas, cursor=True), entries),
                _measured("source-afas, in ranges of the key", partial(_source_afas, afas, cursor=False), entries),
            ]
        finally:
            sandbox.terminate()


def _measured(title: str, command: Callable[[Path], Command], rows: int) -> Line:
    print(f"{title}, {rows:,} rows with latency", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return Line(title, run(command(Path(folder)), rows))
    except FailedError as reason:
        return Line(title, None, f"failed: {reason}")


def _loop(afas: dict[str, str], _: Path) -> Command:
    authorization = "AfasToken " + base64.b64encode(afas["token"].encode()).decode()
    arguments = [afas["base_url"], GET_CONNECTOR, KEY, TAKE, authorization]
    return [sys.executable, Path(__file__).with_name("bare_loop.py"), *arguments]


def _source_afas(afas: dict[str, str], folder: Path, *, cursor: bool) -> Command:
    config: dict[str, Any] = {
        "environment": afas["environment"],
        "base_url": afas["base_url"],
        "credentials": {"auth_type": "token", "token": afas["token"]},
        "get_connectors": [GET_CONNECTOR],
    }
    if not cursor:
        config["streams"] = [{"get_connector": GET_CONNECTOR, "cursor_field": ""}]
    command: Command = [sys.executable, "-m", "source_afas"]
    return airbyte_read(command, config, folder, "incremental" if cursor else "full_refresh")
