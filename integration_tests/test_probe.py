"""`afas probe`: is this AFAS as expected?"""

import json
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from afas_sandbox import Sandbox
from afas_sandbox.switch import KINDS
from afas_sandbox.unlike import SWITCHES
from integration_tests import forked
from integration_tests.command_line import CommandLine
from integration_tests.unlike_tables import CODED
from source_afas.people.app import main as afas
from source_afas.people.facts import FACTS
from source_afas.people.looking import MOST_REQUESTS

HOLDS, FAILS, UNSEEN = "holds", "does not hold", "could not be seen"


@dataclass(frozen=True)
class Probed:
    """What a probe said."""

    exit_code: int
    stdout: str
    stderr: str
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def found(self) -> dict[str, str]:
        return {fact["id"]: fact["found"] for fact in self.report["facts"]}


@pytest.fixture
def probe(sandbox, tmp_path):
    """Run `afas probe` with the settings of a sandbox."""

    def run(*names: str, of: Sandbox = sandbox, **settings: Any) -> Probed:
        config, report = tmp_path / "config.json", tmp_path / "report.json"
        config.write_text(json.dumps({**CommandLine(of, tmp_path).config, **settings}))
        printed, complained = tmp_path / "stdout", tmp_path / "stderr"
        arguments = ["probe", "--config", str(config), "--report", str(report), *names]
        exit_code = forked.run(arguments, printed, complained, timeout=60, script=afas, pauses=False)
        return Probed(exit_code, printed.read_text(), complained.read_text(), report)

    return run


# An AFAS as the reference says


def test_all_that_can_be_seen_holds_at_the_afas_of_the_reference(sandbox, probe):
    sandbox.insert_entry()

    probed = probe()

    assert probed.exit_code == 0, probed.stderr
    assert {fact: found for fact, found in probed.found.items() if found != HOLDS} == {
        "times-are-rounded": UNSEEN,  # the entries of the sandbox are changed in whole seconds
        "changed-days-tell-all": UNSEEN,
    }
    assert "This AFAS is as expected" in probed.stdout
    assert "attach it to an issue of this project" in probed.stdout


@pytest.mark.parametrize("names", [(), ("Contracten", "Brede_export", "Grootboekmutaties_BI", "Profit_Debtor")])
def test_nothing_fails_whatever_is_looked_at(sandbox, probe, names):
    probed = probe(*names)

    assert FAILS not in probed.found.values(), probed.stdout
    assert probed.report["requests"] == len(sandbox.requests) <= MOST_REQUESTS


def test_requests_are_small_and_come_one_after_the_other(sandbox, probe):
    probe()

    assert all(request.in_flight == 1 and request.method == "GET" for request in sandbox.requests)
    assert all(int(request.query["take"]) <= 200 for request in sandbox.requests if request.for_rows)


def test_fractions_of_times_are_seen_where_there_are_some(tmp_path, probe):
    with Sandbox(seed=1, entries=3000) as large:
        probed = probe(of=large)

    assert probed.found["times-are-rounded"] == HOLDS


# The report


def test_the_report_holds_no_value_of_a_row_and_no_secret(sandbox, probe):
    probed = probe("Contracten", "Profit_Debtor", "Profit_Transactions", "Profit_Accounts")

    values = {
        value
        for name in sandbox.app_connector.opened
        for row in sandbox.rows(name)
        for value in row.values()
        if isinstance(value, str) and len(value) > 4
    }
    secrets = {sandbox.token, sandbox.authorization, sandbox.environment, sandbox.token.split("<data>")[1][:64]}
    assert len(values) > 1000
    assert [each for each in values | secrets if each in probed.text] == []
    assert [each for each in secrets - {sandbox.environment} if each in probed.stdout + probed.stderr] == []


def test_the_report_names_standard_get_connectors_alone(sandbox, probe):
    sandbox.define("Profit_Geheim", {"Id": "int", "Naam": "string"}, [{"Id": n, "Naam": f"Naam {n}"} for n in range(9)])

    probed = probe("Contracten", "Profit_Debtor", "Profit_Geheim")

    assert [each["name"] for each in probed.report["get_connectors"]["looked_at"]] == [
        "GetConnector 1",
        "Profit_Debtor",
        "GetConnector 3",
    ]
    assert "Contracten" not in probed.text
    assert "Geheim" not in probed.text


def test_the_report_is_its_owners_alone(tmp_path, probe):
    (tmp_path / "report.json").touch(0o644)

    probed = probe("Profit_Debtor")

    assert stat.S_IMODE(probed.path.stat().st_mode) == 0o600
    assert "attach it to an issue of this project" in probed.report["about"]


