"""The files of the contribution, and where in Airbyte's repository they lie."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.pyproject import pyproject

PROJECT = Path(__file__).parents[1]

CONNECTOR = Path("airbyte-integrations/connectors/source-afas")

DOCUMENT = Path("docs/integrations/sources/afas.md")

FILES = (
    "metadata.yaml",
    "icon.svg",
    "acceptance-test-config.yml",
    "catalog/connector/README.md",
    "catalog/connector/conftest.py",
)

FOLDERS = ("source_afas", "unit_tests", "integration_tests")

SUFFIXES = {".py", ".typed", ".yaml", ".json"}

WHEELS = Path("integration_tests/wheels")
"""Where the sandbox lies, built: a requirement of the tests, and of nothing else."""

DATED = {"SOURCE_DATE_EPOCH": "1767225600"}
"""The date of all that is in it, the first of 2026."""

WINGS_LEFT_OUT = ("singer", "people")
"""Of the source and of its tests: what Airbyte does not run."""

LEFT_OUT = {
    "integration_tests/tools",
    "integration_tests/cdk_standard_tests.py",
    "integration_tests/singer.py",
    "unit_tests/test_breaks.py",
    "unit_tests/test_catalog.py",
    "unit_tests/test_guide.py",
    "unit_tests/test_landing.py",
    "unit_tests/test_meltano_example.py",
    "unit_tests/test_metadata.py",
    "unit_tests/test_pyairbyte_example.py",
    "unit_tests/test_wings.py",
    "integration_tests/test_cost.py",
    "integration_tests/test_deleted_and_renumbered_guide.py",
    "integration_tests/test_finance.py",
    "integration_tests/test_many_environments.py",
    "integration_tests/test_probe.py",
    "integration_tests/test_standard_tests.py",
    "integration_tests/test_tap.py",
}
"""Tests of what it does not hold: setup.py, documents, demo, examples, benchmarks, the tap, `afas`, and this package.
And those with other people's tools."""


def write(root: Path) -> Path:
    """Write the contribution into a folder, in place of an older one; return the connector's folder."""
    connector = root / CONNECTOR
    for folder in FOLDERS:
        shutil.rmtree(connector / folder, ignore_errors=True)
        for file in sorted((PROJECT / folder).rglob("*")):
            name = file.relative_to(PROJECT)
            if file.suffix in SUFFIXES and not left_out(name):
                copy(file, connector / name)
    for text in FILES:
        copy(PROJECT / text, connector / Path(text).name)
    copy(PROJECT / "docs/afas.md", root / DOCUMENT)
    sandbox = build_sandbox(connector / WHEELS).relative_to(connector)
    (connector / "pyproject.toml").write_text(pyproject(PROJECT, sandbox, WINGS_LEFT_OUT), encoding="utf-8")
    return connector


def left_out(name: Path) -> bool:
    """Whether a file of the project, or a folder that it lies in, stays here."""
    wing = name.parts[1] if name.parts[0] in ("source_afas", "unit_tests") else None
    return wing in WINGS_LEFT_OUT or any(part.as_posix() in LEFT_OUT for part in (name, *name.parents))


def build_sandbox(folder: Path) -> Path:
    """Build the sandbox's wheel into a folder, the same to the byte as long as nothing changes; return it."""
    with TemporaryDirectory() as temporary:
        # A copy: setuptools puts into a wheel what earlier builds left beside the code.
        code = Path(temporary, "sandbox")
        shutil.copytree(PROJECT / "sandbox", code, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        # With the setuptools that is here: no network is needed.
        options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
        subprocess.run([*pip, *options, str(code)], env={**os.environ, **DATED}, check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def copy(file: Path, to: Path) -> None:
    """Copy a file, into a folder that need not be there."""
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)
