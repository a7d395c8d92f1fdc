from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from afas_sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of one's own, to change."""
    with Sandbox(seed=1, entries=200) as served:
        yield served


@pytest.fixture(scope="session")
def books() -> Iterator[Sandbox]:
    """A larger one that nobody changes."""
    with Sandbox(seed=7, entries=3_000) as served:
        yield served


@pytest.fixture(scope="session")
def rows_of():
    """Ask for rows: `rows_of(sandbox, "Profit_Accounts", take=5)`."""

    def ask(sandbox, get_connector, **parameters):
        return sandbox.get(f"/connectors/{get_connector}?{urlencode(parameters)}")

    return ask
