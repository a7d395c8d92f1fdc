"""AFAS's bad days, and those of what stands between: read on where that may help, and say clearly where it does not."""

import json
import socket
import threading

import pytest

from integration_tests.test_read import as_read, same

NAME = "Profit_Transactions"
PATH = f"/connectors/{NAME}"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500}, id="unexpected"),
        pytest.param({"message": "Transaction was deadlocked on lock resources"}, id="row-lock"),
        pytest.param({"status": 400}, id="front-door"),
        pytest.param({"status": 403}, id="403-once"),
        pytest.param({"status": 502, "body": "<html><title>Bad gateway</title></html>"}, id="a-proxy"),
        pytest.param({"status": 503, "retry_after": 1}, id="maintenance-of-a-second"),
        pytest.param({"status": 200, "body": "<html>Log in</html>"}, id="a-page-with-200"),
        pytest.param({"status": 200, "body": '{"skip":0,"take":50}'}, id="no-rows"),
        pytest.param({"cut": True}, id="cut"),
        pytest.param({"reset": True}, id="reset"),
    ],
)
def test_what_passes_is_asked_again_and_costs_no_row(sandbox, source_afas, fault):
    sandbox.answer_once(**fault, on=PATH, nth=2)

    sync = source_afas.read(NAME, page_size=50)

    assert sync.exit_code == 0
    assert same(sync.rows(NAME)) == as_read(sandbox.rows(NAME))
    assert "(attempt 2 of " in sync.log


def test_an_empty_page_in_the_middle_is_asked_again_before_it_is_believed(sandbox, source_afas):
    of_a_page = {"on": PATH, "where": lambda request: request.query.get("take") == "20"}
    sandbox.answer_once(200, body='{"skip":0,"take":20,"rows":[]}', **of_a_page, nth=2)

    sync = source_afas.read(NAME, page_size=20, streams=[{"get_connector": NAME, "cursor_field": ""}])

    assert same(sync.rows(NAME)) == as_read(sandbox.rows(NAME))
    assert "no rows where some were expected" in sync.log


def test_an_afas_that_gives_fewer_rows_than_asked_for_is_read_to_the_end(sandbox, source_afas):
    rows = sandbox.get(f"{PATH}?take=10&orderbyfieldids=UnitId,JournalId,EntryNo,SeqNo").body
    sandbox.answer_once(200, body=rows, on=PATH)

    sync = source_afas.read(NAME, streams=[{"get_connector": NAME, "cursor_field": ""}])

    assert b'"take":10' in rows
    assert same(sync.rows(NAME)) == as_read(sandbox.rows(NAME))


def test_maintenance_of_two_hours_is_told_not_waited_for(sandbox, source_afas):
    offered = source_afas.discover(get_connectors=[NAME]).streams
    sandbox.maintenance = 7200

    sync = source_afas.read_catalog([offered[NAME]])

    assert sync.exit_code == 1
    assert "come back in 2 hours" in sync.error()["message"]
    assert sync.error()["failure_type"] == "transient_error"


def test_a_token_that_is_revoked_meanwhile_is_not_tried_again(sandbox, source_afas):
    offered = source_afas.discover(get_connectors=[NAME]).streams
    sandbox.answer_once(401, on=PATH, nth=3, times=100)
    sandbox.requests.clear()

    sync = source_afas.read_catalog([offered[NAME]], {**source_afas.config, "page_size": 10, "num_workers": 2})

    assert sync.stream_status(NAME) == "INCOMPLETE"
    assert sync.error(NAME)["failure_type"] == "config_error"
    assert len([request for request in sandbox.requests if request.path == PATH]) <= 4, "no more than were under way"


def test_one_stream_fails_alone_and_the_exit_code_says_so(sandbox, source_afas):
    offered = source_afas.discover().streams
    sandbox.answer_once(500, message="Connector-veld 'X' niet gevonden", on="/connectors/Profit_Debtor")

    sync = source_afas.read_catalog([offered["Profit_Debtor"], offered["Profit_Accounts"]])

    assert (sync.stream_status("Profit_Debtor"), sync.stream_status("Profit_Accounts")) == ("INCOMPLETE", "COMPLETE")
    assert "refresh the schema" in sync.error("Profit_Debtor")["message"]
    assert sync.exit_code == 1


# what only looks wrong


def test_no_rows_where_the_last_sync_had_some_is_said_aloud(sandbox, source_afas):
    first = source_afas.read(NAME)
    empty = '{"skip":0,"take":100,"rows":[]}'
    sandbox.answer_once(200, body=empty, on=PATH, times=4)

    second = source_afas.read(NAME, state=first.states)

    assert second.exit_code == 0
    assert f"{NAME}: no rows since " in second.log
    assert "did the token's user lose rights" in second.log
    assert second.state(NAME) == first.state(NAME)


