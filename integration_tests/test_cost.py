"""What a read costs the machine, beside a bare loop with requests and orjson that prints the same lines."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROWS = 300_000

MOST = 1.15
"""What a row may cost beside the bare loop: on a quiet machine, less than 1; other tests run beside this one."""


class Cost(NamedTuple):
    rows: int
    cpu_seconds: float
    peak_mb: float


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """A server whose pages lie ready, so that only the reader counts."""
    command = [sys.executable, "-m", "benchmarks.pages", "--rows", str(ROWS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def cost_of(command, seconds_of_rest=0) -> Cost:
    """Run a command that prints messages, with a reader that rests after its first bite; say what it took."""
    rows, end, peak = 0, b"", 0.0
    unwatched = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=unwatched) as process:
        while chunk := os.read(process.stdout.fileno(), 1_000_000):
            rows += (end + chunk).count(b'{"type":"RECORD"') - end.count(b'{"type":"RECORD"')
            end = chunk[-15:]
            time.sleep(seconds_of_rest)
            seconds_of_rest = 0
            peak = max(peak, peak_mb(process.pid))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(rows, usage.ru_utime + usage.ru_stime, peak)


def peak_mb(pid) -> float:
    """The most memory that a process has had, where the system tells; `ru_maxrss` counts what its parent had, too."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


@pytest.fixture
def read(base_url, tmp_path):
    """The source's `read` command in a sync mode."""
    config = {
        "environment": "12345",
        "base_url": base_url,
        "credentials": {"auth_type": "token", "token": "0" * 64},
        "streams": [{"get_connector": "Bench_Entries", "primary_key": ["EntryId"]}],
    }
    (tmp_path / "config.json").write_text(json.dumps(config))

    def read(mode):
        stream = {"name": "Bench_Entries", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
        configured = {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"}
        (tmp_path / "catalog.json").write_text(json.dumps({"streams": [configured]}))
        files = ["--config", str(tmp_path / "config.json"), "--catalog", str(tmp_path / "catalog.json")]
        return [sys.executable, "-m", "source_afas", "read", *files]

    return read


@pytest.mark.parametrize("mode", ["full_refresh", "incremental"])
def test_a_read_costs_no_more_than_a_bare_loop(base_url, read, mode):
    """Start-up apart, which a million rows make up for: see docs/performance.md."""
    ratios = []
    for _ in range(5):  # machines are noisy: one quiet moment is enough
        loop = cost_of([sys.executable, "-m", "benchmarks.bare_loop", base_url, "Bench_Entries", "EntryId", "5000"])
        start = cost_of(
            [
                sys.executable,
                "-c",
                "from source_afas import cdk; cdk.skip_attribute_remarks(); import source_afas.command_line.commands",
            ]
        )
        source = cost_of(read(mode))
        assert loop.rows == source.rows == ROWS
        assert source.peak_mb < 250
        ratios.append((source.cpu_seconds - start.cpu_seconds) / loop.cpu_seconds)
        if ratios[-1] < MOST:
            return
    raise AssertionError(f"a row costs so many times as much as in the loop: {ratios}")


def test_memory_stays_within_bounds_where_the_reader_of_standard_output_is_slow(read):
    source = cost_of(read("full_refresh"), seconds_of_rest=5)

    assert source.rows == ROWS
    assert source.peak_mb < 220, "the promise is 250, which all pages of this table piled up would just reach"
