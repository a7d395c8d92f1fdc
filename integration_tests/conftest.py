from collections.abc import Iterator
from pathlib import Path

import pytest

from afas_sandbox import Sandbox
from integration_tests.command_line import CommandLine


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, entries=200) as running:
        yield running


@pytest.fixture
def source_afas(sandbox: Sandbox, tmp_path: Path) -> CommandLine:
    return CommandLine(sandbox, tmp_path)
