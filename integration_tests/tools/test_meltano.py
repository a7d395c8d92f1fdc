"""`meltano run`, from the sandbox into DuckDB and into PostgreSQL, and again with the state of the first run."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest

from integration_tests.tools.meltano import Project

pytestmark = pytest.mark.tools

AMOUNT = "12345678901234.1234567890"


def test_two_runs_into_duckdb_leave_what_afas_holds(sandbox, tmp_path):
    sandbox.trailing_zeros = True
    sandbox.insert_entry(AmtDebit=AMOUNT)
    project = Project(tmp_path, sandbox, "target-duckdb")

    project.meltano("invoke", "tap-afas", "--test")
    first = project.run()
    sandbox.insert_entry(AmtDebit="1.50")
    second = project.run()

    assert first.rows_read("Profit_Transactions") == 202
    assert second.rows_read("Profit_Transactions") < 10, "only what has changed"
    assert second.rows_read("Profit_Debtor") == first.rows_read("Profit_Debtor"), "FULL_TABLE in meltano.yml"
    assert in_duckdb(project, "SELECT count(*) FROM profit.profit_transactions") == [[len(entries(sandbox))]]
    assert in_duckdb(project, "SELECT count(*) FROM profit.profit_accounts") == [[len(accounts(sandbox))]]
    assert [AMOUNT] in in_duckdb(project, "SELECT amtdebit FROM profit.profit_transactions")
    assert total(in_duckdb(project, "SELECT amtdebit FROM profit.profit_transactions")) == total_of(sandbox)


def test_two_runs_into_postgresql_leave_what_afas_holds(sandbox, tmp_path, postgresql):
    amount = "12345678901234.123456789"
    sandbox.insert_entry(AmtDebit=amount)
    project = Project(tmp_path, sandbox, "target-postgres", TARGET_POSTGRES_SQLALCHEMY_URL=postgresql)
    project.change(schema=None)  # this loader keeps the digits of a number

    project.run()
    sandbox.insert_entry(AmtDebit="1.50")
    second = project.run()

    assert second.rows_read("Profit_Transactions") < 10, "only what has changed"
    assert in_postgresql(postgresql, 'SELECT count(*) FROM profit."Profit_Transactions"') == str(len(entries(sandbox)))
    assert in_postgresql(postgresql, 'SELECT max("AmtDebit") FROM profit."Profit_Transactions"') == amount


def entries(sandbox):
    return sandbox.rows("Profit_Transactions")


def accounts(sandbox):
    return sandbox.rows("Profit_Accounts")


def total(rows):
    return sum(Decimal(amount) for (amount,) in rows)


def total_of(sandbox):
    return sum(Decimal(str(row["AmtDebit"])) for row in entries(sandbox))


def in_duckdb(project, query):
    """The loader's own DuckDB reads its file: versions differ."""
    script = "import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1]).sql(sys.argv[2]).fetchall()))"
    command = [project.python_of_loader, "-c", script, project.folder / "afas.duckdb", query]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def in_postgresql(url, query):
    url = url.replace("+psycopg", "")
    return subprocess.run(["psql", url, "-Atc", query], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def postgresql():
    """An empty PostgreSQL of Debian's package, as long as a test runs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    binaries = found[-1].parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="tap-afas-"))
    # It does not run as root.
    user = "postgres" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def command(*arguments):
        subprocess.run(arguments, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60)

    try:
        command(binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        command(binaries / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        command(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
