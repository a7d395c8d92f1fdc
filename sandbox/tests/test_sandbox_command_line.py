"""`afas-sandbox serve`, and the admin service by which another process holds it."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from time import monotonic

import pytest

from afas_sandbox import Sandbox
from afas_sandbox.cli import main


@contextmanager
def serving(*options):
    command = [sys.executable, "-m", "afas_sandbox", "serve", "--entries", "50", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def call(url, method="GET", **body):
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(ending):
    with serving("--json") as process:
        facts = json.loads(process.stdout.readline())
        assert set(facts) == {"base_url", "token", "client_id", "client_secret", "environment", "admin_url"}
        assert call(facts["admin_url"] + "/about") == facts
        with Sandbox(entries=50) as here:
            elsewhere = call(facts["admin_url"] + "/rows/Profit_Transactions_Allocated")
            in_json = json.dumps(here.rows("Profit_Transactions_Allocated"), default=lambda amount: format(amount, "f"))
            assert elsewhere == json.loads(in_json)

        started = monotonic()
        process.send_signal(ending)
        assert process.wait(timeout=5) == 0
        assert monotonic() - started < 1.5
        assert process.stderr.read() == ""


def test_it_prints_plainly_what_one_needs():
    with serving("--seed", "3", "--profit-6", "--latency-ms", "1") as process:
        lines = [process.stdout.readline() for _ in range(7)]

    expected = Sandbox(seed=3)
    assert lines[0].startswith("Base URL:            http://127.0.0.1:")
    assert lines[1].split()[-1] == expected.token
    assert lines[2].split()[-1] == expected.client_id
    assert lines[-1] == "Ctrl-C stops it.\n"


@pytest.mark.parametrize("arguments", [[], ["serve", "--port", "x"], ["fly"]])
def test_wrong_arguments_end_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "usage: afas-sandbox" in capsys.readouterr().err


def test_a_port_in_use_is_told_in_a_sentence(sandbox, capsys):
    port = sandbox.origin.rpartition(":")[2]

    assert main(["serve", "--port", port]) == 1
    assert f"Port {port}" in capsys.readouterr().err


# The admin service


def test_the_admin_service_says_what_it_can(sandbox):
    overview = call(sandbox.admin_url)

    assert {"method": "POST", "path": "/_sandbox/block", "does": "block `get_connectors`"} in overview


def test_another_process_changes_the_books(sandbox):
    admin = sandbox.admin_url
    key = call(f"{admin}/entries", "POST", AmtDebit="7.5", EntryDate="2026-01-02")
    call(f"{admin}/entries/1/{key['entry_no']}", "PATCH", Description="Anders")
    assert {
        row["Description"]
        for row in sandbox.rows("Profit_Transactions")
        if row["EntryNo"] == key["entry_no"] and row["UnitId"] == 1
    } == {"Anders"}
    assert len(call(f"{admin}/change_entries", "POST", number=3)) == 3
    call(f"{admin}/entries/1/{key['entry_no']}", "DELETE")
    assert key["entry_no"] not in [each["entry_no"] for each in call(f"{admin}/entries") if each["unit_id"] == 1]
    call(f"{admin}/renumber_accounts", "POST", renumbering={"1100": "1101"})
    assert "1101" in {row["Account"] for row in call(f"{admin}/rows/Profit_Accounts")}


def test_another_process_defines_and_orders(sandbox):
    admin = sandbox.admin_url
    call(f"{admin}/define", "POST", get_connector="T", fields={"B": "decimal"}, rows=[{"B": "1.10"}])
    call(f"{admin}/rows/T", "POST", rows=[{"B": 12345678901234.5}])
    call(f"{admin}/rows/T", "PATCH", where={"B": "1.1"}, fields={"B": "0.0000000001"})
    assert {row["B"] for row in call(f"{admin}/rows/T")} == {"0.0000000001", "12345678901234.5000000000"}
    assert call(f"{admin}/rows/T", "DELETE", where={"B": "0.0000000001"}) == 1

    call(f"{admin}/answer_once", "POST", status=500, on="/metainfo")
    call(f"{admin}/conditions", "POST", latency={"per_call": 0.001}, at_most=5, now="2026-01-01T00:00:00")
    call(f"{admin}/block", "POST", get_connectors=["T"])
    assert [sandbox.get("/metainfo").status, sandbox.get("/connectors/T").status] == [500, 500]
    assert (sandbox.latency.per_call, sandbox.at_most, sandbox.now.year) == (0.001, 5, 2026)

    seen = call(f"{admin}/requests")
    assert [each["path"] for each in seen] == ["/metainfo", "/connectors/T"]
    assert sandbox.token not in json.dumps(seen)
    call(f"{admin}/requests", "DELETE")
    assert sandbox.requests == []


@pytest.mark.parametrize(("path", "method", "body", "status"), [
    ("/entries", "POST", {"Amount": 1}, 400),
    ("/entries/1/99999", "DELETE", {}, 404),
    ("/rows/Bestaat_niet", "GET", {}, 404),
    ("/conditions", "POST", {"weather": "bad"}, 400),
    ("/block", "POST", {"get_connectors": ["Bestaat_niet"]}, 404),
    ("/nergens", "GET", {}, 404),
])  # fmt: skip
def test_the_admin_service_refuses_in_words(sandbox, path, method, body, status):
    with pytest.raises(urllib.error.HTTPError) as refused:
        call(sandbox.admin_url + path, method, **body)

    assert refused.value.code == status
