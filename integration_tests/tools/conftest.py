"""The PostgreSQL of a test, and what a run must not pass over in silence."""

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


def pytest_terminal_summary(terminalreporter):
    """Say so where the image could not be built: the run is green all the same."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "test_container.py" in report.nodeid]
    if skipped:
        *_, reason = skipped[0].longrepr
        terminalreporter.section("THE CONTAINER WAS NOT TESTED", "!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were left out. {reason}")
        terminalreporter.section("THE CONTAINER WAS NOT TESTED", "!", red=True, bold=True)