# An AFAS that is unlike it


@pytest.mark.parametrize(
    ("switch", "fact"),
    [
        ("pages-short-by-one", "short-page-is-the-end"),
        ("rights-after-paging", "pages-hold-all-rows"),
        ("empty-text-shown-blank", "empty-texts-are-null"),
        ("empty-text-last", "empty-sorts-first"),
        ("compare-letters-and-digits", "texts-compare-as-they-sort"),
        ("sort-binary", "texts-compare-as-they-sort"),
        ("ints-as-text", "numbers-and-times-sort-as-such"),
        ("lists-and-of-ors", "mixed-lists-are-or-of-ands"),
        ("filterjson-ignored", "filterjson-is-or-of-ands"),
        ("field-twice-last", "a-field-may-come-twice"),
        ("filler-refused", "is-empty-finds-the-empty"),
        ("shown-with-milliseconds", "times-have-one-form"),
        ("asked-times-in-utc", "filter-times-are-as-shown"),
        ("order-ignored", "the-order-is-obeyed"),
        ("skip-ignored", "skip-and-take-are-obeyed"),
        ("remembered-without-values", "answers-are-fresh"),
        ("decimals-as-text", "types-are-metainfos"),
        ("empty-as-204", "an-empty-page-has-an-empty-list"),
        ("message-beside-rows", "a-page-has-three-parts"),
        ("closed-as-401", "refusals-say-why"),
        ("some-rows-twice", "keys-are-unique"),
        ("changed-days-newest-3", "changed-days-are-kept"),
        ("contains-ignored", "operators-on-texts"),
        ("true-finds-nothing", "booleans-are-true-or-one"),
    ],
)
def test_a_fact_that_does_not_hold_is_reported(sandbox, probe, switch, fact):
    sandbox.define(CODED.name, CODED.fields, CODED.rows())
    sandbox.unlike(switch)
    codes = SWITCHES[switch].kind == 3

    probed = probe(*((CODED.name, "Profit_Transactions", "Profit_Debtor") if codes else ()))

    assert probed.exit_code == 0, probed.stderr
    assert probed.found[fact] == FAILS, probed.stdout
    assert "a read does this" in probed.stdout
    assert probed.report["requests"] <= MOST_REQUESTS
    assert switch in next(each.switches for each in FACTS if each.id == fact)


def test_every_switch_of_the_sandbox_belongs_to_a_fact():
    named = {switch for fact in FACTS for switch in fact.switches}

    assert named == set(SWITCHES)
    assert {SWITCHES[switch].kind for switch in named} == set(KINDS)


# Where it cannot look


def test_a_token_that_is_refused_is_told_in_words(sandbox, probe):
    sandbox.revoke_token()

    probed = probe()

    assert probed.exit_code == 1
    assert probed.stderr.startswith('Error: AFAS refuses the token "Consolidatie"')
    assert "Traceback" not in probed.stderr
    assert not probed.path.exists()


@pytest.mark.parametrize(
    ("settings", "names", "told"),
    [
        pytest.param({"environment": ""}, (), "`environment`", id="settings"),
        pytest.param({}, ("Profit_Debitor",), "does not open Profit_Debitor", id="name"),
        pytest.param({}, ("Geblokkeerde_export",), "it is blocked in AFAS", id="blocked"),
        pytest.param({"credentials": {"auth_type": "oauth2.0"}}, (), "`credentials.client_id`", id="credentials"),
    ],
)
def test_what_is_wrong_is_told_in_words(probe, settings, names, told):
    probed = probe(*names, **settings)

    assert probed.exit_code == 1
    assert told in probed.stderr
    assert "Traceback" not in probed.stderr


def test_a_blocked_get_connector_is_passed_over(sandbox, probe):
    sandbox.block("Profit_Transactions")

    probed = probe()

    assert probed.exit_code == 0
    assert probed.report["get_connectors"]["refused"] == 1
    assert FAILS not in probed.found.values(), probed.stdout


def test_a_bad_day_is_no_finding(sandbox, probe):
    sandbox.answer_once(status=503, body="", on="/connectors/", nth=10, times=2)

    probed = probe()

    assert probed.exit_code == 0
    assert FAILS not in probed.found.values(), probed.stdout


def test_a_client_of_oauth_may_probe(sandbox, probe):
    credentials = {
        "auth_type": "oauth2.0",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
    }

    probed = probe("Profit_Debtor", credentials=credentials)

    assert probed.exit_code == 0
    assert probed.report["requests"] == len(sandbox.requests) <= MOST_REQUESTS
    assert sandbox.client_secret not in probed.text