def test_a_key_that_is_not_one_is_said_aloud(sandbox, source_afas):
    sync = source_afas.read(
        "Profit_Journals", streams=[{"get_connector": "Profit_Journals", "primary_key": ["UnitId"]}]
    )

    assert sync.exit_code == 0
    assert "Profit_Journals: the key UnitId is not unique: " in sync.log
    assert same(sync.rows("Profit_Journals")) == as_read(sandbox.rows("Profit_Journals"))


def test_a_field_that_afas_has_replaced_is_said_aloud(sandbox, source_afas):
    rows = [{"Id": n, "Oud": "(vervangen)", "Naam": "(vervangen)" if n else "x"} for n in range(3)]
    sandbox.define("Vervangen", fields={"Id": "int", "Oud": "string", "Naam": "string"}, rows=rows)

    sync = source_afas.read("Vervangen")

    assert 'Vervangen: Oud hold "(vervangen)" in every row' in sync.log


def test_fields_that_metainfo_does_not_name_are_passed_on_and_said_aloud(sandbox, source_afas):
    sandbox.define("Nieuw", fields={"Id": "int"}, rows=[{"Id": 1}])
    sandbox.answer_once(200, body='{"skip":0,"take":100,"rows":[{"Id":1,"Extra":2.50}]}', on="/connectors/Nieuw")

    sync = source_afas.read("Nieuw")

    assert [str(row["Extra"]) for row in sync.rows("Nieuw")] == ["2.50"]
    assert "Nieuw: rows have fields that AFAS's description of the GetConnector does not: Extra" in sync.log


@pytest.mark.parametrize("setting", [{"cursor_field": "Modified"}, {"primary_key": ["UnitId", "EntryNo"]}])
def test_a_configured_field_that_is_gone_fails_its_stream_before_any_row(sandbox, source_afas, setting):
    offered = source_afas.discover(get_connectors=["Profit_Accounts"]).streams
    settings = {"streams": [{"get_connector": "Profit_Accounts", **setting}]}
    sandbox.requests.clear()

    sync = source_afas.read_catalog([offered["Profit_Accounts"]], {**source_afas.config, **settings})

    assert sync.exit_code == 1
    assert f"`{next(iter(setting))}` names " in sync.error("Profit_Accounts")["message"]
    assert not [request for request in sandbox.requests if request.path.startswith("/connectors")]


# strangers


def test_the_credentials_do_not_follow_a_redirect_to_another_host(sandbox, source_afas):
    with stranger() as (address, heard):
        sandbox.answer_once(302, headers={"Location": f"http://{address}/metainfo"}, on="/metainfo")
        checked = source_afas.check()

    assert "sends the request on to another address, which the credentials do not go to" in checked.status
    assert heard == []


def test_a_redirect_to_the_same_host_is_followed(sandbox, source_afas):
    sandbox.answer_once(307, headers={"Location": f"{sandbox.base_url}/metainfo"}, on="/metainfo")

    assert source_afas.check().status.startswith("SUCCEEDED")


def test_plain_http_reaches_no_other_machine(source_afas):
    checked = source_afas.check(base_url="http://192.0.2.1/ProfitRestServices")

    assert checked.status.startswith("FAILED: `base_url` must begin with https://")


class stranger:  # noqa: N801 (reads as a function)
    """Somebody else's server, and what it heard."""

    def __enter__(self):
        self.server, self.heard = socket.create_server(("127.0.0.1", 0)), []
        threading.Thread(target=self._listen, daemon=True).start()
        host, port = self.server.getsockname()
        return f"{host}:{port}", self.heard

    def _listen(self):
        try:
            while True:
                connection, _ = self.server.accept()
                self.heard.append(connection.recv(10_000))
                connection.close()
        except OSError:
            return

    def __exit__(self, *_):
        self.server.close()


# hostile answers


def test_an_afas_that_gives_the_same_page_for_ever_is_not_read_for_ever(sandbox, source_afas):
    page = sandbox.get(f"{PATH}?take=50&orderbyfieldids=UnitId,JournalId,EntryNo,SeqNo").body
    for settings in ({}, {"streams": [{"get_connector": NAME, "cursor_field": ""}]}):
        offered = source_afas.discover(get_connectors=[NAME], **settings).streams
        sandbox.answer_once(200, body=page, on=PATH, times=1_000_000)

        sync = source_afas.read_catalog([offered[NAME]], {**source_afas.config, "page_size": 50, **settings})

        assert sync.exit_code == 1
        assert "gave the same rows again" in sync.error(NAME)["message"]
        sandbox.forget_faults()


