"""The PostgreSQL of a test."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from integration_tests.tools.postgresql import psql, server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    with server(found[-1].parent) as address:
        yield address


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    """The address of an empty database, the test's own."""
    name = f"test_{token_hex(4)}"
    psql(f"{postgresql_server}/postgres", f"CREATE DATABASE {name}")
    return f"{postgresql_server}/{name}"
