"""What has changed in AFAS, into DuckDB; or into PostgreSQL, if its address is given. README.md tells how to run it."""

import os
import sys
from pathlib import Path

os.environ["AIRBYTE_OFFLINE_MODE"] = "1"  # else PyAirbyte asks Airbyte's registry, and sends telemetry

import airbyte as ab
import pandas as pd
from postgresql import at

CHANGES = ["Profit_Transactions"]  # has a key and a date of change: merged into the table
WHOLE = ["Profit_Accounts", "Profit_Debtor", "Profit_Debtor_Invoices"]  # replaces the table, so that what is gone goes
REVENUE = """
SELECT year, CAST(sum(amtcredit - amtdebit) AS DECIMAL(18, 2)) AS revenue
FROM profit.profit_transactions JOIN profit.profit_accounts ON account = accountno
WHERE type = '3' GROUP BY year ORDER BY year
"""


def database(address=None):
    """Return where the tables are: a file of DuckDB here, or the PostgreSQL at an address."""
    return at(address) if address else ab.DuckDBCache(db_path="afas.duckdb", schema_name="profit")


def sync(profit):
    """Bring the tables up to date; return what PyAirbyte says of the changes."""
    config = {
        "environment": os.environ["AFAS_ENVIRONMENT"],
        "credentials": {"auth_type": "token", "token": os.environ["AFAS_TOKEN"]},
        "get_connectors": CHANGES + WHOLE,
    }
    if "AFAS_BASE_URL" in os.environ:  # the sandbox's
        config["base_url"] = os.environ["AFAS_BASE_URL"]
    source = ab.get_source("source-afas", config, local_executable=Path(sys.executable).with_name("source-afas"))
    source.check()
    source.read(profit, streams=WHOLE, write_strategy="replace", force_full_refresh=True)
    return source.read(profit, streams=CHANGES)


if __name__ == "__main__":
    profit = database(*sys.argv[1:])
    changes = sync(profit)
    print(f"{changes.processed_records:,} entry lines read, {len(changes['Profit_Transactions']):,} in the table.")
    print(pd.DataFrame(profit.run_sql_query(REVENUE)))
