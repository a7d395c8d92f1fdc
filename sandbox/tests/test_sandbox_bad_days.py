"""Faults to order, limits, slowness, and the log of requests."""

import http.client
import threading
from time import monotonic

import pytest

from afas_sandbox import Fault, Latency

PATH = "/connectors/Profit_Journals"


def statuses(sandbox, number, path=PATH):
    return [sandbox.get(path).status for _ in range(number)]


def test_the_nth_request_suffers_and_so_many_after_it(sandbox):
    sandbox.answer_once(500, nth=2, times=2)

    assert statuses(sandbox, 5) == [200, 500, 500, 200, 200]


def test_only_requests_on_the_path_count(sandbox):
    sandbox.answer_once(401, on="/connectors/profit_debtor")
    sandbox.answer_once(403, on="/metainfo/get")

    assert statuses(sandbox, 1) == [200]
    assert statuses(sandbox, 2, "/connectors/Profit_Debtor?take=1") == [401, 200]
    assert statuses(sandbox, 1, "/metainfo") == [200]
    assert statuses(sandbox, 2, "/metainfo/get/Profit_Journals") == [403, 200]


def test_a_condition_may_choose_the_request(sandbox):
    sandbox.answer_once(500, where=lambda request: request.query.get("skip") == "10")

    assert statuses(sandbox, 1, f"{PATH}?skip=5") == [200]
    assert statuses(sandbox, 1, f"{PATH}?Skip=10") == [500]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_some_errors_have_no_body(sandbox, status):
    sandbox.answer_once(status)
    reply = sandbox.get(PATH)

    assert (reply.status, reply.body) == (status, b"")


def test_maintenance_tells_how_long_to_wait(sandbox):
    sandbox.answer_once(503, retry_after=1)
    reply = sandbox.get(PATH)

    assert (reply.status, reply.headers["retry-after"], reply.json()["retry_after"]) == (503, "1", 1)
    sandbox.maintenance = 7200
    assert sandbox.get(PATH).headers["retry-after"] == "7200"
    sandbox.maintenance = None
    assert statuses(sandbox, 1) == [200]


@pytest.mark.parametrize(("order", "message"), [
    ({"fault": "OUT_OF_MEMORY"}, "Out of memory"),
    ({"fault": Fault.TIMEOUT}, "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."),
    ({"message": "Timeout expired."}, "Timeout expired."),
    ({"status": 500}, "Er is een onverwachte fout opgetreden."),
])  # fmt: skip
def test_functional_errors_in_afas_words(sandbox, order, message):
    sandbox.answer_once(**order)
    reply = sandbox.get(PATH)

    assert (reply.status, reply.json()["externalMessage"]) == (500, message)


@pytest.mark.parametrize(("body", "kind"), [
    ("<html>Even geduld</html>", "text/html; charset=utf-8"),
    ("", "application/json; charset=utf-8"),
    ({"rows": "none"}, "application/json; charset=utf-8"),
    (b"\xff\xfe", "application/json; charset=utf-8"),
])  # fmt: skip
def test_anything_under_status_200(sandbox, body, kind):
    sandbox.answer_once(body=body, headers={"X-Own": "yes"})
    reply = sandbox.get(PATH)

    assert (reply.status, reply.headers["content-type"], reply.headers["x-own"]) == (200, kind, "yes")
    assert reply.body in (b"<html>Even geduld</html>", b"", b'{"rows":"none"}', b"\xff\xfe")


def test_a_body_may_break_off(sandbox):
    sandbox.answer_once(cut=True)

    with pytest.raises(http.client.IncompleteRead):
        sandbox.get(PATH)
    assert statuses(sandbox, 1) == [200]


def test_a_connection_may_be_reset(sandbox):
    sandbox.answer_once(reset=True)

    with pytest.raises(ConnectionResetError):
        sandbox.get(PATH)
    assert sandbox.requests[-1].status is None
    assert statuses(sandbox, 1) == [200]


def test_ordered_faults_can_be_taken_back(sandbox):
    sandbox.answer_once(500)
    sandbox.forget_faults()

    assert statuses(sandbox, 1) == [200]


def test_latency_grows_with_cells_and_skipped_rows(sandbox):
    model = Latency(per_call=0.01, per_1000_cells=0.002, per_1000_skipped=0.003)

    assert model.seconds() == 0.01
    assert model.seconds(cells=5_000, skipped=2_000) == pytest.approx(0.026)
    sandbox.get(PATH)
    sandbox.latency = Latency(per_call=0.04)
    started = monotonic()
    sandbox.get(PATH)
    assert monotonic() - started >= 0.04


def test_afas_gives_up_after_its_own_timeout(sandbox):
    sandbox.latency = Latency(per_call=901)

    reply = sandbox.get(PATH, headers={"Accept-Language": "en-us"})

    assert (reply.status, reply.json()["externalMessage"]) == (500, "Command timeout expired.")


def test_more_requests_at_once_than_it_bears_are_a_row_lock(sandbox):
    sandbox.get(PATH)
    sandbox.requests.clear()
    sandbox.latency = Latency(per_call=0.25)
    sandbox.at_most = 2
    threads = [threading.Thread(target=sandbox.get, args=[PATH]) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(request.status for request in sandbox.requests) == [200, 200, 500, 500]
    assert sorted(request.in_flight for request in sandbox.requests)[0] == 1
    sandbox.at_most = None
    assert statuses(sandbox, 1) == [200]


def test_requests_are_recorded(sandbox):
    sandbox.get("/Connectors/Profit_Journals?Take=3&FilterFieldIds=JournalId&filtervalues=2%2C0&operatorTypes=1")
    sandbox.get("/metainfo/get/Bestaat_niet")
    first, second = sandbox.requests

    assert (first.method, first.path, first.get_connector, first.for_rows) == (
        "GET",
        "/Connectors/Profit_Journals",
        "Profit_Journals",
        True,
    )
    assert first.query == {"take": "3", "filterfieldids": "JournalId", "filtervalues": "2,0", "operatortypes": "1"}
    assert first.query_string.startswith("Take=3&FilterFieldIds=")
    assert first.headers["authorization"] == sandbox.authorization
    assert (first.status, first.in_flight, second.in_flight) == (500, 1, 1)
    assert first.started <= first.ended <= second.started
    assert (second.get_connector, second.status, len(second.log_reference)) == ("Bestaat_niet", 500, 32)


def test_a_connection_is_kept_for_the_next_request(sandbox):
    connection = http.client.HTTPConnection(sandbox.origin.removeprefix("http://"))
    for _ in range(3):
        connection.request("GET", "/ProfitRestServices/ProfitVersion", headers={"Authorization": sandbox.authorization})
        assert connection.getresponse().read()
    connection.close()

    assert len({request.client_port for request in sandbox.requests}) == 1
    assert len(sandbox.requests) == 3