def test_rows_that_do_not_come_in_the_order_asked_for_are_refused(sandbox, source_afas):
    """Pages go on from the last key: of rows in another order, most would be passed over."""
    sandbox.define("Door_elkaar", fields={"Id": "int"}, rows=[{"Id": n} for n in range(9)])
    sandbox.answer_once(200, body='{"skip":0,"take":2,"rows":[{"Id":5},{"Id":3}]}', on="/connectors/Door_elkaar")

    keys = [{"get_connector": "Door_elkaar", "primary_key": ["Id"]}]
    sync = source_afas.read("Door_elkaar", page_size=2, streams=keys)

    assert sync.exit_code == 1
    assert "not in the order asked for" in sync.error("Door_elkaar")["message"]


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_the_first_and_the_last_day_of_the_calendar_are_read_like_others(sandbox, source_afas, end):
    rows = [{"Id": n, "Van": end, "Gewijzigd_op": end} for n in range(40)]
    sandbox.define("Kalender", fields={"Id": "int", "Van": "date", "Gewijzigd_op": "date"}, rows=rows)

    for settings in ({"primary_key": ["Van", "Id"], "cursor_field": ""}, {"primary_key": ["Id"]}):
        streams = [{"get_connector": "Kalender", **settings}]
        sync = source_afas.read("Kalender", page_size=9, streams=streams)

        assert sync.exit_code == 0
        assert sorted(row["Id"] for row in sync.rows("Kalender")) == list(range(40))


def test_half_a_character_in_what_afas_says_spoils_nothing(sandbox, source_afas):
    sandbox.answer_once(500, body='{"externalMessage":"Fout \\ud83d"}', on="/metainfo", times=2)

    checked = source_afas.check()

    assert 'AFAS: "Fout \N{REPLACEMENT CHARACTER}"' in checked.status


def test_a_page_larger_than_there_is_room_for_is_asked_for_in_halves(sandbox, source_afas):
    rows = [{"Id": n, "Bijlage": f"{n:03}" * 50_000} for n in range(200)]
    sandbox.define("Bijlagen", fields={"Id": "int", "Bijlage": "blob"}, rows=rows)

    sync = source_afas.read("Bijlagen")

    assert sync.exit_code == 0
    assert sorted(row["Bijlage"] == f"{row['Id']:03}" * 50_000 for row in sync.rows("Bijlagen")) == [True] * 200
    assert "Going on with " in sync.log


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 100_000 + "]" * 100_000, id="deep"),
        pytest.param('{"fields":' + '{"a":' * 100_000 + "1" + "}" * 100_001, id="deep-objects"),
        pytest.param('{"fields":[{"id":""}]}', id="a-field-without-a-name"),
        pytest.param('{"fields":{"id":"A"}}', id="fields-that-are-no-list"),
        pytest.param('{"fields":[1,2]}', id="fields-that-are-numbers"),
        pytest.param("\ufeff<html>", id="a-page"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="another-encoding"),
    ],
)
def test_metainfo_that_is_none_fails_clearly(sandbox, source_afas, body):
    sandbox.answer_once(200, body=body, on="/metainfo/get/Profit_Accounts", times=2)

    discovered = source_afas.discover(get_connectors=["Profit_Accounts"])

    assert discovered.exit_code == 1
    assert "GetConnector Profit_Accounts: no description of its fields" in discovered.error()["message"]
    assert "Traceback" not in "\n".join(discovered.lines)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param('[{"Account":' + "[" * 100_000 + "]" * 100_000 + "}]", id="deep"),
        pytest.param('["A"]', id="texts"),
        pytest.param('[{"Account":"1"},null]', id="null"),
        pytest.param('{"Account":"1"}', id="an-object"),
        pytest.param(b'[{"Account":"caf\xe9"}]', id="latin-1"),
        pytest.param('[{"Account":NotANumber}]', id="no-json"),
        pytest.param('[{"Account":"1"}', id="no-end"),
    ],
)
def test_rows_that_are_none_fail_clearly(sandbox, source_afas, rows):
    rows = rows if isinstance(rows, bytes) else rows.encode()
    sandbox.answer_once(
        200, body=b'{"skip":0,"take":100,"rows":' + rows + b"}", on="/connectors/Profit_Accounts", times=2
    )

    sync = source_afas.read("Profit_Accounts")

    assert sync.exit_code == 1
    assert "GetConnector Profit_Accounts: no page of rows" in sync.error("Profit_Accounts")["message"]
    assert "Traceback" not in "\n".join(sync.lines)


def test_what_is_tolerated_comes_out_as_valid_lines(sandbox, source_afas):
    """A field twice in a row, objects within, numbers of any size, a byte-order mark."""
    rows = '[{"Account":"1","Account":"2","Extra":{"a":[1]},"Groot":1e400,"Lang":' + "9" * 5_000 + "}]"
    body = b"\xef\xbb\xbf" + b'{"rows":' + rows.encode() + b"}"
    sandbox.answer_once(200, body=body, on="/connectors/Profit_Accounts")

    sync = source_afas.read("Profit_Accounts")

    (line,) = (line for line in sync.lines if '"RECORD"' in line)
    assert "9" * 5_000 in line
    assert json.loads(line, parse_int=str)["record"]["data"]["Account"] == "2"
