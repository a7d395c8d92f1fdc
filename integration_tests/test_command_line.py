"""The command line itself: what it says when it is used wrongly."""

import json
import os
import subprocess
import sys

import pytest


def test_without_a_command_it_explains_itself(source_afas):
    output = source_afas.run("--help")

    assert output.exit_code == 0
    assert all(command in "\n".join(output.lines) for command in ("spec", "check", "discover", "read"))


def test_spec_tells_the_form(source_afas):
    (specification,) = source_afas.spec().of_type("SPEC")

    assert specification["connectionSpecification"]["required"] == ["environment", "credentials"]


def test_a_configuration_that_notepad_saved_is_read(source_afas):
    """With a mark at its beginning that says how it is encoded."""
    output = source_afas.run("check", config="\ufeff" + json.dumps(source_afas.config))

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


@pytest.mark.parametrize("content", ["{", "[]", '"text"'])
def test_a_configuration_that_is_no_json_object(source_afas, content):
    output = source_afas.run("check", config=content)

    assert output.exit_code == 1
    assert "config.json is not what it should be: a JSON object" in output.error()["message"]
    assert "Traceback" not in "\n".join([*output.lines, output.stderr])


def test_a_file_that_is_not_there(source_afas):
    output = source_afas.run("check", "--config", "nowhere.json")

    assert output.exit_code == 1
    assert output.error()["message"] == "--config nowhere.json cannot be read: No such file or directory."


def test_nothing_is_printed_on_stderr(source_afas):
    """Some hosts never read it: a full pipe would stop the sync."""
    assert source_afas.read("Profit_Accounts").stderr == ""
