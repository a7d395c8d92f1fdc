"""The pyproject.toml that Airbyte's repository wants, for Poetry, made of what setup.py says."""

import json
import re
import runpy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from packaging.requirements import Requirement

TEMPLATE = """\
# Made from the setup.py of the connector's own project, by `make catalog` there.
[build-system]
requires = ["poetry-core>=1.0.0"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
name = {name}
version = {version}
description = {description}
authors = ["Airbyte <contact@airbyte.io>"]
license = {license}
readme = "README.md"
documentation = {documentation}
homepage = "https://airbyte.com"
repository = "https://github.com/airbytehq/airbyte"
packages = [{{ include = "source_afas" }}]

[tool.poetry.dependencies]
python = {python}
{dependencies}

[tool.poetry.scripts]
{scripts}

[tool.poetry.group.dev.dependencies]
{dev_dependencies}
afas-sandbox = {{ path = {sandbox} }}

[tool.poe]
include = ["${{POE_GIT_DIR}}/poe-tasks/poetry-connector-tasks.toml"]

[tool.pytest.ini_options]
testpaths = ["unit_tests", "integration_tests"]
pythonpath = ["."]

{ruff}"""


def pyproject(project: Path, sandbox: Path, left_out: Iterable[str]) -> str:
    """Return it as text, given where in the connector the sandbox's wheel lies, and the wings that are not there."""
    setup = arguments(project / "setup.py")
    metadata = yaml.safe_load((project / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    return TEMPLATE.format(
        name=json.dumps(setup["name"]),
        version=json.dumps(setup["version"]),
        description=json.dumps(setup["description"]),
        license=json.dumps(setup["license"]),
        documentation=json.dumps(metadata["documentationUrl"]),
        python=json.dumps(setup["python_requires"]),
        dependencies=lines(map(dependency, tested(setup))),
        scripts=lines(map(script, commands(setup, left_out))),
        dev_dependencies=lines(map(dependency, setup["extras_require"]["dev"])),
        sandbox=json.dumps(sandbox.as_posix()),
        ruff=ruff((project / "pyproject.toml").read_text(encoding="utf-8")),
    )


def arguments(setup: Path) -> dict[str, Any]:
    """Return what a setup.py passes to setup()."""
    with mock.patch("setuptools.setup") as called:
        runpy.run_path(str(setup))
    return dict(called.call_args.kwargs)


def tested(setup: Mapping[str, Any]) -> list[str]:
    """Return the requirements as the extra `tested` pins them: Airbyte builds the image without a look at the lock."""
    pinned = {Requirement(text).name: text for text in setup["extras_require"]["tested"]}
    return [pinned.get(Requirement(text).name, text) for text in setup["install_requires"]]


def commands(setup: Mapping[str, Any], left_out: Iterable[str]) -> list[str]:
    """Return the console scripts, but for those of wings that stay here."""
    modules = tuple(f"source_afas.{wing}." for wing in left_out)
    return [entry for entry in setup["entry_points"]["console_scripts"] if not entry.split("=")[1].startswith(modules)]


def dependency(text: str) -> str:
    """Return a requirement as Poetry writes it: `duckdb>=1.4` becomes `duckdb = ">=1.4"`."""
    requirement = Requirement(text)
    version = json.dumps(str(requirement.specifier) or "*")
    if not requirement.extras and not requirement.marker:
        return f"{requirement.name} = {version}"
    parts = [f"version = {version}"]
    if requirement.extras:
        parts.append(f"extras = {json.dumps(sorted(requirement.extras))}")
    if requirement.marker:
        parts.append(f"markers = {json.dumps(str(requirement.marker))}")
    return f"{requirement.name} = {{ {', '.join(parts)} }}"


def script(entry: str) -> str:
    """Return a console script as Poetry writes it."""
    name, function = entry.split("=")
    return f"{name} = {json.dumps(function)}"


def ruff(text: str) -> str:
    """Return how this project's code is formatted: Airbyte's own settings break lines at another column."""
    return re.search(r"^\[tool\.ruff\]\n(?:.+\n)+", text, re.MULTILINE)[0]  # type: ignore[index]


def lines(texts: Iterable[str]) -> str:
    """Return texts below each other."""
    return "\n".join(texts)
