"""What `make catalog` makes, but for the lock: its files, and a pyproject.toml that says what setup.py says."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from catalog import pyproject, tree

SETUP = pyproject.arguments(tree.PROJECT / "setup.py")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("airbyte")
    tree.write(folder)
    return folder


@pytest.fixture
def connector(root):
    return root / tree.CONNECTOR


@pytest.fixture
def poetry(connector):
    tomllib = pytest.importorskip("tomllib", reason="Python reads TOML from 3.11 on")
    return tomllib.loads((connector / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poetry"]


# The files


def test_the_connector_lies_there_as_airbytes_repository_wants_it(root, connector):
    assert names(root) == {"airbyte-integrations", "docs"}
    assert names(connector) == {
        "README.md",
        "acceptance-test-config.yml",
        "conftest.py",
        "icon.svg",
        "integration_tests",
        "metadata.yaml",
        "pyproject.toml",
        "source_afas",
        "unit_tests",
    }
    assert (root / "docs/integrations/sources/afas.md").read_bytes() == (tree.PROJECT / "docs/afas.md").read_bytes()


def test_the_source_is_there_as_it_stands_here_but_for_the_wings_that_airbyte_does_not_run(connector):
    here, there = files(tree.PROJECT / "source_afas"), files(connector / "source_afas")

    assert there == {name: content for name, content in here.items() if name.parts[0] not in ("singer", "people")}
    assert "singer" not in names(connector / "unit_tests") | names(connector / "integration_tests")


def test_unit_tests_lie_in_the_folders_of_their_modules(connector):
    wings = {folder.name for folder in (connector / "unit_tests").iterdir() if folder.is_dir()}

    assert wings == {"afas", "command_line", "reading", "tracking"}


def test_the_sandbox_is_a_wheel_that_the_tests_alone_require(connector, poetry):
    [wheel] = (connector / "integration_tests/wheels").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert packed == {f"afas_sandbox/{name}" for name in files(tree.PROJECT / "sandbox/afas_sandbox")}
    assert poetry["group"]["dev"]["dependencies"]["afas-sandbox"] == {"path": f"integration_tests/wheels/{wheel.name}"}
    assert "afas-sandbox" not in poetry["dependencies"]
    assert b"afas_sandbox" not in b"".join(files(connector / "source_afas").values())


def test_the_wheel_changes_only_with_the_sandbox(connector, tmp_path):
    [wheel] = (connector / "integration_tests/wheels").iterdir()

    assert tree.build_sandbox(tmp_path).read_bytes() == wheel.read_bytes()


def test_its_tests_find_all_that_they_need(connector):
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    ended = subprocess.run(command, cwd=connector, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("name", sorted(tree.LEFT_OUT))
def test_what_is_left_out_is_there_to_be_left_out(name):
    assert (tree.PROJECT / name).exists()


def test_an_older_contribution_goes_and_what_is_ones_own_stays(tmp_path):
    connector = tree.write(tmp_path)
    (connector / "source_afas/reading/renamed_since.py").touch()
    (connector / "secrets").mkdir()
    (connector / "secrets/config.json").touch()
    (connector / "poetry.lock").touch()

    tree.write(tmp_path)

    assert not (connector / "source_afas/reading/renamed_since.py").exists()
    assert (connector / "secrets/config.json").exists()
    assert (connector / "poetry.lock").exists(), "Poetry keeps the versions in it"


def test_the_code_is_formatted_by_the_settings_that_come_with_it(connector):
    command = [sys.executable, "-m", "ruff", "format", "--check", "--no-cache"]
    ended = subprocess.run(command, cwd=connector, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("file", [tree.DOCUMENT, tree.CONNECTOR / "README.md"], ids=str)
def test_a_document_links_to_nothing_that_stays_here(root, file):
    links = re.findall(r"\]\(([^)]+)\)", (root / file).read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_no_test_of_the_platform_wants_a_secret(connector):
    sections = yaml.safe_load((connector / "acceptance-test-config.yml").read_text())["acceptance_tests"].values()

    assert {test["config_path"] for section in sections for test in section["tests"]} == {
        "build/valid_config.json",
        "integration_tests/invalid_config.json",
    }


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def files(folder: Path) -> dict[Path, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {file.relative_to(folder): file.read_bytes() for file in found}


# pyproject.toml


@pytest.mark.parametrize(
    ("requirement", "line"),
    [
        ("requests", 'requests = "*"'),
        ("ruff==0.17.6", 'ruff = "==0.17.6"'),
        ("duckdb>=1.4,<3", 'duckdb = "<3,>=1.4"'),
        ("airbyte-cdk[dev]==7.39.1", 'airbyte-cdk = { version = "==7.39.1", extras = ["dev"] }'),
        (
            "models==0.1; python_version < '3.13'",
            'models = { version = "==0.1", markers = "python_version < \\"3.13\\"" }',
        ),
    ],
)
def test_a_requirement_is_written_as_poetry_has_it(requirement, line):
    assert pyproject.dependency(requirement) == line


@pytest.mark.parametrize("field", ["name", "version", "description", "license"])
def test_what_setup_py_says_of_the_package(poetry, field):
    assert poetry[field] == SETUP[field]


def test_the_requirements_are_those_of_setup_py(poetry):
    python = poetry["dependencies"].pop("python")
    tests = poetry["group"]["dev"]["dependencies"]
    tests.pop("afas-sandbox")

    assert python == SETUP["python_requires"]
    assert {wanted.name for wanted in requirements(poetry["dependencies"])} == {
        Requirement(text).name for text in SETUP["install_requires"]
    }
    assert requirements(tests) == set(map(Requirement, SETUP["extras_require"]["dev"]))


def test_the_cdk_is_the_newest_one_tested_as_in_the_image(poetry):
    [pinned] = SETUP["extras_require"]["tested"]
    [required] = (Requirement(text) for text in SETUP["install_requires"] if text.startswith("airbyte-cdk"))

    assert f"airbyte-cdk{poetry['dependencies']['airbyte-cdk']}" == pinned
    assert pinned.partition("==")[2] in required.specifier
    assert "pip --python /opt/source-afas install --no-cache-dir '.[tested]'" in (
        tree.PROJECT / "Dockerfile"
    ).read_text(encoding="utf-8")


def test_the_commands_are_those_of_setup_py_but_those_of_wings_left_out(poetry):
    here = dict(entry.split("=") for entry in SETUP["entry_points"]["console_scripts"])

    assert set(here) == {"source-afas", "tap-afas", "afas"}
    assert poetry["scripts"] == {"source-afas": here["source-afas"]}


def test_the_package_holds_the_source_alone(poetry):
    assert poetry["packages"] == [{"include": "source_afas"}]


def requirements(dependencies):
    """Put requirements together again."""
    written = set()
    for name, of_it in dependencies.items():
        parts = {"version": of_it} if isinstance(of_it, str) else of_it
        extras, version = ",".join(parts.get("extras", [])), parts["version"].removeprefix("*")
        marker = f"; {parts['markers']}" if "markers" in parts else ""
        written.add(Requirement(f"{name}[{extras}]{version}{marker}"))
    return written
