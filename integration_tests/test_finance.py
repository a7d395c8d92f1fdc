"""docs/finance.md: its SQL on a database as the demo makes it, its tables against what is known."""

import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import jsonschema
import pytest
import yaml

from afas_sandbox import Sandbox
from afas_sandbox.admin import about
from demo import __main__ as demo
from demo import commands
from demo.catalog import configured
from demo.landing import Landing

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "finance.md").read_text(encoding="utf-8")
STANDARD = yaml.safe_load((ROOT / "source_afas/reading/standard_get_connectors.yaml").read_text(encoding="utf-8"))
DEFINED = json.loads((ROOT / "sandbox/afas_sandbox/standard_get_connectors.json").read_text(encoding="utf-8"))

BLOCKS = re.findall(r"^### ([^\n]+)\n(?:(?!^### ).)*?```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
PROFIT_AND_LOSS_BY_ACCOUNT = re.search(r"```sql\n(PIVOT .*?)```", PAGE, re.DOTALL)[1]
NEEDS = re.findall(r"^\| ([^|]+) \| `(Profit_\w+)` \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", PAGE, re.MULTILINE)
COPIES = dict(re.findall(r"^\| ([^|]+) \| (`(?!Profit_)[^|]+) \|[^|]*\|[^|]*\|$", PAGE, re.MULTILINE))
"""The fields of a copy, for each need."""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(seed=1, entries=1_000) as running:
        yield running


@pytest.fixture(scope="module")
def database(sandbox, tmp_path_factory):
    """Make the demo's database of a small sandbox, by the demo's own steps; the first block's view is there."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(commands, "FOLDER", tmp_path_factory.mktemp("demo"))
        landing = Landing(duckdb.connect(str(commands.FOLDER / "afas.duckdb")), commands.FOLDER)
        commands.write("config.json", demo.configuration(about(sandbox)))
        catalog = commands.discover()
        commands.write("catalog.json", configured(catalog))
        demo.land(catalog, landing, commands.read(catalog, landing))
    (_, view), *_ = BLOCKS
    landing.connection.execute(view)
    return landing.connection


def ask(database, sql):
    """Return what a block finds, a dictionary for each row."""
    cursor = database.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def block(heading):
    return dict(BLOCKS)[heading]


def types_in_afas(sandbox):
    """Return the type of each account number, as the sandbox has it."""
    return {account["Account"]: account["Type"] for account in sandbox.rows("Profit_Accounts")}


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL), ids=lambda sql: sql.split("\n")[0])
def test_every_block_runs(database, sql):
    database.execute(sql)


def test_the_trial_balance_is_zero_in_every_period_of_every_administration(database, sandbox):
    totals = defaultdict(Decimal)
    for row in ask(database, block("Trial balance")):
        totals[row["administration"], row["year"], row["period"]] += row["balance"]

    assert totals.keys() == {(r["UnitId"], r["Year"], r["Period"]) for r in sandbox.rows("Profit_Transactions")}
    assert set(totals.values()) == {Decimal("0.00")}


def test_the_trial_balance_is_that_of_afas(database, sandbox):
    found = {
        (row["administration"], row["year"], row["period"], row["account"]): (row["debit"], row["credit"])
        for row in ask(database, block("Trial balance"))
    }

    assert found == {
        (row["UnitId"], row["Year"], row["Period"], row["AccountNr"]): (row["Debit"], row["Credit"])
        for row in sandbox.rows("Profit_Period_balance")
        if row["Debit"] or row["Credit"]  # a budget alone is a row too
    }


def test_the_books_add_up(database):
    checked = ask(database, block("Does it add up?"))

    assert checked
    assert {(r["out_of_balance"], r["differs_from_afas"], r["unknown_accounts"]) for r in checked} == {(0, 0, 0)}


def test_a_line_that_is_missing_shows(database, sandbox):
    missing = sandbox.rows("Profit_Transactions")[0]
    with database.cursor() as other:
        other.execute(BLOCKS[0][1])
        other.execute("BEGIN")
        other.execute(
            "DELETE FROM Profit_Transactions WHERE (UnitId, EntryNo, SeqNo) = (?, ?, ?)",
            [missing["UnitId"], missing["EntryNo"], missing["SeqNo"]],
        )
        [wrong] = [row for row in ask(other, block("Does it add up?")) if row["differs_from_afas"]]
        other.execute("ROLLBACK")

    assert [wrong["administration"], wrong["year"], wrong["period"]] == [
        missing[f] for f in ("UnitId", "Year", "Period")
    ]
    assert wrong["out_of_balance"] == missing["AmtCredit"] - missing["AmtDebit"]


def test_the_profit_and_loss_is_the_sum_of_the_entries_in_afas(database, sandbox):
    types, expected = types_in_afas(sandbox), defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in sandbox.rows("Profit_Transactions"):
        if types[row["AccountNo"]] in ("3", "4"):
            sums = expected[row["UnitId"], row["Year"], row["Period"]]
            sums[0] += row["AmtCredit"] - row["AmtDebit"] if types[row["AccountNo"]] == "3" else 0
            sums[1] += row["AmtDebit"] - row["AmtCredit"] if types[row["AccountNo"]] == "4" else 0

    found = ask(database, block("Profit and loss by period"))

    assert {(r["administration"], r["year"], r["period"]): [r["revenue"], r["costs"]] for r in found} == expected
    assert all(row["result"] == row["revenue"] - row["costs"] for row in found)


def test_the_profit_and_loss_by_account_has_the_same_result(database):
    by_account = ask(database, PROFIT_AND_LOSS_BY_ACCOUNT)
    by_period = ask(database, block("Profit and loss by period"))

    for period in range(1, 13):
        assert sum(row[str(period)] or 0 for row in by_account) == sum(
            row["result"] for row in by_period if (row["year"], row["period"]) == (2025, period)
        )


def test_the_costs_by_cost_centre_are_those_of_the_profit_and_loss(database):
    by_cost_centre = ask(database, block("Costs by cost centre"))
    by_period = ask(database, block("Profit and loss by period"))

    assert sum(row["costs"] for row in by_cost_centre) == sum(row["costs"] for row in by_period)
    assert len({row["cost_centre"] for row in by_cost_centre}) > 1


def test_the_ages_of_open_debtors_add_up_to_what_is_open(database, sandbox):
    found = ask(database, block("Open debtors by age"))
    ages = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "later_or_no_date")

    assert all(sum(row[age] for age in ages) == row["total"] for row in found)
    assert sum(row["total"] for row in found) == sum(row["Balance"] for row in sandbox.rows("Profit_Debtor_Invoices"))
    assert all(row["name"] for row in found)


def test_open_items_agree_with_the_ledger(database):
    assert ask(database, block("Open items against the ledger")) == []


# What the page says


def in_code(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(
    ("need", "get_connector", "collection", "key", "cursor", "administration"), NEEDS, ids=[need for need, *_ in NEEDS]
)
def test_the_table_says_what_is_known(need, get_connector, collection, key, cursor, administration):
    known = STANDARD[get_connector]

    assert collection.strip() == DEFINED[get_connector]["description"]["nl"]
    assert in_code(key) == known.get("primary_key", [])
    assert in_code(cursor) == list(filter(None, [known.get("cursor_field")]))
    assert in_code(administration) == list(filter(None, [known.get("administration_field")]))


@pytest.mark.parametrize("need", COPIES)
def test_a_copy_has_fields_of_the_standard_one_and_its_key_and_cursor(need):
    [(get_connector, key, cursor)] = [(name, key, cursor) for n, name, _, key, cursor, _ in NEEDS if n == need]
    fields = in_code(COPIES[need])

    assert set(fields) <= {field["id"] for field in DEFINED[get_connector]["fields"]}
    assert {*in_code(key), *in_code(cursor)} <= set(fields)


def test_every_need_has_a_copy():
    assert [need for need, *_ in NEEDS if need not in COPIES] == ["Cost centres of HR"]


def test_the_configuration_is_one():
    manifest = yaml.safe_load((ROOT / "source_afas" / "manifest.yaml").read_text(encoding="utf-8"))
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    jsonschema.validate(json.loads(example), manifest["spec"]["connection_specification"])
