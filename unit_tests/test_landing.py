"""Rows into DuckDB, as the demo and the example of many environments land them."""

import json
from decimal import Decimal

import duckdb
import pytest

from demo.landing import Landing

STREAM = {
    "name": "Profit_Debtor",
    "source_defined_primary_key": [["DebtorId"]],
    "json_schema": {
        "properties": {"DebtorId": {"type": ["null", "string"]}, "CreditLimit": {"type": ["null", "number"]}}
    },
}


@pytest.fixture
def landing(tmp_path):
    return Landing(duckdb.connect(), tmp_path)


def receive(landing, **row):
    landing.receive("Profit_Debtor", json.dumps({"record": {"data": row}}))


def test_a_row_that_comes_again_takes_the_place_of_the_old_one(landing):
    for limit in (1, 2):
        receive(landing, DebtorId="10400", CreditLimit=limit)
        landing.land(STREAM, append=True)

    assert landing.rows("FROM Profit_Debtor") == [("10400", 2)]


def test_an_amount_keeps_every_digit(landing):
    line = '{"record":{"data":{"DebtorId":"10400","CreditLimit":12345678901234.1234567890}}}'
    landing.receive("Profit_Debtor", line)
    landing.land(STREAM, append=True)

    assert landing.rows("SELECT CreditLimit FROM Profit_Debtor") == [(Decimal("12345678901234.1234567890"),)]


def test_a_field_that_is_new_in_afas_becomes_a_column(landing):
    receive(landing, DebtorId="10400", CreditLimit=1)
    landing.land(STREAM, append=True)
    properties = {"Region": {"type": ["null", "string"]}, **STREAM["json_schema"]["properties"]}
    receive(landing, DebtorId="10401", CreditLimit=2, Region="Noord")
    landing.land({**STREAM, "json_schema": {"properties": properties}}, append=True)

    assert landing.rows("SELECT DebtorId, CreditLimit, Region FROM Profit_Debtor ORDER BY DebtorId") == [
        ("10400", 1, None),
        ("10401", 2, "Noord"),
    ]
