"""`python -m benchmarks.tracking`: what it costs to find what AFAS deleted, in requests, time, memory and state."""

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Run, run
from benchmarks.readers import airbyte_read

ENTRIES = "Profit_Transactions"
ACCOUNTS = 5_000
DAYS = ("2026-06-01", "2026-06-02", "2026-07-01")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    number = parser.parse_args().entries
    command = [sys.executable, "-m", "afas_sandbox", "serve", "--json", "--entries", str(number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox, tempfile.TemporaryDirectory() as at:
        assert sandbox.stdout
        try:
            table = Table("sync", "rows", "requests", "wall s", "CPU s", "peak MB", "states", "largest state")
            for name, result, asked in Measured(json.loads(sandbox.stdout.readline()), Path(at)).syncs(number):
                numbers = f"{result.rows:,}", str(asked), f"{result.seconds:.1f}", f"{result.processor_seconds:.1f}"
                table.add_row(name, *numbers, f"{result.peak_mb:.0f}", str(result.states), f"{result.largest_state:,}")
            Console(width=130).print(table)
        finally:
            sandbox.terminate()


class Measured:
    """Syncs of a sandbox in one folder, the last states beside them."""

    def __init__(self, afas: dict[str, str], folder: Path) -> None:
        self._afas, self._folder = afas, folder

    def syncs(self, number: int) -> Iterator[tuple[str, Run, int]]:
        """Yield the name, the measures and the requests of each sync."""
        entries = [self._admin("POST", "entries", EntryDate=day) for day in DAYS]
        lines = number + sum(len(entry["seq_nos"]) for entry in entries)
        yield self._read("first load by Modified, untracked", ENTRIES, None, lines)
        yield self._read("first load, tracked by booking days", ENTRIES, "booking_days", lines)
        of_days = sum(map(self._lines_of, DAYS))
        deleted, *changed = entries
        for entry in changed:
            self._admin("PATCH", f"entries/{entry['unit_id']}/{entry['entry_no']}", Description="Gewijzigd")
        self._admin("DELETE", f"entries/{deleted['unit_id']}/{deleted['entry_no']}")
        # Every line of the three days is told, those of the deleted entry as deleted.
        yield self._read(f"{len(DAYS)} booking days touched", ENTRIES, "booking_days", of_days, again=True)
        yield self._read("nothing new but the overlap", ENTRIES, "booking_days", of_days - 2, again=True)
        accounts = [{"Account": f"{4000 + n}", "Omschrijving": f"Kosten {n}"} for n in range(ACCOUNTS)]
        self._admin("POST", "define", get_connector="Accounts", fields=FIELDS, rows=accounts)
        yield self._read(f"{ACCOUNTS:,} accounts, first snapshot", "Accounts", "snapshot", ACCOUNTS)
        self._admin("DELETE", "rows/Accounts", where={"Account": "4321"})
        yield self._read("an account deleted", "Accounts", "snapshot", 1, again=True)

    def _lines_of(self, day: str) -> int:
        authorization = "AfasToken " + base64.b64encode(self._afas["token"].encode()).decode()
        asked = {
            "skip": "0",
            "take": "8000",
            "orderbyfieldids": "EntryNo",
            "filterfieldids": "EntryDate",
            "filtervalues": f"{day}T00:00:00",
            "operatortypes": "1",
        }
        url = f"{self._afas['base_url']}/connectors/{ENTRIES}"
        answer = requests.get(url, params=asked, headers={"Authorization": authorization}, timeout=300)
        answer.raise_for_status()
        return len(answer.json()["rows"])

    def _read(
        self, name: str, stream: str, changes: str | None, rows: int, *, again: bool = False
    ) -> tuple[str, Run, int]:
        print(name, file=sys.stderr)
        entry = {"get_connector": stream, "primary_key": KEYS[stream]} | ({"track_changes": changes} if changes else {})
        config = {
            "environment": self._afas["environment"],
            "base_url": self._afas["base_url"],
            "credentials": {"auth_type": "token", "token": self._afas["token"]},
            "get_connectors": [stream],
            "streams": [entry],
        }
        command = airbyte_read([sys.executable, "-m", "source_afas"], config, self._folder, "incremental")
        if again:
            command += ["--state", self._folder / "state.json"]
        self._admin("DELETE", "requests")
        result = run(command, rows)
        state = json.loads(result.last_state)["state"]
        (self._folder / "state.json").write_text(json.dumps([state]))
        return name, result, len(self._admin("GET", "requests"))

    def _admin(self, method: str, path: str, **parameters: Any) -> Any:
        answer = requests.request(method, f"{self._afas['admin_url']}/{path}", json=parameters or None, timeout=300)
        answer.raise_for_status()
        return answer.json() if answer.content else None


FIELDS = {"Account": "string", "Omschrijving": "string"}
KEYS = {ENTRIES: ["UnitId", "JournalId", "EntryNo", "SeqNo"], "Accounts": ["Account"]}

if __name__ == "__main__":
    main()
