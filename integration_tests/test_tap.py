"""`tap-afas`: the source as a Singer tap."""

import json
import logging
import subprocess
import sys
from decimal import Decimal

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from afas_sandbox import Latency, Sandbox
from integration_tests.singer import Tap
from source_afas.singer import commands

ENTRIES, ACCOUNTS, DEBTORS = "Profit_Transactions", "Profit_Accounts", "Profit_Debtor"
KEY = ["UnitId", "JournalId", "EntryNo", "SeqNo"]


@pytest.fixture
def tap_afas(sandbox, tmp_path):
    return Tap(sandbox, tmp_path)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """What is discovered in a sandbox like that of each test."""
    with Sandbox(seed=1, entries=200) as sandbox:
        return Tap(sandbox, tmp_path_factory.mktemp("discovered")).discover()


def keys(rows, key=KEY):
    return [tuple(row[field] for field in key) for row in rows]


# discover


def test_every_get_connector_is_a_singer_stream(sandbox, tap_afas):
    catalog = tap_afas.discover()

    assert set(catalog.streams) == set(sandbox.app_connector.opened)
    assert catalog.streams[ENTRIES]["key_properties"] == KEY
    assert catalog.note(ENTRIES) == {
        "inclusion": "available",
        "selected-by-default": True,
        "table-key-properties": KEY,
        "valid-replication-keys": ["Modified"],
        "replication-key": "Modified",
        "replication-method": "INCREMENTAL",
    }
    assert catalog.note(ACCOUNTS)["forced-replication-method"] == "FULL_TABLE"


def test_keys_and_cursors_cannot_be_left_out(tap_afas):
    catalog = tap_afas.discover(get_connectors=[ENTRIES])

    automatic = {f for f in catalog.streams[ENTRIES]["schema"]["properties"] if is_automatic(catalog, f)}
    assert automatic == {*KEY, "Modified"}


def is_automatic(catalog, field):
    return catalog.note(ENTRIES, field)["inclusion"] == "automatic"


def test_the_schema_is_json_schema_without_airbytes_words(tap_afas):
    catalog = tap_afas.discover(get_connectors=[ENTRIES])

    assert catalog.schema(ENTRIES, "AmtDebit")["type"] == ["null", "number"]
    assert catalog.schema(ENTRIES, "EntryDate")["format"] == "date-time"
    assert "airbyte_type" not in json.dumps(catalog.streams)


# a sync


def test_all_rows_come_once_with_every_digit(sandbox, tap_afas, catalog):
    sandbox.trailing_zeros = True
    sandbox.insert_entry(AmtDebit="12345678901234.1234567890")

    sync = tap_afas.sync(catalog.only(ENTRIES, ACCOUNTS))

    assert sync.exit_code == 0
    assert sorted(keys(sync.rows(ENTRIES))) == sorted(keys(sandbox.rows(ENTRIES)))
    assert len(sync.rows(ACCOUNTS)) == len(sandbox.rows(ACCOUNTS))
    assert '"AmtDebit":12345678901234.1234567890' in sync.stdout


def test_without_a_catalog_all_streams_are_read(sandbox, tap_afas):
    sync = tap_afas.run(config={**tap_afas.config, "get_connectors": [ACCOUNTS, "123"]})

    assert set(sync.schemas) == {ACCOUNTS, "123"}


def test_each_schema_comes_before_its_records_and_names_the_key(tap_afas, catalog):
    sync = tap_afas.sync(catalog.only(ENTRIES, ACCOUNTS))

    seen = set()
    for message in sync.messages:
        if message["type"] == "SCHEMA":
            seen.add(message["stream"])
        assert message["type"] == "STATE" or message["stream"] in seen
    assert sync.schemas[ENTRIES]["key_properties"] == KEY
    assert sync.schemas[ENTRIES]["bookmark_properties"] == ["Modified"]


def test_a_stream_without_rows_has_a_schema_all_the_same(sandbox, tap_afas):
    sandbox.define_empty(1)
    catalog = tap_afas.discover()
    (empty,) = (name for name in catalog.streams if sandbox.rows(name) == [])

    sync = tap_afas.sync(catalog.only(empty))

    assert set(sync.schemas) == {empty}


# selection


