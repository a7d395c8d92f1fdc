"""The whole table of failures, through the command line: at check, at discover, on the first page, on a later one."""

from typing import NamedTuple

import pytest

CONFIG, TRANSIENT = "config_error", "transient_error"


class Failure(NamedTuple):
    """What AFAS answers for ever, and what must come of it."""

    answer: dict
    fault: str
    told: str
    requests: int
    """For one page, the first included."""


def says(message, told, fault, requests=1):
    return Failure({"message": message}, fault, told, requests)


FAILURES = {
    "not-authorised": says(
        "GetConnector niet ondersteund voor deze app of de gebruiker is niet geautoriseerd",
        "add it to the app connector (Algemeen > Beheer > App connector)",
        CONFIG,
    ),
    "not-authorised-en": says(
        "GetConnector not supported for this app or the user is not authorized", "add it to the app connector", CONFIG
    ),
    "blocked": says("Deze GetConnector (definitie) is geblokkeerd", "unblock it under Algemeen > Uitvoer", CONFIG),
    "blocked-en": says("This GetConnector (definition) is blocked", "unblock it under Algemeen > Uitvoer", CONFIG),
    "field-gone": says("Connector-veld 'X' niet gevonden", "refresh the schema", CONFIG),
    "field-gone-en": says("Connector field 'X' not found", "refresh the schema", CONFIG),
    "bad-token": says("The token is not valid Base64", "AFAS cannot read the token", CONFIG),
    "row-lock": says("Transaction was deadlocked on lock resources", "busy or full at the moment", TRANSIENT, 6),
    "disk-space": says("tempdb is probably out of space", "busy or full at the moment", TRANSIENT, 6),
    "unexpected": says("Er is een onverwachte fout opgetreden.", "ask AFAS's support", TRANSIENT, 6),
    "unexpected-en": says("An unexpected error has occurred", "ask AFAS's support", TRANSIENT, 6),
    "empty-500": Failure({"status": 500, "body": ""}, TRANSIENT, "AFAS failed to answer (status 500)", 6),
    "xml": Failure(
        {"status": 500, "body": "<e><externalMessage>This GetConnector is blocked</externalMessage></e>"},
        CONFIG,
        "unblock it",
        1,
    ),
    "proxy": Failure(
        {"status": 502, "body": "<html><title>Bad gateway</title></html>"},
        TRANSIENT,
        'The answer is a web page, "Bad gateway"',
        6,
    ),
    "400": Failure({"status": 400, "body": ""}, TRANSIENT, "AFAS's front door answers 400", 6),
    "401": Failure({"status": 401, "body": ""}, CONFIG, 'AFAS refuses the token "Consolidatie"', 1),
    "403": Failure({"status": 403, "body": ""}, CONFIG, "refuses this machine's IP address", 2),
    "404": Failure({"status": 404, "body": ""}, CONFIG, "AFAS knows no such address (404)", 1),
    "418": Failure({"status": 418, "body": ""}, CONFIG, "answers 418, which AFAS's REST service does not", 1),
    "429": Failure({"status": 429, "body": "", "retry_after": 1}, TRANSIENT, "wants to be asked less often", 6),
    "503": Failure({"status": 503, "retry_after": 30}, TRANSIENT, "come back in 30 seconds; see afasstatus.nl", 6),
    "503-two-hours": Failure({"status": 503, "retry_after": 7200}, TRANSIENT, "come back in 2 hours", 1),
    "redirect": Failure(
        {"status": 302, "body": "", "headers": {"Location": "https://stranger.invalid/"}},
        CONFIG,
        "which the credentials do not go to",
        1,
    ),
    "html-200": Failure({"status": 200, "body": "<html>Log in</html>"}, TRANSIENT, "something else answers at", 2),
    "another-json": Failure({"status": 200, "body": '{"skip":0}'}, TRANSIENT, "something else answers at", 2),
    "cut": Failure({"cut": True}, TRANSIENT, "broke its answer off", 6),
    "reset": Failure({"reset": True}, TRANSIENT, "No connection to 127.0.0.1", 6),
}

TOO_LARGE = {
    "memory": says("Out of memory", "set `page_size` lower", TRANSIENT),
    "string-space": says("Out of String space", "set `page_size` lower", TRANSIENT),
    "time-out": says("De maximale tijdsduur voor het uitvoeren is verstreken.", "more than its 900 seconds", TRANSIENT),
    "time-out-en": says("Command timeout expired.", "more than its 900 seconds", TRANSIENT),
    "413": Failure({"status": 413, "body": ""}, TRANSIENT, "set `page_size` lower", 1),
}
"""A smaller page is asked for, until one row is too much."""

FOR_EVER = 1_000_000


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_check_says_what_is_wrong(sandbox, source_afas, failure):
    sandbox.answer_once(**failure.answer, on="/metainfo", times=FOR_EVER)

    checked = source_afas.check()

    assert checked.exit_code == 0
    assert checked.status.startswith("FAILED: ")
    assert failure.told in checked.status
    assert len(sandbox.requests) <= 2, "someone is watching"


PASSING = {kind: f for kind, f in FAILURES.items() if "unblock it" not in f.told and "add it" not in f.told}


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING)
def test_discover_fails_rather_than_leave_a_stream_out(sandbox, source_afas, failure):
    """What lasts, a GetConnector that is blocked or not authorised, keeps its stream instead: see test_discover.py."""
    sandbox.answer_once(**failure.answer, on="/metainfo/get/Profit_Accounts", times=FOR_EVER)

    discovered = source_afas.discover(get_connectors=["Profit_Accounts", "Profit_Debtor"])

    assert discovered.exit_code == 1
    assert failure.told in discovered.error()["message"]
    assert discovered.error()["failure_type"] == failure.fault
    assert "stack_trace" not in discovered.error()
    assert len([r for r in sandbox.requests if r.path.endswith("/Profit_Accounts")]) == failure.requests


@pytest.mark.parametrize("page", [1, 2])
def test_each_stream_fails_by_itself_with_its_own_words(sandbox, source_afas, page):
    failures = {**FAILURES, **TOO_LARGE}
    names = {f"Fout_{kind.replace('-', '_')}": failure for kind, failure in failures.items()}
    for name in (*names, "Goed"):
        sandbox.define(name, fields={"Id": "int"}, rows=[{"Id": n} for n in range(30)])
    sandbox.open_only(*names, "Goed")
    offered = source_afas.discover().streams
    for name, failure in names.items():
        sandbox.answer_once(**failure.answer, on=f"/connectors/{name}", nth=page, times=FOR_EVER)
    sandbox.requests.clear()

    keys = [{"get_connector": name, "primary_key": ["Id"]} for name in (*names, "Goed")]
    sync = source_afas.read_catalog(list(offered.values()), {**source_afas.config, "page_size": 20, "streams": keys})

    assert sync.exit_code == 1
    assert sync.stream_status("Goed") == "COMPLETE"
    assert sorted(row["Id"] for row in sync.rows("Goed")) == list(range(30))
    for name, failure in names.items():
        assert sync.stream_status(name) == "INCOMPLETE", name
        assert failure.told in sync.error(name)["message"], name
        assert sync.error(name)["failure_type"] == failure.fault, name
        assert "stack_trace" not in sync.error(name), name
        if name.removeprefix("Fout_").replace("_", "-") in FAILURES:
            asked = [r for r in sandbox.requests if r.path == f"/connectors/{name}"]
            assert len(asked) >= page - 1 + failure.requests, name
            assert len(asked) <= page - 1 + 2 * failure.requests, name
    assert "Traceback" not in "\n".join(sync.lines)
