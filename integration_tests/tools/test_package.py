"""The package as PyPI gets it: what it holds, what PyPI shows of it, and that it runs where nothing else is."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest
import yaml

from integration_tests.tools.environments import CHECKOUT, environment
from integration_tests.tools.pythons import oldest_and_newest

pytestmark = pytest.mark.tools

METADATA = yaml.safe_load((CHECKOUT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
REQUIREMENTS = ("build==1.6.1", "twine==7.0.0")


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """What `make package` makes of a checkout in which somebody has worked."""
    checkout = tmp_path_factory.mktemp("release") / "checkout"
    shutil.copytree(CHECKOUT, checkout, ignore=shutil.ignore_patterns(".*", "build", "dist", "__pycache__"))
    left_over = checkout / "build/lib/source_afas"
    left_over.mkdir(parents=True)
    (left_over / "of_an_older_version.py").touch()
    run(environment("build", *REQUIREMENTS) / "python", "-m", "build", cwd=checkout)
    return checkout / "dist"


@pytest.fixture(scope="module")
def wheel(dist) -> Path:
    (wheel,) = dist.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def sdist(dist) -> Path:
    (sdist,) = dist.glob("*.tar.gz")
    return sdist


def run(*command, **settings) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, **settings)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def content(wheel) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel) -> Message:
    (text,) = (text for name, text in content(wheel).items() if name.endswith(".dist-info/METADATA"))
    return BytesParser().parsebytes(text)


def test_the_wheel_holds_the_source_and_nothing_else(wheel):
    of_the_source = {
        f"source_afas/{path.name}" for path in (CHECKOUT / "source_afas").iterdir() if path.name != "__pycache__"
    }
    about = f"airbyte_source_afas-{METADATA['dockerImageTag']}.dist-info"

    assert set(content(wheel)) == of_the_source | {
        f"{about}/{name}"
        for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt", "licenses/LICENSE")
    }
    assert content(wheel)[f"{about}/entry_points.txt"].decode().split("\n") == [
        "[console_scripts]",
        "source-afas = source_afas.run:run",
        "tap-afas = source_afas.tap:main",
        "",
    ]


def test_the_sdist_makes_the_same_wheel(wheel, sdist, tmp_path):
    pip = environment("build", *REQUIREMENTS) / "pip"

    run(pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, sdist)

    assert content(tmp_path / wheel.name) == content(wheel)


def test_pypi_takes_it_and_shows_what_it_is(wheel, sdist):
    run(environment("build", *REQUIREMENTS) / "twine", "check", "--strict", wheel, sdist)

    about = metadata(wheel)
    assert about["Name"] == METADATA["remoteRegistries"]["pypi"]["packageName"]
    assert about["Version"] == METADATA["dockerImageTag"]
    assert about["License"] == METADATA["license"]
    assert about["Requires-Python"] == ">=3.10,<3.15"
    assert about["Project-URL"] == f"Documentation, {METADATA['documentationUrl']}"
    assert about.get_payload().startswith("# source-afas\n")
    assert not re.findall(r"\]\((?!https://)", about.get_payload()), "links that lead nowhere on PyPI"


@pytest.mark.parametrize("which", ["oldest", "newest"])
def test_it_runs_where_nothing_else_is(sandbox, source_afas, wheel, sdist, tmp_path, which):
    python = oldest_and_newest()[0 if which == "oldest" else -1]
    run(python, "-m", "venv", tmp_path / "environment")
    binaries, empty = tmp_path / "environment/bin", tmp_path / "empty"
    (tmp_path / "config.json").write_text(json.dumps(source_afas.config))
    config = ("--config", str(tmp_path / "config.json"))
    empty.mkdir()

    def command(name, *arguments) -> str:
        return run(binaries / name, *arguments, cwd=empty, env={"PATH": os.defpath, "HOME": str(empty)})

    def message(kind, *arguments) -> dict:
        messages = map(json.loads, command("source-afas", *arguments).splitlines())
        (found,) = (message for message in messages if message["type"] == kind)
        return found

    for package in (wheel, sdist):
        pip = [binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(*pip, *(["--force-reinstall", "--no-deps"] if package is sdist else []), package)

        assert message("SPEC", "spec")["spec"]["connectionSpecification"]["required"]
        assert message("CONNECTION_STATUS", "check", *config)["connectionStatus"]["status"] == "SUCCEEDED"
        assert len(message("CATALOG", "discover", *config)["catalog"]["streams"]) == 29
        assert METADATA["dockerImageTag"] in command("source-afas", "--version")
        assert METADATA["dockerImageTag"] in command("tap-afas", "--about")
        assert len(json.loads(command("tap-afas", *config, "--discover"))["streams"]) == 29
        assert not (binaries / "afas-sandbox").exists()
