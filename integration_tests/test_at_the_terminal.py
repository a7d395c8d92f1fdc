"""What a person at a terminal sees on standard error, and that a pipeline sees nothing there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from afas_sandbox import Latency
from integration_tests import forked
from integration_tests.terminal import Terminal, seen

XTERM = {"TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": "", "LINES": ""}
"""The variables that say what a terminal can, whatever the terminal of these tests."""


@dataclass(frozen=True)
class Shown:
    """What a command left behind."""

    exit_code: int
    came: str
    stdout: str

    @property
    def seen(self) -> str:
        return seen(self.came)

    @property
    def messages(self) -> list:
        return list(map(json.loads, self.stdout.splitlines()))


@pytest.fixture
def files(source_afas, tmp_path) -> Callable[..., list[str]]:
    """The arguments of a read of some streams."""

    def files(*streams, **settings) -> list[str]:
        offered = source_afas.discover(get_connectors=list(streams)).streams
        configured = [
            {"stream": offered[name], "sync_mode": "full_refresh", "destination_sync_mode": "append"}
            for name in streams
        ]
        config = {**source_afas.config, **settings}
        for name, content in {"config": config, "catalog": {"streams": configured}}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        return ["--config", str(tmp_path / "config.json"), "--catalog", str(tmp_path / "catalog.json")]

    return files


@pytest.fixture
def busy_afas(sandbox) -> None:
    """One whose answers take longer than an update of the display."""
    sandbox.latency = Latency(per_call=0.3)


@pytest.fixture
def at_a_terminal(tmp_path) -> Callable[..., Shown]:
    """Run a command with standard error at a terminal, and standard output in a file."""

    def run(*arguments, environ=None, **size) -> Shown:
        terminal = Terminal(**size)
        environ = {**XTERM, **(environ or {})}
        code = forked.run([*arguments], tmp_path / "stdout", terminal.path, timeout=60, environ=environ)
        return Shown(code, terminal.close(), (tmp_path / "stdout").read_text())

    return run


@pytest.mark.usefixtures("busy_afas")
def test_a_read_shows_how_far_it_is(sandbox, at_a_terminal, files):
    there_are = len(sandbox.rows("Profit_Transactions")) + len(sandbox.rows("Profit_Debtor"))

    shown = at_a_terminal("read", *files("Profit_Transactions", "Profit_Debtor", page_size=50))

    rows = [int(rows) for rows in re.findall(r"Profit_Transactions +([0-9]+) rows", shown.seen)]
    assert rows == sorted(rows)
    assert len(set(rows)) > 2
    assert f"2 of 2 streams; {there_are} rows in 0:0" in shown.seen.splitlines()[-1]
    assert [m["type"] for m in shown.messages].count("RECORD") == there_are


def test_nothing_is_left_of_the_display_but_a_line(at_a_terminal, files):
    shown = at_a_terminal("read", *files("Profit_Accounts"))

    *_, after_the_display = re.split(r"\x1b\[2K|\x1b\[1A", shown.came)
    assert re.fullmatch(r"1 of 1 stream; [0-9]+ rows in .+\n", after_the_display)


def test_a_stream_that_fails_is_told_of_and_counted(sandbox, at_a_terminal, files):
    arguments = files("Profit_Debtor", "Profit_Accounts")
    sandbox.block("Profit_Debtor")

    shown = at_a_terminal("read", *arguments)

    assert shown.exit_code == 1
    assert "Error: GetConnector Profit_Debtor: it is blocked in AFAS" in shown.seen
    assert "1 of 2 streams, 1 failed; " in shown.seen
    assert shown.seen.splitlines()[-1] == "Error: Not read to the end, as their own errors say: Profit_Debtor."


def test_what_afas_is_asked_again_is_told(sandbox, at_a_terminal, files):
    arguments = files("Profit_Debtor")
    sandbox.answer_once(503, retry_after=1, on="/connectors")

    shown = at_a_terminal("read", *arguments)

    assert shown.exit_code == 0
    assert re.search(r"^Warning: .+ Asking again in 1 s", shown.seen, re.MULTILINE)


def test_where_messages_come_to_the_terminal_too_words_stand_between_them(sandbox, files):
    terminal = Terminal(columns=10_000)
    arguments = files("Profit_Debtor", "Profit_Accounts")
    sandbox.block("Profit_Debtor")

    forked.run(["read", *arguments], terminal.path, terminal.path, timeout=60, environ=XTERM)

    came = terminal.close()
    assert "\x1b[2K" not in came, "no display that runs through them"
    lines = seen(came).splitlines()
    words = [line for line in lines if not line.startswith("{")]
    assert [line.partition(" ")[0] for line in words] == ["Error:", "1", "Error:"]
    trace = json.loads(lines[lines.index(words[0]) - 1])
    assert words[0] == f"Error: {trace['trace']['error']['message']}"
    assert all(map(json.loads, set(lines) - set(words)))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["read"], "required: --config, --catalog", id="arguments"),
        pytest.param(["check", "--config", "nowhere.json"], "Error: --config nowhere.json cannot be read", id="file"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(at_a_terminal, arguments, says):
    shown = at_a_terminal(*arguments)

    assert says in shown.seen
    assert "{" not in shown.seen


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_check_says_how_it_ended(source_afas, at_a_terminal, tmp_path, token):
    config = source_afas.config
    config["credentials"]["token"] = token or config["credentials"]["token"]
    (tmp_path / "config.json").write_text(json.dumps(config))

    shown = at_a_terminal("check", "--config", str(tmp_path / "config.json"))

    (status,) = (m["connectionStatus"] for m in shown.messages if m["type"] == "CONNECTION_STATUS")
    assert shown.seen.splitlines() == [f"{status['status']}: {status['message']}"]
    assert status["status"] == ("FAILED" if token else "SUCCEEDED")


def test_a_full_disk_is_told_of(files):
    terminal = Terminal()

    code = forked.run(["read", *files("Profit_Accounts")], Path("/dev/full"), terminal.path, timeout=60, environ=XTERM)

    assert code == 1
    assert "No space left on device" in terminal.close()


@pytest.mark.usefixtures("busy_afas")
def test_a_narrow_terminal_cuts_names_and_no_numbers(at_a_terminal, files):
    shown = at_a_terminal("read", *files("Profit_Transactions", page_size=50), columns=24, lines=8)

    assert re.search(r"^  Profit_Tran…  196 rows$", shown.seen, re.MULTILINE)
    assert max(map(len, shown.seen.splitlines())) <= 24


def test_a_dumb_terminal_gets_plain_lines(at_a_terminal, files):
    shown = at_a_terminal("read", *files("Profit_Accounts"), environ={"TERM": "dumb"})

    assert re.fullmatch(r"1 of 1 stream; [0-9]+ rows in .+\n", shown.came)


def test_who_wants_no_colours_gets_none(at_a_terminal):
    coloured, plain = (
        at_a_terminal("check", "--config", "nowhere.json", environ={"NO_COLOR": no}).came for no in ("", "1")
    )

    assert coloured.startswith("\x1b[31mError: ")
    assert plain.startswith("Error: ")


@pytest.mark.usefixtures("busy_afas")
def test_a_read_goes_on_where_the_terminal_goes_away(sandbox, files, tmp_path):
    """As with `nohup`, or `disown` in a shell."""
    terminal = Terminal()
    command = [sys.executable, "-m", "source_afas", "read", *files("Profit_Transactions", page_size=50)]
    with (tmp_path / "stdout").open("w") as stdout:
        process = subprocess.Popen(command, stdout=stdout, stderr=terminal.file, env={**os.environ, **XTERM})
    terminal.wait_for("Profit_Transactions")

    terminal.go_away()

    assert process.wait(20) == 0
    lines = (tmp_path / "stdout").read_text().splitlines()
    assert [json.loads(line)["type"] for line in lines].count("RECORD") == len(sandbox.rows("Profit_Transactions"))


@pytest.mark.usefixtures("busy_afas")
def test_ctrl_c_ends_it_at_once_and_leaves_the_terminal_as_it_was(files, tmp_path):
    terminal = Terminal()
    command = [sys.executable, "-c", AT_ITS_TERMINAL, "read", *files("Profit_Transactions", page_size=20)]
    with (tmp_path / "stdout").open("w") as stdout:
        process = subprocess.Popen(
            command, stdout=stdout, stderr=terminal.file, env={**os.environ, **XTERM}, start_new_session=True
        )
    terminal.wait_for("Profit_Transactions")

    terminal.press_ctrl_c()

    code = process.wait(1)
    came = terminal.close()
    assert code == -2, "which a shell calls 130"
    assert "Traceback" not in came
    assert "\x1b[?25l" not in came, "the cursor is there all the time: nobody would show it again"
    assert seen(came).splitlines()[-1] in ("", "^C"), "the prompt comes on a line of its own"


AT_ITS_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
from source_afas.command_line.run import run
run()
"""


def test_a_pipeline_pays_nothing_for_it(files):
    script = "import sys; from source_afas.command_line.run import run; run(); sys.exit('rich' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", script, "read", *files("Profit_Accounts")], capture_output=True)

    assert ran.returncode == 0
    assert ran.stderr == b""
