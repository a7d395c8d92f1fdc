"""A command, measured: how many rows it yields, how long it takes, how much of the processor and of memory."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

RECORD, STATE = b'{"type":"RECORD"', b'{"type":"STATE"'
LIMIT_SECONDS = 1800
LONGEST_LINE = 1 << 20


class FailedError(Exception):
    """A command did not do what it was measured for, so there is nothing to compare."""


@dataclass(frozen=True)
class Run:
    """One command, measured; the processor and the memory of its children are in it."""

    rows: int
    seconds: float
    processor_seconds: float
    peak_mb: float
    states: int = 0
    largest_state: int = 0
    last_state: bytes = b""
    """The last STATE message, a line of JSON."""

    @property
    def rows_per_second(self) -> float:
        """Rows a second of wall time, the start of the process included."""
        return self.rows / self.seconds


@dataclass
class Printed:
    """What went through a pipe: counted without looking at each line, which would cost more than some readers do.

    The quotes in a mark stand unescaped, so no text inside a message contains it.
    """

    records: int = 0
    states: list[int] = field(default_factory=list)
    last_state: bytes = b""
    last_line: bytes = b""

    def add(self, text: bytearray, end: int) -> None:
        """Take in whole lines: the text as far as `end`."""
        self.records += text.count(RECORD, 0, end)
        at = text.find(STATE, 0, end)
        while at >= 0:
            after = text.index(b"\n", at)
            self.states.append(after - at + 1)
            self.last_state = bytes(text[at:after])
            at = text.find(STATE, after, end)
        self.last_line = bytes(text[text.rfind(b"\n", 0, end - 1) + 1 : end])

    @property
    def rows(self) -> int:
        """The RECORD messages; a reader that prints no rows says their number in its last line."""
        if self.records:
            return self.records
        try:
            return int(self.last_line)
        except ValueError:
            raise FailedError("said no number of rows") from None


def run(command: Sequence[str | Path], rows: int, *, bytes_per_second: float = 0) -> Run:
    """Run a command that yields so many rows, reading what it prints at once or at a rate.

    A process started from this one counts the memory of this one as its own at first, so hold little here.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, bufsize=0
        ) as process,
    ):
        stop = threading.Timer(LIMIT_SECONDS, process.kill)
        stop.daemon = True
        stop.start()
        assert process.stdout
        printed = _drained(process.stdout.fileno(), bytes_per_second)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        stop.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise FailedError(f"ended with {process.returncode}: {last_words(errors.read().decode(errors='replace'))}")
    if printed.rows != rows:
        raise FailedError(f"{printed.rows:,} rows instead of {rows:,}")
    processor, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    return Run(rows, seconds, processor, peak, len(printed.states), max(printed.states, default=0), printed.last_state)


def _drained(pipe: int, bytes_per_second: float) -> Printed:
    """Read a pipe to its end, always into the same memory."""
    printed, total, began = Printed(), 0, time.monotonic()
    text, filled = bytearray(LONGEST_LINE * 2), 0
    view = memoryview(text)
    while read := os.readv(pipe, [view[filled : filled + (1 << 16)]]):
        filled += read
        if filled > LONGEST_LINE:
            end = text.rfind(b"\n", 0, filled) + 1
            if not end:
                raise FailedError("printed a line of more than a megabyte")
            printed.add(text, end)
            view[: filled - end] = view[end:filled]
            filled -= end
        if bytes_per_second:
            total += read
            time.sleep(max(0.0, began + total / bytes_per_second - time.monotonic()))
    printed.add(text, filled)
    return printed


def last_words(errors: str) -> str:
    """Return what a command said last on standard error: with Python, what went wrong."""
    lines = errors.strip().splitlines()
    return lines[-1][:200] if lines else "nothing on standard error"