def test_a_stream_that_is_not_selected_is_not_read(sandbox, tap_afas, catalog):
    chosen = catalog.only(ENTRIES, ACCOUNTS, DEBTORS)
    chosen.note(ENTRIES)["selected"] = False
    chosen.streams[DEBTORS]["schema"]["selected"] = False  # as it was done before there was metadata
    sandbox.requests.clear()

    sync = tap_afas.sync(chosen)

    assert set(sync.schemas) == {ACCOUNTS}
    assert not any(ENTRIES in request.path or DEBTORS in request.path for request in sandbox.requests)


def test_a_field_that_is_not_selected_is_in_no_message(tap_afas, catalog):
    chosen = catalog.only(ENTRIES)
    chosen.note(ENTRIES, "Description")["selected"] = False
    chosen.note(ENTRIES, "EntryNo")["selected"] = False  # part of the key

    sync = tap_afas.sync(chosen)

    assert "Description" not in sync.stdout
    assert all("EntryNo" in row for row in sync.rows(ENTRIES))
    assert all(set(row) == set(sync.schemas[ENTRIES]["schema"]["properties"]) for row in sync.rows(ENTRIES))


def test_a_field_left_out_changes_no_digit_of_the_others(sandbox, tap_afas, catalog):
    sandbox.trailing_zeros = True
    sandbox.insert_entry(AmtDebit="12345678901234.1234567890")
    chosen = catalog.only(ENTRIES)
    chosen.note(ENTRIES, "Description")["selected"] = False

    assert '"AmtDebit":12345678901234.1234567890' in tap_afas.sync(chosen).stdout


def test_a_number_that_the_schema_wants_as_text_is_text_with_the_same_digits(sandbox, tap_afas, catalog):
    """Some loaders make floats of all numbers."""
    sandbox.trailing_zeros = True
    sandbox.insert_entry(AmtDebit="12345678901234.1234567890")
    chosen = catalog.only(ENTRIES)
    chosen.schema(ENTRIES, "AmtDebit")["type"] = ["null", "string"]

    sync = tap_afas.sync(chosen)

    assert '"AmtDebit":"12345678901234.1234567890"' in sync.stdout
    assert isinstance(sync.rows(ENTRIES)[0]["AmtCredit"], int | Decimal)


def test_a_catalog_that_selects_nothing_reads_nothing(tap_afas, catalog):
    chosen = catalog.only(ACCOUNTS)
    chosen.note(ACCOUNTS)["selected"] = False

    sync = tap_afas.sync(chosen)

    assert (sync.exit_code, sync.stdout) == (0, "")
    assert "selects no stream" in sync.stderr


# state


def test_a_second_run_brings_what_has_changed(sandbox, tap_afas, catalog):
    chosen = catalog.only(ENTRIES)
    first = tap_afas.sync(chosen)
    sandbox.insert_entry(EntryNo=999_999)

    second = tap_afas.sync(chosen, first.state)

    assert 999_999 in {row["EntryNo"] for row in second.rows(ENTRIES)}
    assert len(second.rows(ENTRIES)) < len(first.rows(ENTRIES)) / 2


def test_full_table_reads_everything_again(tap_afas, catalog):
    chosen = catalog.only(ENTRIES)
    first = tap_afas.sync(chosen)
    chosen.note(ENTRIES)["replication-method"] = "FULL_TABLE"

    second = tap_afas.sync(chosen, first.state)

    assert sorted(keys(second.rows(ENTRIES))) == sorted(keys(first.rows(ENTRIES)))


def test_a_deleted_row_is_a_record_of_its_key_and_the_time(sandbox, tap_afas):
    sandbox.define(
        "Plaatsen", fields={"Code": "int", "Naam": "string"}, rows=[{"Code": n, "Naam": "x"} for n in range(5)]
    )
    streams = [{"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot"}]
    catalog = tap_afas.discover(streams=streams).only("Plaatsen")
    catalog.note("Plaatsen", "_ab_cdc_deleted_at")["selected"] = False
    first = tap_afas.sync(catalog, streams=streams)
    sandbox.delete("Plaatsen", {"Code": 3})

    (deleted,) = tap_afas.sync(catalog, first.state, streams=streams).rows("Plaatsen")

    assert len(first.rows("Plaatsen")) == 5
    assert catalog.note("Plaatsen", "_ab_cdc_deleted_at")["inclusion"] == "automatic"
    assert (deleted["Code"], deleted["_ab_cdc_deleted_at"]) == (3, deleted["_ab_cdc_updated_at"])


