"""The notebook of examples/pyairbyte as it is committed: what a reader of the page sees is the sandbox's truth."""

import json
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from afas_sandbox import Sandbox

EXAMPLE = Path(__file__).parents[1] / "examples/pyairbyte"
NOTEBOOK = json.loads((EXAMPLE / "afas.ipynb").read_text(encoding="utf-8"))
OUTPUTS = [output for cell in NOTEBOOK["cells"] for output in cell.get("outputs", [])]
TABLES = ["".join(output["data"]["text/html"]) for output in OUTPUTS if "text/html" in output.get("data", {})]


@pytest.fixture(scope="module")
def sandbox():
    """The sandbox as the README starts it."""
    with Sandbox(seed=1, entries=20_000) as running:
        yield running


def amounts(table):
    return re.findall(r"<td>(.*?)</td>", table)


def test_revenue_by_period_is_that_of_the_sandbox(sandbox):
    types = {account["Account"]: account["Type"] for account in sandbox.rows("Profit_Accounts")}
    revenue = defaultdict(Decimal)
    for line in sandbox.rows("Profit_Transactions"):
        if types[line["AccountNo"]] == "3":
            revenue[line["Period"], line["Year"]] += line["AmtCredit"] - line["AmtDebit"]

    shown, _, _ = TABLES

    periods_and_years = [(period, year) for period in range(1, 13) for year in (2023, 2024, 2025, 2026)]
    assert set(revenue) <= set(periods_and_years)
    assert amounts(shown) == [f"{revenue[key]:,.2f}" if key in revenue else "" for key in periods_and_years]


def test_the_ages_of_open_debtors_are_those_of_the_sandbox(sandbox):
    ages = defaultdict(lambda: [Decimal(0) for _ in range(6)])
    for item in sandbox.rows("Profit_Debtor_Invoices"):
        late = (date(2026, 7, 31) - date.fromisoformat(item["ExpDate"][:10])).days
        for administration in (str(item["UnitId"]), "all"):
            for column in (sum(late > days for days in (0, 30, 60, 90)), 5):
                ages[administration][column] += item["Balance"]

    _, by_administration, _ = TABLES

    assert amounts(by_administration) == [f"{amount:,.2f}" for row in sorted(ages) for amount in ages[row]]


def test_the_notebook_is_small_and_of_no_machine():
    (plot,) = (output["data"]["image/png"] for output in OUTPUTS if "image/png" in output.get("data", {}))

    assert len(plot) * 3 / 4 < 60_000
    assert {output["output_type"] for output in OUTPUTS} == {"stream", "display_data", "execute_result"}
    assert {output.get("name") for output in OUTPUTS} == {"stdout", None}, "nothing on standard error"
    assert not re.search(r"/(?:home|root|tmp|usr|Users)/|\d\d:\d\d:\d\d", json.dumps(OUTPUTS).replace(plot, ""))
    assert all(cell["metadata"] == {} for cell in NOTEBOOK["cells"])


def test_the_page_names_the_version_that_is_installed():
    requirements = dict(line.split("==") for line in (EXAMPLE / "requirements.txt").read_text().splitlines())

    assert f"PyAirbyte {requirements['airbyte']}" in (EXAMPLE / "README.md").read_text(encoding="utf-8")
    assert f"PyAirbyte {requirements['airbyte']}" in (EXAMPLE / "postgresql.py").read_text(encoding="utf-8")
