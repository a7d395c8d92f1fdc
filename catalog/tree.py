"""The files of the contribution, and where in Airbyte's repository they lie."""

import shutil
from pathlib import Path

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

FOLDERS = {
    "source_afas": "source_afas",
    "unit_tests": "unit_tests",
    "integration_tests": "integration_tests",
    # Among the tests, which alone need it: so neither the package nor the image has it.
    "afas_sandbox": "integration_tests/afas_sandbox",
}
"""Where they go. What lies deeper stays here: the sandbox's own tests, and the tests with other people's tools."""

SUFFIXES = {".py", ".typed", ".yaml", ".json", ".sql"}

LEFT_OUT = {
    "integration_tests/cdk_standard_tests.py",
    "unit_tests/test_catalog.py",
    "unit_tests/test_guide.py",
    "unit_tests/test_landing.py",
    "unit_tests/test_meltano_example.py",
    "unit_tests/test_metadata.py",
    "unit_tests/test_pyairbyte_example.py",
    "integration_tests/test_cost.py",
    "integration_tests/test_deleted_and_renumbered_guide.py",
    "integration_tests/test_finance.py",
    "integration_tests/test_many_environments.py",
    "integration_tests/test_standard_tests.py",
}
"""Tests of what the contribution does not hold: setup.py, documents, demo, examples, benchmarks, and this package."""


def write(root: Path) -> Path:
    """Write the contribution into a folder, in place of an older one; return the connector's folder."""
    connector = root / CONNECTOR
    for folder in FOLDERS.values():
        shutil.rmtree(connector / folder, ignore_errors=True)
    for folder, target in FOLDERS.items():
        for file in sorted((PROJECT / folder).iterdir()):
            if file.suffix in SUFFIXES and f"{folder}/{file.name}" not in LEFT_OUT:
                copy(file, connector / target / file.name)
    for name in FILES:
        copy(PROJECT / name, connector / Path(name).name)
    copy(PROJECT / "docs/afas.md", root / DOCUMENT)
    (connector / "pyproject.toml").write_text(pyproject(PROJECT), encoding="utf-8")
    return connector


def copy(file: Path, to: Path) -> None:
    """Copy a file, into a folder that need not be there."""
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)