def test_a_run_of_one_stream_keeps_the_states_of_the_others(tap_afas, catalog):
    chosen = catalog.only(ENTRIES, DEBTORS)
    first = tap_afas.sync(chosen)

    second = tap_afas.sync(chosen.only(DEBTORS), first.state)

    assert second.cursors()[ENTRIES] == first.cursors()[ENTRIES]
    assert all(set(m["value"]) == {"airbyte_state"} for m in second.of_type("STATE"))


def test_the_state_of_a_stream_is_airbytes(source_afas, tap_afas, catalog):
    (ours,) = tap_afas.sync(catalog.only(DEBTORS)).state["airbyte_state"]
    (airbytes,) = source_afas.read(DEBTORS).states

    assert (ours["type"], ours["stream"]) == (airbytes["type"], airbytes["stream"])


def test_a_state_holds_no_decimals(tap_afas, catalog):
    """Loaders made with the Singer SDK read those as `Decimal`, which they cannot write."""
    sync = tap_afas.sync(catalog.only(DEBTORS, ACCOUNTS))

    assert not any("." in json.dumps(state["value"], default=repr) for state in sync.of_type("STATE"))


@pytest.mark.parametrize("state", [{"bookmarks": {ENTRIES: {"Modified": "2026-01-01"}}}, {"airbyte_state": [{}]}, [1]])
def test_a_state_of_another_tap_is_not_taken_for_ours(tap_afas, state, catalog):
    chosen = catalog.only(DEBTORS)

    sync = tap_afas.sync(chosen, state)

    assert sync.exit_code == 0
    assert len(sync.rows(DEBTORS)) == len(tap_afas.sync(chosen, {}).rows(DEBTORS))
    assert "is not a state of this tap: everything is read from the beginning" in sync.stderr


def test_an_empty_state_is_nothing_to_speak_of(tap_afas, catalog):
    assert "WARNING" not in tap_afas.sync(catalog.only(DEBTORS), {}).stderr


def test_a_state_comes_after_the_records_that_it_covers(tmp_path):
    with Sandbox(seed=1, entries=70_000) as sandbox:
        tap_afas = Tap(sandbox, tmp_path)
        catalog = tap_afas.discover(get_connectors=[ENTRIES])
        everything = sandbox.rows(ENTRIES)
        sandbox.latency = Latency(per_call=0.05)

        came, state = until_the_first_state(tap_afas, catalog)
        sandbox.latency = Latency()
        rest = tap_afas.sync(catalog, state)

    reached = state["airbyte_state"][0]["stream"]["stream_state"]["Modified"]
    covered = {key for key, row in zip(keys(everything), everything, strict=True) if row["Modified"] < reached}
    assert covered
    assert covered <= came
    assert came | set(keys(rest.rows(ENTRIES))) == set(keys(everything))
    assert len(rest.rows(ENTRIES)) < len(everything), "not from the beginning"


