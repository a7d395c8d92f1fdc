"""`meltano run`, from the sandbox into DuckDB and into PostgreSQL, and again with the state of the first run."""

import json
import subprocess
from decimal import Decimal

import pytest

from integration_tests.tools.meltano import Project
from integration_tests.tools.postgresql import psql

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
    url = postgresql.replace("postgresql:", "postgresql+psycopg:")
    project = Project(tmp_path, sandbox, "target-postgres", TARGET_POSTGRES_SQLALCHEMY_URL=url)
    project.change(schema=None)  # this loader keeps the digits of a number

    project.run()
    sandbox.insert_entry(AmtDebit="1.50")
    second = project.run()

    assert second.rows_read("Profit_Transactions") < 10, "only what has changed"
    assert psql(postgresql, 'SELECT count(*) FROM profit."Profit_Transactions"') == str(len(entries(sandbox)))
    assert psql(postgresql, 'SELECT max("AmtDebit") FROM profit."Profit_Transactions"') == amount


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
