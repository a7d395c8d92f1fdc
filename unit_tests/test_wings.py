"""What import-linter, in pyproject.toml, cannot say of the wings."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "source_afas"
WINGS = ("afas", "reading", "tracking", "command_line", "singer", "people")


def imported(file):
    """The names that a file imports from packages, each with its module."""
    return {
        (node.module, name.name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


@pytest.mark.parametrize("file", sorted((SOURCE / "afas").glob("*.py")), ids=lambda file: file.stem)
def test_afas_knows_nothing_of_airbytes_messages(file):
    of_airbyte = {(module, name) for module, name in imported(file) if module.startswith("airbyte_cdk.models")}

    assert of_airbyte <= {("airbyte_cdk.models", "FailureType")}, "whose fault something is, and no message"


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_says_what_it_is_for_and_where_to_begin(wing):
    said = ast.get_docstring(ast.parse((SOURCE / wing / "__init__.py").read_text(encoding="utf-8")))

    for name in re.findall(r"`(\w+\.py)`", said):
        assert (SOURCE / wing / name).is_file()
    assert ".py`" in said


def test_all_wings_are_named_where_one_begins():
    said = ast.get_docstring(ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8")))

    assert {folder.parent.name for folder in SOURCE.glob("*/__init__.py")} == set(WINGS)
    assert all(f"`{wing}`" in said for wing in WINGS)