def until_the_first_state(tap_afas, catalog):
    """Read until a state is printed, and kill the process there; return what had come."""
    options = tap_afas.options(config=tap_afas.config, catalog={"streams": list(catalog.streams.values())})
    rows = []
    with subprocess.Popen(
        [sys.executable, "-m", "source_afas.singer.tap", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        for message in map(json.loads, process.stdout):
            if message["type"] == "RECORD":
                rows.append(message["record"])
            elif message["type"] == "STATE":
                process.kill()
                return set(keys(rows)), message["value"]
    raise AssertionError("no state was printed")


# what goes wrong


def test_one_blocked_get_connector_costs_one_stream(sandbox, tap_afas, catalog):
    chosen = catalog.only(DEBTORS, ACCOUNTS)
    sandbox.block(DEBTORS)

    sync = tap_afas.sync(chosen)

    assert sync.exit_code == 1
    assert len(sync.rows(ACCOUNTS)) == len(sandbox.rows(ACCOUNTS))
    assert f"ERROR GetConnector {DEBTORS}: it is blocked in AFAS" in sync.stderr
    assert DEBTORS not in sync.schemas
    assert DEBTORS not in sync.cursors()
    assert "Traceback" not in sync.stderr


def test_a_stream_that_was_refused_at_discovery_wants_to_be_discovered_again(sandbox, tap_afas):
    sandbox.block(DEBTORS)
    chosen = tap_afas.discover().only(DEBTORS, ACCOUNTS)
    sandbox.unblock(DEBTORS)

    sync = tap_afas.sync(chosen)

    assert sync.exit_code == 1
    assert set(sync.schemas) == {ACCOUNTS}
    assert DEBTORS not in sync.cursors()
    assert f"{DEBTORS} has no fields in the catalog" in sync.stderr


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"config": {"environment": "O12345AA"}}, "`credentials`"),
        ({"config": "{"}, "line 1, column 2); it should be a JSON object with the settings"),
        ({"config": "[]"}, "config.json is not what it should be: a JSON object with the settings"),
        ({"config": "{}"}, "`credentials` is missing"),
        ({"catalog": "{}"}, "catalog.json is not what it should be: a Singer catalog"),
        ({"catalog": {"streams": [{"stream": {}}]}}, "holds a catalog of Airbyte's; it should be a Singer catalog"),
        ({"catalog": {"environment": "12345"}}, "Is it meant for --config?"),
        ({"state": ""}, "state.json is empty; it should be the JSON value of a STATE message"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(tap_afas, files, says):
    told = tap_afas.run(**{"config": tap_afas.config, **files})

    assert (told.exit_code, told.stdout) == (1, "")
    assert says in told.stderr
    assert "Traceback" not in told.stderr


def test_a_file_that_is_not_there_is_told_too(tap_afas):
    assert "--config nowhere.json cannot be read: No such file" in tap_afas.run("--config", "nowhere.json").stderr


def test_a_loader_that_fails_ends_the_tap(tmp_path):
    """Its readers must not wait for ever for somebody to take their pages."""
    with Sandbox(seed=1, entries=70_000) as sandbox:
        tap_afas = Tap(sandbox, tmp_path)
        options = tap_afas.options(config={**tap_afas.config, "get_connectors": [ENTRIES], "page_size": 1000})
        with subprocess.Popen(
            [sys.executable, "-m", "source_afas.singer.tap", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            process.stdout.close()

            assert process.wait(30) == 1
            assert b"Standard output takes no more: Broken pipe" in process.stderr.read()


# test, and what else a runner asks


def test_test_tells_whether_the_settings_are_right(tap_afas):
    told = tap_afas.run("--test", config=tap_afas.config)

    assert (told.exit_code, told.stdout) == (0, "")
    assert 'app connector "Sandbox"' in told.stderr


def test_settings_that_notepad_saved_are_read(tap_afas):
    assert tap_afas.run("--test", config="\ufeff" + json.dumps(tap_afas.config)).exit_code == 0


def test_test_fails_where_afas_refuses(tap_afas):
    credentials = {**tap_afas.config["credentials"], "token": "A" * 64}

    told = tap_afas.run("--test", config={**tap_afas.config, "credentials": credentials})

    assert told.exit_code == 1
    assert 'ERROR AFAS refuses the token "Consolidatie"' in told.stderr


def test_a_token_that_was_pasted_into_the_wrong_place_is_not_repeated(tap_afas):
    token = "A" * 64
    credentials = {"auth_type": "token", "token": token, "token_name": token}

    told = tap_afas.run("--test", config={**tap_afas.config, "credentials": credentials})

    assert 'ERROR AFAS refuses the token "****"' in told.stderr


@pytest.mark.parametrize("arguments", [["--discover"], ["--test"], []])
def test_the_token_is_in_no_output(sandbox, tap_afas, arguments):
    sandbox.block(DEBTORS)

    told = tap_afas.run(*arguments, config={**tap_afas.config, "get_connectors": [ACCOUNTS, DEBTORS]})

    digits = sandbox.token.split("<data>")[1].split("</data>")[0]
    assert digits not in told.stdout + told.stderr


def test_a_line_of_the_log_holds_no_secret():
    add_to_secrets("geheim-8d1f")

    line = commands._Line("%(message)s").format(logging.makeLogRecord({"msg": "No token geheim-8d1f"}))

    assert line == "No token ****"


def test_about_tells_the_settings_and_capabilities(tap_afas):
    about = json.loads(tap_afas.run("--about", "--format=json").stdout)

    assert {"catalog", "discover", "state"} <= set(about["capabilities"])
    assert "credentials" in about["settings"]["properties"]


def test_without_settings_nothing_is_done(tap_afas):
    assert "--config is missing" in tap_afas.run().stderr
