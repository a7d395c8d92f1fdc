"""The package as PyPI gets it: what it holds, what PyPI shows of it, and that it runs where nothing else is."""

import json
import os
import shutil
import subprocess
import tarfile
import urllib.request
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
def checkout(tmp_path_factory) -> Path:
    """A checkout in which somebody has worked, and built an older version."""
    checkout = tmp_path_factory.mktemp("release") / "checkout"
    unneeded = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(CHECKOUT, checkout, ignore=unneeded)
    for left_over in ("source_afas/of_an_older_version.py", "afas_sandbox/__init__.py"):
        (checkout / "build/lib" / left_over).parent.mkdir(parents=True)
        (checkout / "build/lib" / left_over).touch()
    return checkout


@pytest.fixture(scope="module")
def dist(checkout) -> Path:
    """What `make package` makes of it."""
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


def wheel_by_pip(code, folder) -> Path:
    pip = environment("build", *REQUIREMENTS) / "pip"
    run(pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, code)
    (wheel,) = folder.glob("*.whl")
    return wheel


def content(wheel) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel) -> Message:
    (text,) = (text for name, text in content(wheel).items() if name.endswith(".dist-info/METADATA"))
    return BytesParser().parsebytes(text)


def test_the_wheel_holds_the_source_and_nothing_else(wheel):
    of_the_source = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "source_afas").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    about = f"airbyte_source_afas-{METADATA['dockerImageTag']}.dist-info"

    assert set(content(wheel)) == of_the_source | {
        f"{about}/{name}"
        for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt", "licenses/LICENSE")
    }
    assert content(wheel)[f"{about}/entry_points.txt"].decode().split("\n") == [
        "[console_scripts]",
        "afas = source_afas.people.app:main",
        "source-afas = source_afas.command_line.run:run",
        "tap-afas = source_afas.singer.tap:main",
        "",
    ]


@pytest.mark.parametrize("way", ["checkout", "sdist"])
def test_pip_makes_the_same_wheel(way, wheel, request, tmp_path):
    assert content(wheel_by_pip(request.getfixturevalue(way), tmp_path)) == content(wheel)


def test_the_sdist_holds_no_other_package(sdist):
    with tarfile.open(sdist) as archive:
        folders = {Path(name).parts[1] for name in archive.getnames() if len(Path(name).parts) > 2}

    assert folders == {"source_afas", "docs", "airbyte_source_afas.egg-info"}


def test_pypi_takes_it_and_shows_what_it_is(wheel, sdist):
    run(environment("build", *REQUIREMENTS) / "twine", "check", "--strict", wheel, sdist)

    about = metadata(wheel)
    assert about["Name"] == METADATA["remoteRegistries"]["pypi"]["packageName"]
    assert about["Version"] == METADATA["dockerImageTag"]
    assert about["License"] == METADATA["license"]
    assert about["Requires-Python"] == ">=3.10,<3.15"
    assert about["Project-URL"] == f"Documentation, {METADATA['documentationUrl']}"
    assert about.get_payload(decode=True) == (CHECKOUT / "docs/pypi.md").read_bytes()


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


def test_the_sandbox_runs_where_nothing_of_the_source_is(tmp_path):
    run(oldest_and_newest()[0], "-m", "venv", tmp_path / "environment")
    binaries = tmp_path / "environment/bin"
    sandbox = shutil.copytree(CHECKOUT / "sandbox", tmp_path / "sandbox", ignore=shutil.ignore_patterns("build"))
    run(binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", sandbox)

    command = [binaries / "afas-sandbox", "serve", "--json", "--entries", "50"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as served:
        admin_url = json.loads(served.stdout.readline())["admin_url"]
        with urllib.request.urlopen(f"{admin_url}/rows/Profit_Accounts", timeout=10) as rows:
            assert len(json.load(rows)) > 50
        served.terminate()
    assert served.returncode == 0
