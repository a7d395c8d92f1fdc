"""Rows into DuckDB, as the demo and the example of many environments land them."""

import json
from datetime import datetime, timezone
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


MOMENT = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"}

TRACKED = {
    **STREAM,
    "default_cursor_field": ["_ab_cdc_updated_at"],
    "json_schema": {
        "properties": {
            "DebtorId": {"type": ["null", "string"]},
            "_ab_cdc_updated_at": MOMENT,
            "_ab_cdc_deleted_at": MOMENT,
            "_afas_renumbered_from": {"type": ["null", "object"]},
        }
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


def at(hour):
    return f"2026-01-31T{hour:02}:00:00.000000Z"


def test_a_row_that_was_deleted_goes_and_the_others_stay(landing):
    for debtor in ("10400", "10401"):
        receive(landing, DebtorId=debtor, _ab_cdc_updated_at=at(9), _ab_cdc_deleted_at=None)
    landing.land(TRACKED, append=True)
    receive(landing, DebtorId="10400", _ab_cdc_updated_at=at(10), _ab_cdc_deleted_at=at(10))
    landing.land(TRACKED, append=True)

    assert landing.rows("SELECT DebtorId FROM Profit_Debtor") == [("10401",)]


def test_the_row_with_the_latest_cursor_stays_in_whichever_order_they_come(landing):
    receive(landing, DebtorId="10400", _ab_cdc_updated_at=at(11), _ab_cdc_deleted_at=None)
    receive(landing, DebtorId="10400", _ab_cdc_updated_at=at(10), _ab_cdc_deleted_at=at(10))
    landing.land(TRACKED, append=True)
    receive(landing, DebtorId="10400", _ab_cdc_updated_at=at(9), _ab_cdc_deleted_at=at(9))
    landing.land(TRACKED, append=True)

    [(updated_at,)] = landing.rows("SELECT _ab_cdc_updated_at FROM Profit_Debtor")
    assert updated_at == datetime(2026, 1, 31, 11, tzinfo=timezone.utc)


def test_of_rows_with_the_same_cursor_the_last_one_stays(landing):
    for limit in (1, 2):
        receive(landing, DebtorId="10400", CreditLimit=limit)
    landing.land(STREAM, append=True)

    assert landing.rows("SELECT CreditLimit FROM Profit_Debtor") == [(2,)]


def test_the_old_key_of_a_renumbered_row_can_be_asked_for(landing):
    receive(landing, DebtorId="10401", _ab_cdc_updated_at=at(9), _afas_renumbered_from={"DebtorId": "10400"})
    landing.land(TRACKED, append=True)

    assert landing.rows("SELECT _afas_renumbered_from->>'DebtorId' FROM Profit_Debtor") == [("10400",)]
