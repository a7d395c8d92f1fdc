"""Every reader in turn, on the same rows from the same server."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from statistics import median

from benchmarks.environments import NotInstalledError, versions
from benchmarks.measure import FailedError, Run, run
from benchmarks.readers import Place, Reader

SLOW_CONSUMER = 20_000_000  # bytes a second: a warehouse that is loaded over a network


@dataclass
class Line:
    """What is known of one reader on a number of rows: runs, or the reason why there are none."""

    reader: Reader
    rows: int
    runs: list[Run] = field(default_factory=list)
    fault: str = ""
    versions: str = ""

    @property
    def result(self) -> Run | None:
        """The median of the runs, number by number."""
        if self.fault or not self.runs:
            return None
        return Run(*(median(getattr(one, number.name) for one in self.runs) for number in fields(Run)))


def compared(readers: Sequence[Reader], rows: int, rounds: int) -> list[Line]:
    """Measure readers; each round asks all of them in turn."""
    lines = [Line(reader, rows) for reader in readers]
    with serving(rows) as base_url:
        for number in range(rounds):
            for line in lines:
                if not line.fault:
                    print(f"{line.reader.title}, {rows:,} rows, round {number + 1} of {rounds}", file=sys.stderr)
                    _measure(line, base_url)
    return lines


def _measure(line: Line, base_url: str) -> None:
    try:
        python = line.reader.interpreter()
        line.versions = line.versions or versions(python, line.reader.packages)
        with tempfile.TemporaryDirectory() as folder:
            line.runs.append(run(line.reader.command(Place(python, base_url, Path(folder))), line.rows))
    except NotInstalledError as reason:
        line.fault = f"not installed: {reason}"
    except FailedError as reason:
        line.fault = f"failed: {reason}"


def beside_a_slow_consumer(reader: Reader, rows: int) -> Run | str:
    """Measure a reader whose lines are read at a slow rate: what it cannot get rid of, it must not pile up."""
    print(f"{reader.title}, {rows:,} rows, into a slow consumer", file=sys.stderr)
    with serving(rows) as base_url, tempfile.TemporaryDirectory() as folder:
        try:
            command = reader.command(Place(reader.interpreter(), base_url, Path(folder)))
            return run(command, rows, bytes_per_second=SLOW_CONSUMER)
        except FailedError as reason:
            return f"failed: {reason}"


@contextmanager
def serving(rows: int) -> Iterator[str]:
    """Serve a GetConnector of so many rows, in a process of its own; give its address."""
    command = [sys.executable, "-m", "benchmarks.pages", "--rows", str(rows)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()
