"""OAuth 2 with client credentials: one token for a sync, renewed when it must be."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from afas_sandbox import Sandbox
from integration_tests.in_process import Reader
from integration_tests.test_read import as_read, same
from source_afas.afas import oauth, rest
from source_afas.afas.command import Command, Configuration
from source_afas.afas.oauth import AccessToken, access_token

NAMES = ("Profit_Transactions", "Profit_Accounts", "Profit_Debtor")


@pytest.fixture
def credentials(sandbox):
    return {"auth_type": "oauth2.0", "client_id": sandbox.client_id, "client_secret": sandbox.client_secret}


def asked_for_tokens(sandbox):
    return [request for request in sandbox.requests if request.path == "/oauth/token"]


def test_every_command_works_with_an_oauth_client(sandbox, source_afas, credentials):
    checked = source_afas.check(credentials=credentials)
    sync = source_afas.read(*NAMES, credentials=credentials)

    assert checked.status.startswith("SUCCEEDED")
    for name in NAMES:
        assert same(sync.rows(name)) == as_read(sandbox.rows(name))


def test_a_command_asks_for_one_token_however_many_streams_it_reads(sandbox, source_afas, credentials):
    offered = source_afas.discover().streams
    sandbox.requests.clear()

    source_afas.read_catalog([offered[name] for name in NAMES], {**source_afas.config, "credentials": credentials})

    assert len(asked_for_tokens(sandbox)) == 1
    assert sandbox.requests[0].method == "POST"


def test_a_client_that_afas_does_not_know_is_told_what_to_compare(sandbox, source_afas, credentials):
    checked = source_afas.check(credentials={**credentials, "client_secret": "not-the-one-f3a9"})

    assert checked.status.startswith("FAILED: AFAS refuses the OAuth client for environment 12345 (production) (401)")
    assert "`credentials.client_secret`" in checked.status
    assert len(asked_for_tokens(sandbox)) == 1
    assert "not-the-one-f3a9" not in "\n".join(checked.lines)


@pytest.mark.parametrize("body", ["<html>Log in</html>", "{}", '{"access_token": "a b"}', '{"access_token": 5}'])
def test_an_answer_that_is_no_token_is_a_fault(sandbox, source_afas, credentials, body):
    sandbox.answer_once(200, body=body, on="/oauth/token", times=2)

    checked = source_afas.check(credentials=credentials)

    assert "no OAuth token where AFAS's REST service would answer" in checked.status


def test_a_passing_fault_of_the_sign_in_is_asked_about_again(sandbox, source_afas, credentials):
    sandbox.answer_once(500, on="/oauth/token")

    assert source_afas.check(credentials=credentials).status.startswith("SUCCEEDED")


def test_what_is_pasted_with_a_line_end_is_forgiven(source_afas, credentials):
    pasted = {name: f" {value}\r\n" if name != "auth_type" else value for name, value in credentials.items()}

    assert source_afas.check(credentials=pasted).status.startswith("SUCCEEDED")


def test_a_token_that_ends_meanwhile_is_replaced_and_costs_no_row(sandbox, source_afas, credentials):
    sandbox.answer_once(401, on="/connectors/Profit_Transactions", nth=2)

    sync = source_afas.read("Profit_Transactions", credentials=credentials, page_size=50)

    assert sync.exit_code == 0
    assert same(sync.rows("Profit_Transactions")) == as_read(sandbox.rows("Profit_Transactions"))
    assert len(asked_for_tokens(sandbox)) == 3, "one for discover, two for read"


def test_an_app_connector_that_is_closed_meanwhile_is_not_asked_for_ever(sandbox, source_afas, credentials):
    offered = source_afas.discover(get_connectors=["Profit_Accounts"]).streams
    sandbox.answer_once(401, on="/connectors/Profit_Accounts", times=100)
    sandbox.requests.clear()

    sync = source_afas.read_catalog([offered["Profit_Accounts"]], {**source_afas.config, "credentials": credentials})

    assert "refuses the OAuth token that it gave out itself" in sync.error("Profit_Accounts")["message"]
    assert len([request for request in sandbox.requests if request.path == "/connectors/Profit_Accounts"]) == 2
    assert len(asked_for_tokens(sandbox)) == 2


# the token itself


@pytest.fixture
def config(sandbox, credentials):
    return {"environment": sandbox.environment, "base_url": sandbox.base_url, "credentials": credentials}


@pytest.fixture
def clock(monkeypatch):
    """The process's clock, to put forward."""

    class Clock:
        now = 1_000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(oauth, "time", clock)
    return clock


def test_a_token_is_kept_and_renewed_a_minute_before_its_end(sandbox, config, clock):
    token = AccessToken()

    first = token.get(config)
    clock.now += 3_539
    assert token.get(config) == first
    clock.now += 1
    assert token.get(config) != first
    assert len(asked_for_tokens(sandbox)) == 2


def test_a_token_without_an_end_is_not_asked_for_at_every_request(sandbox, config, clock):
    sandbox.answer_once(200, body={"access_token": "eyJ", "expires_in": None}, on="/oauth/token", times=9)
    token = AccessToken()

    assert [token.get(config) for _ in range(9)] == ["eyJ"] * 9
    assert len(asked_for_tokens(sandbox)) == 1


def test_only_the_token_that_was_refused_is_forgotten(sandbox, config):
    token = AccessToken()
    first = token.get(config)

    token.forget(first)
    second = token.get(config)
    token.forget(first)

    assert token.get(config) == second != first


def test_threads_that_need_a_token_at_once_share_one(config, monkeypatch):
    token, fetching = AccessToken(), threading.Barrier(2)

    def fetched(_):
        with suppress(threading.BrokenBarrierError):
            fetching.wait(0.5)  # for another thread that fetches one, too
        return str(uuid.uuid4()), 3600.0

    monkeypatch.setattr(oauth, "_fetched", fetched)
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(lambda _: token.get(config), range(4)))) == 1


def test_a_token_is_a_secret_as_soon_as_it_is_there(config):
    bearer = AccessToken().get(config)

    assert filter_secrets(f"sent with Bearer {bearer}") == "sent with Bearer ****"


def test_a_token_that_check_fetched_is_renewed_with_the_patience_of_a_read(sandbox, config, monkeypatch):
    """In a host that holds the source as an object, the token outlives the command that fetched it."""
    pauses = []
    monkeypatch.setattr(rest.time, "sleep", pauses.append)
    token = AccessToken()
    token.forget(token.get(Configuration(config, Command(checking=True))))
    sandbox.answer_once(503, retry_after=30, on="/oauth/token")

    assert token.get(config)
    assert 30 <= pauses[0] < 40


def test_streams_of_one_client_share_their_token(config):
    assert access_token(config) is access_token({**config, "page_size": 5})
    assert access_token(config) is not access_token({**config, "base_url": config["base_url"] + "/other"})


def test_all_tokens_end_in_the_middle_of_a_sync():
    with Sandbox(seed=1, entries=300) as sandbox:
        reader = Reader(sandbox, "Profit_Transactions", ("UnitId", "JournalId", "EntryNo", "SeqNo"), "", 50)
        reader._config["credentials"] = {
            "auth_type": "oauth2.0",
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
        }
        requests = iter(range(1_000))

        sync = reader.read(between_requests=lambda: next(requests) == 3 and sandbox.expire_bearers())

        assert sync.error == ""
        assert len(sync.rows) == 300
        assert len(asked_for_tokens(sandbox)) == 2
