"""The command line itself: what it says when it is used wrongly."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from source_afas.command_line import arguments


def test_help_explains_the_commands(source_afas):
    output = source_afas.run("--help")

    assert output.exit_code == 0
    assert all(command in "\n".join(output.lines) for command in ("spec", "check", "discover", "read"))


def test_it_tells_its_version(source_afas):
    output = source_afas.run("--version")

    assert output.exit_code == 0
    assert output.lines == [f"source-afas {version('airbyte-source-afas')}"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "COMMAND ...", id="nothing"),
        pytest.param(["raed"], "invalid choice: 'raed'", id="no-such-command"),
        pytest.param(["read"], "required: --config, --catalog", id="no-files"),
        pytest.param(["check", "--config", "c", "--verbose"], "unrecognized arguments: --verbose", id="no-such-option"),
    ],
)
def test_wrong_arguments_are_explained(source_afas, arguments, says):
    """On standard error: standard output is for messages."""
    output = source_afas.run(*arguments)

    assert output.exit_code == 2
    assert says in output.stderr
    assert output.stderr.startswith("usage: source-afas")
    assert not output.lines


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_the_cdk_takes_the_same_arguments(command):
    """A platform calls every source in the same way."""
    files = [part for name in FILES[command] for part in (f"--{name}", name)]

    ours, cdks = (parse([command, *files, "--debug"]) for parse in (arguments.parse, AirbyteEntrypoint.parse_args))

    assert vars(ours).items() <= {**vars(cdks), "version": False}.items()


FILES = {"check": ["config"], "discover": ["config"], "read": ["config", "catalog", "state"]}


def test_spec_tells_the_form(source_afas):
    (specification,) = source_afas.spec().of_type("SPEC")

    assert specification["connectionSpecification"]["required"] == ["environment", "credentials"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_configuration_that_notepad_saved_is_read(source_afas, tmp_path, encoding):
    """With a mark at its beginning that says how it is encoded."""
    (tmp_path / "notepad.json").write_text(json.dumps(source_afas.config), encoding)

    output = source_afas.run("check", "--config", str(tmp_path / "notepad.json"))

    assert output.status.startswith("SUCCEEDED")


@pytest.mark.parametrize("command", [["spec"], ["discover"]])
def test_output_is_utf_8_in_every_locale(sandbox, source_afas, tmp_path, command):
    sandbox.define("Één", fields={"Id": "int"}, rows=[])
    (tmp_path / "config.json").write_text(json.dumps(source_afas.config))
    arguments = [*command, *(["--config", tmp_path / "config.json"] if command == ["discover"] else [])]
    plain = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    printed = subprocess.run(
        [sys.executable, "-m", "source_afas", *arguments], env=plain, capture_output=True, check=True
    ).stdout

    assert ("Één" if command == ["discover"] else "…") in printed.decode("utf-8")


@pytest.mark.parametrize("command", ["check", "discover"])
def test_a_mistake_in_the_configuration_is_one_sentence(source_afas, command):
    output = source_afas.run(command, config={"environment": "12345"})

    sentence = "`credentials` is missing or not an object"
    if command == "check":
        assert output.status.startswith(f"FAILED: {sentence}")
    else:
        assert output.error()["message"].startswith(sentence)
        assert output.error()["failure_type"] == "config_error"
    assert "Traceback" not in "\n".join([*output.lines, output.stderr])


DISCOVERED = {"streams": [{"name": "Profit_Accounts", "json_schema": {}}]}
CONFIGURED = {"streams": [{"stream": {"name": "Profit_Accounts"}}]}
STATE = {"type": "STREAM", "stream": {"stream_descriptor": {"name": "Profit_Debtor"}}}
SINGER = {"streams": [{"tap_stream_id": "Profit_Accounts", "schema": {}}]}


@pytest.mark.parametrize(
    ("option", "content", "says"),
    [
        pytest.param("config", "", "is empty; it should be a JSON object", id="empty"),
        pytest.param("config", "[]", "is not what it should be: a JSON object", id="list"),
        pytest.param("config", "environment: 12345", "is no JSON (Expecting value: line 1, column 1)", id="yaml"),
        pytest.param(
            "config", '{"a": 1,\n "b" 2}', "is no JSON (Expecting ':' delimiter: line 2, column 6)", id="slip"
        ),
        pytest.param("config", "[" * 100_000, "is no JSON; it should be a JSON object", id="deep"),
        pytest.param("config", CONFIGURED, "holds a catalog of Airbyte's", id="catalog-for-config"),
        pytest.param("config", CONFIGURED, "Is it meant for --catalog?", id="swapped"),
        pytest.param("catalog", {"environment": "1"}, "Is it meant for --config?", id="config-for-catalog"),
        pytest.param("catalog", DISCOVERED, "holds what `discover` found", id="not-configured"),
        pytest.param("catalog", {"type": "CATALOG", "catalog": DISCOVERED}, "holds messages", id="discovers-message"),
        pytest.param("catalog", '{"type": "LOG"}\n{"type": "CATALOG"}', "holds messages", id="discovers-output"),
        pytest.param("catalog", SINGER, "holds a catalog of Singer's", id="of-the-tap"),
        pytest.param("state", {"type": "STATE", "state": STATE}, "holds messages", id="a-state-message"),
        pytest.param("state", [{"type": "STATE", "state": STATE}], "holds messages", id="state-messages"),
        pytest.param("state", {"airbyte_state": [STATE]}, "holds a state of `tap-afas`", id="state-of-the-tap"),
        pytest.param("state", {"Profit_Debtor": {"Modified": "2026-01-01"}}, "a JSON list of", id="old-form"),
        pytest.param("state", STATE, "a JSON list of", id="no-list"),
        pytest.param(
            "state",
            [{"type": "GLOBAL", "global": {"shared_state": {}, "stream_states": []}}],
            "a JSON list",
            id="global",
        ),
    ],
)
def test_a_file_that_is_not_what_it_should_be(source_afas, option, content, says):
    files = {"config": source_afas.config, "catalog": {"streams": []}, "state": [], option: content}

    output = source_afas.run("read", **files)

    assert output.exit_code == 1
    assert output.error()["message"].startswith("--" + option)
    assert says in output.error()["message"]
    assert output.error()["failure_type"] == "config_error"
    assert "Traceback" not in "\n".join([*output.lines, output.stderr])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param("nowhere.json", "No such file or directory. A path counts from the folder", id="not-there"),
        pytest.param(".", "Is a directory. Name a file in it.", id="folder"),
        pytest.param("/proc/self/mem", "cannot be read: ", id="unreadable"),
    ],
)
def test_a_file_that_cannot_be_read(source_afas, path, says):
    output = source_afas.run("check", "--config", path)

    assert output.exit_code == 1
    assert output.error()["message"].startswith(f"--config {path} cannot be read: ")
    assert says in output.error()["message"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_one_may_not_read(source_afas, tmp_path):
    path = tmp_path / "secret.json"
    path.touch(mode=0)

    output = source_afas.run("check", "--config", str(path))

    assert "Permission denied. Let the user that runs this command read it." in output.error()["message"]


def test_a_configuration_may_come_through_a_pipe(source_afas, tmp_path):
    """As with `--config <(…)` in a shell: a secret then lies on no disk."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as somebody:
        somebody.submit(pipe.write_text, json.dumps(source_afas.config))
        output = source_afas.run("check", "--config", str(pipe))

    assert output.status.startswith("SUCCEEDED")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        pytest.param({}, "FAILED: `credentials` is missing", id="empty"),
        pytest.param(
            {"host": "localhost", "port": 5432}, "FAILED: The configuration has `host`, `port`", id="postgres"
        ),
    ],
)
def test_a_configuration_without_a_setting(source_afas, config, says):
    assert source_afas.run("check", config=config).status.startswith(says)


def test_a_catalog_of_no_streams_is_told_of(source_afas):
    assert "The catalogue holds no streams: nothing is read." in source_afas.read_catalog([]).log


@pytest.mark.parametrize(
    ("stream", "state", "says"),
    [
        pytest.param("customers", {"updated": 1}, "is of customers, and of no stream in the catalogue", id="another's"),
        pytest.param("Profit_Debtor", {"Modified": "2026-01-01T00:00:00"}, "its cursor is ModifiedDate", id="renamed"),
    ],
)
def test_a_state_that_cannot_be_gone_on_from_is_told_of(sandbox, source_afas, stream, state, says):
    of_stream = {"stream_descriptor": {"name": stream}, "stream_state": state}

    output = source_afas.read("Profit_Debtor", state=[{"type": "STREAM", "stream": of_stream}])

    assert len(output.rows("Profit_Debtor")) == len(sandbox.rows("Profit_Debtor"))
    assert says in output.log


def test_nothing_is_printed_on_stderr(source_afas):
    """Some hosts never read it: a full pipe would stop the sync."""
    assert source_afas.read("Profit_Accounts").stderr == ""
