"""The README names what there is, and reads well on PyPI."""

import re
from pathlib import Path

import pytest

from afas_sandbox import Fault, Sandbox
from afas_sandbox.admin import ACTS
from afas_sandbox.catalogue import known
from afas_sandbox.cli import _parser

PAGE = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(name for name in dir(Sandbox) if not name.startswith("_")))
def test_every_part_of_the_handle_is_documented(name):
    assert name in PAGE or name in ("start", "stop", "origin")


@pytest.mark.parametrize("path", sorted({path for _, path, _, _ in ACTS}))
def test_every_admin_path_is_documented(path):
    assert path.replace(":int", "") in PAGE


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_is_documented(fault):
    assert f"`{fault.name}`" in PAGE


@pytest.mark.parametrize("name", sorted(each.id for each in known().values() if not each.standard))
def test_every_custom_get_connector_is_documented(name):
    assert f"`{name}`" in PAGE


def test_every_option_is_documented():
    serve = _parser()._subparsers._group_actions[0].choices["serve"]

    for action in serve._actions:
        assert action.dest == "help" or action.option_strings[0] in PAGE


def test_no_link_needs_a_checkout():
    links = re.findall(r"\]\(([^)]+)\)", PAGE)

    assert links
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
