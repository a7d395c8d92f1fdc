"""`discover`: every GetConnector a stream, typed, with key and cursor."""

import time

import pytest

from afas_sandbox import Latency


def test_every_get_connector_is_a_stream_under_its_own_name(sandbox, source_afas):
    streams = source_afas.discover().streams

    assert set(streams) == set(sandbox.app_connector.opened)
    assert "123" in streams


def test_a_stream_carries_what_metainfo_tells(source_afas):
    columns = source_afas.discover().streams["Profit_Creditor"]["json_schema"]["properties"]

    assert columns["Btw-nummer"]["title"] == "Btw-identificatienummer"
    assert columns["Blocked"]["type"] == ["null", "boolean"]
    assert columns["CreditLimit"]["type"] == ["null", "number"]
    assert columns["ModifiedDate"]["airbyte_type"] == "timestamp_without_timezone"


def test_keys_and_cursors_of_the_standard_get_connectors_are_known(source_afas):
    streams = source_afas.discover().streams

    entries, accounts = streams["Profit_Transactions"], streams["Profit_Accounts"]
    assert entries["source_defined_primary_key"] == [["UnitId"], ["JournalId"], ["EntryNo"], ["SeqNo"]]
    assert entries["default_cursor_field"] == ["Modified"]
    assert entries["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert entries["source_defined_cursor"] is True
    assert accounts["source_defined_primary_key"] == [["Account"]]
    assert accounts["supported_sync_modes"] == ["full_refresh"]


def test_a_date_labelled_gewijzigd_is_the_cursor_of_an_own_get_connector(source_afas):
    assert source_afas.discover().streams["Grootboekmutaties_BI"]["default_cursor_field"] == ["Gewijzigd_op"]


def test_labels_come_in_the_language_that_is_asked_for(source_afas):
    columns = source_afas.discover(language="en-us").streams["Profit_Accounts"]["json_schema"]["properties"]

    assert columns["Account"]["title"] == "Account number"


def test_a_blocked_get_connector_stays_in_the_catalogue_and_is_said_aloud(sandbox, source_afas):
    sandbox.block("Profit_Debtor")

    discovered = source_afas.discover()

    assert discovered.streams["Profit_Debtor"]["source_defined_primary_key"] == [["DebtorId"]]
    assert "GetConnector Profit_Debtor: it is blocked in AFAS" in discovered.log


def test_a_passing_fault_is_asked_about_again(sandbox, source_afas):
    sandbox.answer_once(500, on="/metainfo/get/Profit_Debtor")

    assert "DebtorId" in source_afas.discover().streams["Profit_Debtor"]["json_schema"]["properties"]


def test_a_fault_that_goes_on_fails_discovery_rather_than_leaving_a_stream_out(sandbox, source_afas):
    sandbox.answer_once(503, retry_after=7200, on="/metainfo/get/Profit_Debtor")

    discovered = source_afas.discover()

    assert discovered.exit_code == 1
    assert not list(discovered.of_type("CATALOG"))
    assert discovered.error()["failure_type"] == "transient_error"
    assert discovered.error()["message"].startswith("GetConnector Profit_Debtor: AFAS is not available")


def test_an_answer_that_is_no_metainfo_fails_discovery(sandbox, source_afas):
    sandbox.answer_once(200, body="<html/>", on="/metainfo/get/Profit_Debtor", times=2)

    discovered = source_afas.discover()

    assert discovered.exit_code == 1
    assert discovered.error()["message"].startswith("GetConnector Profit_Debtor: no description of its fields where")


@pytest.mark.parametrize("num_workers", [2, 4])
def test_metainfo_is_asked_for_side_by_side_and_never_by_more_than_num_workers(sandbox, source_afas, num_workers):
    """300 GetConnectors at 50 milliseconds each: 15 seconds one after the other."""
    sandbox.open_only()
    sandbox.define_empty(300)
    sandbox.latency = Latency(per_call=0.05)

    began = time.monotonic()
    discovered = source_afas.discover(num_workers=num_workers)
    took = time.monotonic() - began

    assert len(discovered.streams) == 300
    assert len(sandbox.requests) == 301
    assert max(request.in_flight for request in sandbox.requests) == num_workers
    assert took < {2: 30, 4: 12}[num_workers]
