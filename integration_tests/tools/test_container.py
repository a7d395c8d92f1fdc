"""The image: what is in it, and the source's commands in containers of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading

import pytest
import yaml

from integration_tests import cdk_standard_tests
from integration_tests.command_line import CommandLine
from integration_tests.tools.container import IMAGE, Container, docker, path_with_docker
from integration_tests.tools.environments import CHECKOUT

BUILD = f"docker build -t {IMAGE} ."
pytestmark = [pytest.mark.tools, pytest.mark.usefixtures("image")]

GUIDE = (CHECKOUT / "docs/afas.md").read_text().split("### In a container\n")[1].split("\n## ")[0]
METADATA = yaml.safe_load((CHECKOUT / "metadata.yaml").read_text())["data"]
LOCKED = ("--read-only", "--user", "4321:4321", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
"""As careful clusters run containers: of no user that the image knows, on a file system that takes nothing."""


# What is in it


def test_the_image_holds_the_source_of_this_checkout():
    docker(
        *("run", "--rm", "--volume", f"{CHECKOUT / 'source_afas'}:/checkout:ro", "--entrypoint", "sh", IMAGE, "-c"),
        "diff -r -x __pycache__ /checkout /opt/source-afas/lib/python3*/site-packages/source_afas",
    )


def test_the_image_holds_nothing_of_the_development():
    unwanted = "afas_sandbox tests unit_tests integration_tests pip pytest _pytest hypothesis ruff mypy duckdb uvicorn"
    found = docker(
        *("run", "--rm", "--entrypoint", "find", IMAGE, "/opt", "/airbyte", "-false"),
        *(word for name in unwanted.split() for word in ("-o", "-name", name)),
    )

    assert found == ""


def test_the_image_says_what_it_is_and_does_not_run_as_root():
    (image,) = json.loads(docker("image", "inspect", IMAGE))

    assert image["Config"]["Labels"]["io.airbyte.name"] == METADATA["dockerRepository"]
    assert image["Config"]["Labels"]["io.airbyte.version"] == METADATA["dockerImageTag"]
    assert docker("run", "--rm", "--entrypoint", "id", IMAGE, "-u").strip() == "1000"


def test_a_change_of_the_code_is_a_layer_of_its_own(tmp_path):
    unneeded = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(CHECKOUT / "source_afas", tmp_path / "source_afas", ignore=unneeded)
    (tmp_path / "docs").mkdir()
    for name in ("Dockerfile", ".dockerignore", "setup.py", "pyproject.toml", "docs/pypi.md", "LICENSE"):
        shutil.copy2(CHECKOUT / name, tmp_path / name)
    with (tmp_path / "source_afas/command_line/run.py").open("a") as code:
        code.write("# changed\n")

    changed = f"{IMAGE}:changed"
    docker("build", "--tag", changed, tmp_path)
    try:
        before, after = layers(IMAGE), layers(changed)
    finally:
        docker("image", "rm", changed)

    assert after[:-1] == before[:-1], "the dependencies were installed again"
    assert after[-1] != before[-1]


def layers(image):
    return json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image))


# What it does


@pytest.mark.parametrize("options", [(), LOCKED], ids=["as it is", "locked"])
def test_the_commands_do_in_a_container_what_they_do_outside(sandbox, tmp_path, options):
    outside, container = CommandLine(sandbox, tmp_path), Container(sandbox, tmp_path, *options)

    assert container.spec().messages == outside.spec().messages
    assert container.check().status == outside.check().status
    streams = outside.discover().streams
    assert container.discover().streams == streams

    chosen = [streams["Profit_Transactions"], streams["Profit_Period_balance"]]
    first = container.read_catalog(chosen)
    assert first.exit_code == 0
    for name in ("Profit_Transactions", "Profit_Period_balance"):
        assert in_order(first.rows(name)) == in_order(outside.read_catalog(chosen).rows(name))

    sandbox.insert_entry(Description="Nagekomen")
    again = container.read_catalog(chosen, state=first.states)
    assert "Nagekomen" in [row["Description"] for row in again.rows("Profit_Transactions")]
    assert len(again.rows("Profit_Transactions")) < len(first.rows("Profit_Transactions"))
    assert len(again.rows("Profit_Period_balance")) >= len(first.rows("Profit_Period_balance"))


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_container_that_waits_for_an_answer_stops_within_a_second(source_afas, sandbox, tmp_path, told):
    stream = source_afas.discover(get_connectors=["Profit_Transactions"]).streams["Profit_Transactions"]
    catalog = {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}
    asked = threading.Event()
    sandbox.answer_once(on="/connectors", where=lambda _: asked.set() or True, delay=20)

    # `docker stop` kills it when the second is over: it ends with 137 then.
    container = Container(
        sandbox, tmp_path, "--stop-signal", told.name, "--stop-timeout", "1", "--cidfile", str(tmp_path / "container")
    )
    command = container.command("read", config=container.config, catalog=catalog)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert asked.wait(60)
        docker("stop", (tmp_path / "container").read_text())
        printed = process.stdout.read()

    assert process.returncode == 128 + told
    assert "Traceback" not in printed


def test_the_guides_words_work(source_afas, tmp_path):
    streams = source_afas.discover(get_connectors=["Profit_A*"]).streams.values()
    wanted = [
        {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"} for stream in streams
    ]
    files = {"config": source_afas.config, "catalog": {"streams": wanted}, "state": []}
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    tmp_path.chmod(0o755)
    build, *runs = re.findall(r"^\$ (.*)$", GUIDE, re.MULTILINE)

    assert build == BUILD, "what this module builds with"
    printed = [
        subprocess.run(words, shell=True, cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True).stdout
        for words in runs
    ]

    assert '"SPEC"' in printed[0]
    assert '"SUCCEEDED"' in printed[1]
    assert '"CATALOG"' in (tmp_path / "discovered.jsonl").read_text()
    assert '"RECORD"' in (tmp_path / "synced.jsonl").read_text()


def test_the_cdks_standard_tests_of_images_pass(source_afas, tmp_path):
    # It compares the published version's spec too, which it fetches from the registry.
    arguments = ("-m", "image_tests", "-k", "not backward", f"--connector-image={IMAGE}", "--read-from-streams=all")

    ended = cdk_standard_tests.run(tmp_path, *arguments, config=source_afas.config)

    assert ended.returncode == 0, ended.stdout
    assert " failed" not in ended.stdout
    assert "6 passed" in ended.stdout


def in_order(rows):
    return sorted(rows, key=repr)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The image of this checkout, built with the guide's words."""
    if lacking := what_is_lacking():
        pytest.skip(lacking)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", path_with_docker(tmp_path_factory.mktemp("docker")))
        subprocess.run(BUILD, shell=True, cwd=CHECKOUT, check=True, timeout=540)
        yield


def what_is_lacking():
    """Why no image can be built here, if so."""

    def fails(*command):
        return subprocess.run(command, capture_output=True, check=False).returncode != 0

    if not shutil.which("docker") or fails("docker", "info"):
        return "no container engine answers here: `docker info` fails"
    (default,) = re.findall("^ARG BASE_IMAGE=(.+)$", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE)
    base = os.environ.get("BASE_IMAGE", default)
    if fails("docker", "image", "inspect", base) and fails("docker", "pull", base):
        return f"{base} cannot be pulled here: name another image in BASE_IMAGE"
    return None
