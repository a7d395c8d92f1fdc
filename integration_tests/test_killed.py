"""A sync that is killed, or told to stop, goes on from the last state that it printed, and loses nothing."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading

import pytest

from afas_sandbox import Latency, Sandbox
from integration_tests.command_line import CommandLine

NAME = "Profit_Transactions"


def test_a_killed_first_load_goes_on_from_its_last_state(tmp_path):
    with Sandbox(seed=1, entries=70_000) as sandbox:
        source_afas = CommandLine(sandbox, tmp_path)
        stream = source_afas.discover(get_connectors=[NAME]).streams[NAME]
        everything = keys(sandbox.rows(NAME))
        sandbox.latency = Latency(per_call=0.05)

        came, state = until_the_first_state(source_afas, tmp_path, stream)
        sandbox.latency = Latency()
        again = source_afas.read_catalog([stream], state=[state])

    brought = keys(again.rows(NAME))
    assert came | brought == everything
    assert len(brought) < len(everything), "not from the beginning"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_sync_that_waits_for_an_answer_stops_within_a_second(sandbox, source_afas, tmp_path, told):
    stream = source_afas.discover(get_connectors=[NAME]).streams[NAME]
    asked = threading.Event()
    sandbox.answer_once(on="/connectors", where=lambda _: asked.set() or True, delay=20)
    (tmp_path / "tmp").mkdir()
    with subprocess.Popen(
        reading(source_afas, tmp_path, stream),
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert asked.wait(20)

        process.send_signal(told)

        try:
            assert process.wait(1) == -told, "which a shell calls 143 or 130"
        finally:
            process.kill()
        printed = process.stdout.read()
    assert "Traceback" not in printed
    assert all(map(json.loads, printed.splitlines()))
    assert not [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()], "secrets on the disk"


def test_a_sync_that_is_told_to_stop_ends_with_a_whole_message(tmp_path):
    with Sandbox(seed=1, entries=20_000) as sandbox:
        source_afas = CommandLine(sandbox, tmp_path)
        stream = source_afas.discover(get_connectors=[NAME]).streams[NAME]
        command = reading(source_afas, tmp_path, stream, page_size=2_000)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            while b'"RECORD"' not in process.stdout.readline():
                pass
            process.terminate()  # in the middle of a page
            printed = process.stdout.read()

    assert process.returncode == -signal.SIGTERM
    assert printed.endswith(b"\n")
    assert json.loads(printed.splitlines()[-1])


def test_a_sync_whose_reader_goes_away_ends(tmp_path):
    """As with `| head -1`: its threads must not wait for room in a queue that nobody empties any more."""
    with Sandbox(seed=1, entries=20_000) as sandbox:
        source_afas = CommandLine(sandbox, tmp_path)
        stream = source_afas.discover(get_connectors=[NAME]).streams[NAME]
        source_afas_read = reading(source_afas, tmp_path, stream, page_size=500)
        with subprocess.Popen(source_afas_read, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.readline()
            process.stdout.close()

            try:
                assert process.wait(20) == 1
            finally:
                process.kill()
            assert b"Traceback" not in process.stderr.read()


def test_a_sync_whose_disk_is_full_ends(tmp_path):
    def a_disk_of_a_megabyte():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    with Sandbox(seed=1, entries=20_000) as sandbox, (tmp_path / "stdout").open("wb") as disk:
        source_afas = CommandLine(sandbox, tmp_path)
        stream = source_afas.discover(get_connectors=[NAME]).streams[NAME]
        command = reading(source_afas, tmp_path, stream, page_size=500)
        with subprocess.Popen(command, stdout=disk, preexec_fn=a_disk_of_a_megabyte) as process:
            try:
                assert process.wait(20) == 1
            finally:
                process.kill()


def reading(source_afas, folder, stream, **settings):
    """The command that reads a stream."""
    catalog = {"streams": [{"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append"}]}
    (folder / "catalog.json").write_text(json.dumps(catalog))
    (folder / "config.json").write_text(json.dumps({**source_afas.config, **settings}))
    files = ["--config", folder / "config.json", "--catalog", folder / "catalog.json"]
    return [sys.executable, "-m", "source_afas", "read", *files]


def until_the_first_state(source_afas, folder, stream):
    """Read until a state is printed, and kill the process there; return what had come."""
    rows = []
    with subprocess.Popen(reading(source_afas, folder, stream), stdout=subprocess.PIPE, text=True) as process:
        for message in map(json.loads, process.stdout):
            if message["type"] == "RECORD":
                rows.append(message["record"]["data"])
            elif message["type"] == "STATE":
                process.kill()
                return keys(rows), message["state"]
    raise AssertionError("no state was printed")


def keys(rows):
    return {(row["UnitId"], row["EntryNo"], row["SeqNo"]) for row in rows}
