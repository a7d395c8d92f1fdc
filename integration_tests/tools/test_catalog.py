"""What `make catalog` makes, as Airbyte's repository has it: installed by Poetry, tested, and passed by its QA."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile

import pytest

from catalog.poetry import poetry
from catalog.tree import CONNECTOR
from integration_tests.tools.environments import CHECKOUT

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("airbyte")
    subprocess.run([sys.executable, "-m", "catalog", folder], cwd=CHECKOUT, check=True, timeout=600)
    return folder


@pytest.fixture(scope="module")
def installed(root):
    """Return the connector's folder, with the environment that Poetry made in it."""
    connector = root / CONNECTOR
    in_poetry(connector, "install")
    yield connector
    shutil.rmtree(connector / ".venv")


def in_poetry(connector, *arguments):
    """Run Poetry; return what it printed."""
    ran = poetry(connector, *arguments, POETRY_VIRTUALENVS_IN_PROJECT="true")
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_the_lock_is_of_this_pyproject(root):
    in_poetry(root / CONNECTOR, "check", "--lock")


def test_the_package_is_the_source_and_its_command(installed):
    in_poetry(installed, "build", "--format=wheel", "--output=build")

    [wheel] = (installed / "build").glob("*.whl")
    folders = {name.rpartition("/")[0] for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert folders == {
        "source_afas",
        *(f"source_afas/{wing}" for wing in ("afas", "command_line", "reading", "tracking")),
    }
    assert json.loads(in_poetry(installed, "run", "source-afas", "spec"))["type"] == "SPEC"
    assert not (installed / ".venv/bin/tap-afas").exists()


def test_its_unit_tests_pass(installed):
    assert " passed" in in_poetry(installed, "run", "pytest", "-q", "unit_tests")


def test_its_integration_tests_find_the_sandbox(installed):
    assert " passed" in in_poetry(installed, "run", "pytest", "-q", "integration_tests/test_command_line.py")


def test_the_cdks_standard_tests_pass(installed):
    # Images cannot be built everywhere. Where they can, these are Airbyte's to run: `airbyte-cdk image test`.
    tested = in_poetry(
        installed, "run", "airbyte-cdk", "connector", "test", "--pytest-arg=-k", "--pytest-arg=not docker"
    )

    assert " passed" in tested


def test_airbytes_qa_passes(root):
    qa = os.environ.get("CATALOG_QA")
    if not qa:
        pytest.skip("CATALOG_QA names no command that runs Airbyte's QA: docs/contribute.md")

    ran = subprocess.run(
        [*shlex.split(qa), root, "source-afas"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
