"""`read`: all rows, exactly; then those that changed."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest


def same(rows):
    """Rows to compare, whatever their order; an amount is an amount, however many zeros end it."""
    return Counter(tuple(sorted((k, plain(v)) for k, v in row.items())) for row in rows)


def plain(value):
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{Decimal(value).normalize():f}"
    return str(value)


def as_read(rows):
    """The rows as AFAS shows them, without the Z of their times."""
    return same({k: v.removesuffix("Z") if is_time(v) else v for k, v in row.items()} for row in rows)


def is_time(value):
    return isinstance(value, str) and len(value) == 20 and value[10] == "T" and value.endswith("Z")


def test_every_stream_gives_every_row_exactly_once(sandbox, source_afas):
    offered = source_afas.discover().streams
    sync = source_afas.read_catalog(list(offered.values()))

    for name in offered:
        if name != "Geblokkeerde_export":
            assert same(sync.rows(name)) == as_read(sandbox.rows(name)), name
            assert sync.stream_status(name) == "COMPLETE", name


def test_pages_are_ordered_within_the_cell_budget_and_never_everything_at_once(sandbox, source_afas):
    source_afas.read("Profit_Transactions")
    source_afas.read("Profit_Transactions", page_size=30)

    asked = [request for request in sandbox.requests if request.path.lower().startswith("/connectors/")]
    assert len(asked) > 5
    for request in asked:
        assert request.query["orderbyfieldids"] in ("UnitId,JournalId,EntryNo,SeqNo", "Modified")
        assert 0 < int(request.query["take"]) * 18 < 150_000
        assert 0 <= int(request.query["skip"]) <= 100_000


def test_small_pages_give_the_same_rows(sandbox, source_afas):
    sync = source_afas.read("Profit_Transactions", "Verkoopregels_zonder_sleutel", page_size=7)

    assert same(sync.rows("Profit_Transactions")) == as_read(sandbox.rows("Profit_Transactions"))
    assert len(sync.rows("Verkoopregels_zonder_sleutel")) == len(sandbox.rows("Verkoopregels_zonder_sleutel"))


def test_an_amount_keeps_every_digit(sandbox, source_afas):
    sandbox.trailing_zeros = True
    sandbox.insert_entry(AmtDebit="12345678901234.1234567890")

    sync = source_afas.read("Profit_Transactions")

    assert any('"AmtDebit":12345678901234.1234567890,' in line for line in sync.lines)


def test_an_amount_of_profit_6_becomes_valid_json(sandbox, source_afas):
    sandbox.profit_6 = True
    sandbox.insert_entry(AmtDebit="0.5")

    sync = source_afas.read("Profit_Transactions")

    assert same(sync.rows("Profit_Transactions")) == as_read(sandbox.rows("Profit_Transactions"))


def test_empty_fields_come_as_null(source_afas):
    rows = source_afas.read("Profit_Transactions").rows("Profit_Transactions")

    assert all(len(row) == 18 for row in rows)
    assert any(row["VatCode"] is None for row in rows)


def test_only_the_metainfo_of_the_streams_that_are_read_is_asked_for(sandbox, source_afas):
    offered = source_afas.discover().streams
    sandbox.requests.clear()

    source_afas.read_catalog([offered["Profit_Debtor"], offered["Profit_Accounts"]])

    assert sorted(request.path.lower() for request in sandbox.requests) == [
        "/connectors/profit_accounts",
        "/connectors/profit_debtor",
        "/metainfo",
        "/metainfo/get/profit_accounts",
        "/metainfo/get/profit_debtor",
    ]


def test_the_second_sync_brings_what_changed(sandbox, source_afas):
    first = source_afas.read("Profit_Transactions")
    changed = {(key.unit_id, key.entry_no) for key in sandbox.change_entries(3)}

    second = source_afas.read("Profit_Transactions", state=first.states)

    came = {(row["UnitId"], row["EntryNo"]) for row in second.rows("Profit_Transactions")}
    assert changed <= came
    assert len(second.rows("Profit_Transactions")) < len(first.rows("Profit_Transactions")) / 2


def test_the_state_is_the_cursor_in_the_records_own_form(sandbox, source_afas):
    first = source_afas.read("Profit_Debtor")

    newest = max(row["ModifiedDate"] for row in first.rows("Profit_Debtor"))
    assert first.state("Profit_Debtor") == {"ModifiedDate": newest}


def test_a_sync_overlaps_the_last_one_by_the_lookback_window(sandbox, source_afas):
    first = source_afas.read("Profit_Debtor", lookback_window="PT2H")
    sandbox.requests.clear()

    source_afas.read("Profit_Debtor", state=first.states, lookback_window="PT2H")

    asked = sandbox.requests[-1].query
    reached = datetime.fromisoformat(first.state("Profit_Debtor")["ModifiedDate"])
    since = (reached - timedelta(hours=2)).isoformat()
    assert asked["filterfieldids"] == "ModifiedDate;ModifiedDate"
    assert asked["filtervalues"] == f"{since};[is leeg]"
    assert asked["operatortypes"] == "2;8"


def test_rows_without_a_time_of_change_come_with_every_sync(sandbox, source_afas):
    empty = [row for row in sandbox.rows("Contracten") if row["Datum_gewijzigd"] is None]
    first = source_afas.read("Contracten")

    second = source_afas.read("Contracten", state=first.states)

    assert empty
    assert len([r for r in first.rows("Contracten") if r["Datum_gewijzigd"] is None]) == len(empty)
    assert len([r for r in second.rows("Contracten") if r["Datum_gewijzigd"] is None]) == len(empty)


def test_a_row_with_a_time_in_the_future_does_not_hide_the_changes_until_then(sandbox, source_afas):
    sandbox.define(
        "Planning",
        fields={"Id": "int", "Gewijzigd_op": "date"},
        rows=[{"Id": 1, "Gewijzigd_op": "2020-01-01T00:00:00"}, {"Id": 2, "Gewijzigd_op": "2099-01-01T00:00:00"}],
    )
    first = source_afas.read("Planning")
    sandbox.insert("Planning", {"Id": 3, "Gewijzigd_op": sandbox.now})

    second = source_afas.read("Planning", state=first.states)

    assert {row["Id"] for row in first.rows("Planning")} == {1, 2}
    assert first.state("Planning")["Gewijzigd_op"] == "2020-01-01T00:00:00"
    assert 3 in {row["Id"] for row in second.rows("Planning")}


def test_one_blocked_get_connector_costs_one_stream(sandbox, source_afas):
    offered = source_afas.discover().streams
    sandbox.block("Profit_Debtor")

    sync = source_afas.read_catalog([offered["Profit_Debtor"], offered["Profit_Accounts"]])

    assert same(sync.rows("Profit_Accounts")) == as_read(sandbox.rows("Profit_Accounts"))
    assert sync.stream_status("Profit_Accounts") == "COMPLETE"
    assert sync.stream_status("Profit_Debtor") == "INCOMPLETE"
    assert "geblokkeerd" in sync.error("Profit_Debtor")["message"]
    assert sync.error("Profit_Debtor")["failure_type"] == "config_error"
    assert sync.exit_code != 0


def test_a_get_connector_that_is_no_longer_opened_says_so(sandbox, source_afas):
    offered = source_afas.discover().streams
    sandbox.close_connector("Profit_Debtor")

    sync = source_afas.read_catalog([offered["Profit_Debtor"], offered["Profit_Accounts"]])

    assert sync.stream_status("Profit_Accounts") == "COMPLETE"
    assert sync.stream_status("Profit_Debtor") == "INCOMPLETE"
    assert "does not open Profit_Debtor" in sync.error("Profit_Debtor")["message"]
    assert sync.exit_code != 0


def test_a_page_that_is_too_large_is_asked_for_in_halves(sandbox, source_afas):
    sandbox.answer_once(500, message="Out of memory", on="/connectors/Profit_Transactions")

    sync = source_afas.read("Profit_Transactions")

    assert same(sync.rows("Profit_Transactions")) == as_read(sandbox.rows("Profit_Transactions"))


@pytest.mark.parametrize("body", ["<html>Login</html>", '{"skip":0,"take":100}', ""])
def test_an_answer_that_is_no_page_is_never_taken_for_the_end(sandbox, source_afas, body):
    sandbox.answer_once(200, body=body, on="/connectors/Profit_Transactions", nth=2, times=1_000)

    sync = source_afas.read("Profit_Transactions", page_size=50)

    assert sync.exit_code != 0
    assert sync.stream_status("Profit_Transactions") == "INCOMPLETE"
    assert sync.error("Profit_Transactions")["message"].startswith("GetConnector Profit_Transactions: no page of rows")


def test_never_more_requests_at_a_time_than_num_workers(sandbox, source_afas):
    offered = source_afas.discover().streams
    sandbox.requests.clear()

    source_afas.read_catalog(list(offered.values()), {**source_afas.config, "num_workers": 2})

    assert max(request.in_flight for request in sandbox.requests) <= 2
    assert len({request.client_port for request in sandbox.requests}) <= 2, "connections are kept and shared"


def test_the_secrets_stand_nowhere_in_the_output(sandbox, source_afas):
    digits = sandbox.token.split("<data>")[1].split("</data>")[0]
    sandbox.answer_once(500)
    for output in (source_afas.run("check", "--debug", config=source_afas.config), source_afas.read("Profit_Journals")):
        printed = "\n".join([*output.lines, output.stderr])
        assert digits not in printed
        assert sandbox.authorization.removeprefix("AfasToken ") not in printed


def test_a_full_refresh_reads_everything_whatever_the_state(sandbox, source_afas):
    """A destination that overwrites would be left with what is new."""
    first = source_afas.read("Profit_Debtor")
    stream = {**source_afas.discover().streams["Profit_Debtor"], "supported_sync_modes": ["full_refresh"]}

    again = source_afas.read_catalog([stream], state=first.states)

    assert same(again.rows("Profit_Debtor")) == as_read(sandbox.rows("Profit_Debtor"))


def test_a_full_refresh_reads_a_stream_with_a_cursor_by_its_key(sandbox, source_afas):
    """A row that is changed meanwhile leaves its window of time, but not its place in the key."""
    stream = {**source_afas.discover().streams["Profit_Transactions"], "supported_sync_modes": ["full_refresh"]}
    sandbox.requests.clear()

    source_afas.read_catalog([stream], {**source_afas.config, "page_size": 20})

    asked = [request.query for request in sandbox.requests if "take" in request.query]
    assert asked
    assert all(query["orderbyfieldids"] == "UnitId,JournalId,EntryNo,SeqNo" for query in asked)
    assert not any("Modified" in query.get("filterfieldids", "") for query in asked)


def test_a_stream_that_stands_twice_in_the_catalogue_is_refused(source_afas):
    stream = source_afas.discover().streams["Profit_Debtor"]

    sync = source_afas.read_catalog([stream, stream])

    assert sync.error()["message"] == "The catalogue holds Profit_Debtor more than once."


def test_half_a_character_is_read_as_the_sign_for_one_that_cannot_be(sandbox, source_afas):
    """As a column that is too short leaves of an emoji."""
    row = '{"AdminId":1,"AdminNm":"Holding \\ud83d","AdminCd":"H"}'
    sandbox.answer_once(200, body=f'{{"rows":[{row}]}}', on="/connectors/Profit_Administrations")

    (came,) = source_afas.read("Profit_Administrations").rows("Profit_Administrations")

    assert came["AdminNm"] == "Holding \ufffd"


def test_a_passing_fault_of_metainfo_leaves_the_state_as_it_is(sandbox, source_afas):
    sandbox.define("Eigen", fields={"Id": "int", "Gewijzigd_op": "date"}, rows=[{"Id": 1, "Gewijzigd_op": sandbox.now}])
    stream = source_afas.discover().streams["Eigen"]
    first = source_afas.read_catalog([stream])
    sandbox.block("Eigen")

    sync = source_afas.read_catalog([stream], state=first.states)

    assert sync.stream_status("Eigen") == "INCOMPLETE"
    assert not list(sync.of_type("STATE"))


@pytest.mark.parametrize("value", ["gisteren", None, 5, "", {"a": 1}])
def test_a_state_that_is_no_time_means_from_the_beginning(sandbox, source_afas, value):
    first = source_afas.read("Profit_Debtor", "Profit_Journals")
    (state,) = (s for s in first.states if s["stream"]["stream_descriptor"]["name"] == "Profit_Debtor")
    state["stream"]["stream_state"]["ModifiedDate"] = value

    sync = source_afas.read("Profit_Debtor", "Profit_Journals", state=[state])

    assert same(sync.rows("Profit_Debtor")) == as_read(sandbox.rows("Profit_Debtor"))
    assert sync.stream_status("Profit_Journals") == "COMPLETE"


def test_the_closing_error_names_the_streams_and_blames_whom_they_blame(sandbox, source_afas):
    stream = source_afas.discover().streams["Profit_Debtor"]
    sandbox.answer_once(503, retry_after=7200, on="/connectors/Profit_Debtor")

    sync = source_afas.read_catalog([stream])

    assert sync.error()["message"] == "Not read to the end, as their own errors say: Profit_Debtor."
    assert sync.error()["failure_type"] == sync.error("Profit_Debtor")["failure_type"] == "transient_error"


def test_where_one_stream_waits_for_somebody_to_act_the_sync_does_too(sandbox, source_afas):
    offered = source_afas.discover().streams
    sandbox.answer_once(503, retry_after=7200, on="/connectors/Profit_Debtor")
    sandbox.block("Profit_Accounts")

    sync = source_afas.read_catalog([offered["Profit_Debtor"], offered["Profit_Accounts"]])

    assert sync.error("Profit_Debtor")["failure_type"] == "transient_error"
    assert sync.error("Profit_Accounts")["failure_type"] == sync.error()["failure_type"] == "config_error"


def test_administrations_that_do_not_exist_are_said_aloud(source_afas):
    sync = source_afas.read("Profit_Journals", administrations=[99])

    assert "Profit_Journals: no rows in the `administrations` given" in sync.log


def test_a_small_stream_costs_two_requests_the_first_time_and_when_nothing_is_new(sandbox, source_afas):
    """Beside the one call to /metainfo: its metainfo, and one page."""
    stream = source_afas.discover().streams["Profit_Debtor"]
    expected = ["/metainfo", "/metainfo/get/profit_debtor", "/connectors/profit_debtor"]

    sandbox.requests.clear()
    first = source_afas.read_catalog([stream])
    assert [request.path.lower() for request in sandbox.requests] == expected

    sandbox.requests.clear()
    source_afas.read_catalog([stream], state=first.states)
    assert [request.path.lower() for request in sandbox.requests] == expected


def test_a_small_stream_without_a_cursor_costs_two_requests_too(sandbox, source_afas):
    stream = source_afas.discover().streams["Profit_Accounts"]
    sandbox.requests.clear()

    source_afas.read_catalog([stream])

    asked = [request.path.lower() for request in sandbox.requests]
    assert asked == ["/metainfo", "/metainfo/get/profit_accounts", "/connectors/profit_accounts"]


def test_a_large_stream_tells_how_far_it_is_by_states_with_the_right_counts(sandbox, source_afas):
    sync = source_afas.read("Profit_Transactions", page_size=7)

    counted = (state["sourceStats"]["recordCount"] for state in sync.of_type("STATE"))
    assert sum(counted) == len(sync.rows("Profit_Transactions"))
    assert sync.stream_status("Profit_Transactions") == "COMPLETE"
