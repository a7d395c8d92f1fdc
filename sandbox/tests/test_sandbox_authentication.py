"""Who comes in: classic tokens, OAuth, IP addresses."""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest


def in_base64(text):
    return base64.b64encode(text.encode()).decode()


def test_the_token_is_as_profit_shows_it(sandbox):
    digits = sandbox.token.removeprefix("<token><version>1</version><data>").removesuffix("</data></token>")

    assert len(digits) == 64
    assert digits == digits.upper()


@pytest.mark.parametrize("authorization", [
    pytest.param(None, id="none"),
    pytest.param("AfasToken", id="no-token"),
    pytest.param("AfasToken " + in_base64("<token><version>1</version><data>00</data></token>"), id="another-token"),
    pytest.param("Bearer eyJnope", id="unknown-bearer"),
    pytest.param("Basic dTpw", id="another-scheme"),
])  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/metainfo", "/metainfo/get/Profit_Accounts", "/connectors/Profit_Accounts", "/ProfitVersion"]
)
def test_no_valid_token_is_a_401_without_a_body(books, path, authorization):
    reply = books.get(path, token="", headers={"Authorization": authorization} if authorization else {})

    assert (reply.status, reply.body) == (401, b"")
    assert reply.headers["content-length"] == "0"
    assert reply.headers["content-type"] == "application/xml; charset=utf-8"


def test_a_token_that_is_not_base64_is_a_500(books):
    reply = books.get("/metainfo", token="", headers={"Authorization": f"AfasToken {books.token}"})

    assert reply.status == 500
    assert "Base64" in reply.json()["externalMessage"]


def test_a_revoked_token_opens_nothing(sandbox):
    sandbox.revoke_token()
    assert sandbox.get("/metainfo").status == 401

    sandbox.revoke_token(False)
    assert sandbox.get("/metainfo").status == 200


def test_a_refused_address_is_a_403_without_a_body(sandbox):
    sandbox.refuse_ip()
    reply = sandbox.get("/metainfo")
    assert (reply.status, reply.body) == (403, b"")

    sandbox.refuse_ip(False)
    assert sandbox.get("/metainfo").status == 200


def grant(sandbox, **changed):
    form = {
        "grant_type": "client_credentials",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        **changed,
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return sandbox.get("/OAuth/Token", token="", headers=kind, method="POST", body=urlencode(form))


def test_a_bearer_opens_for_an_hour(sandbox):
    sandbox.now = datetime(2026, 3, 1, 12)
    granted = grant(sandbox)
    bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}

    assert {**granted.json(), "access_token": "…"} == {
        "access_token": "…",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": None,
    }
    assert granted.json()["access_token"].startswith("eyJ")
    assert sandbox.get("/connectors/Profit_Accounts", token="", headers=bearer).status == 200
    sandbox.now += timedelta(minutes=60)
    assert sandbox.get("/connectors/Profit_Accounts", token="", headers=bearer).status == 401
    assert grant(sandbox).json()["access_token"] != granted.json()["access_token"]


def test_bearers_can_be_ended(sandbox):
    bearer = {"Authorization": f"Bearer {grant(sandbox).json()['access_token']}"}
    sandbox.expire_bearers()

    assert sandbox.get("/metainfo", token="", headers=bearer).status == 401


@pytest.mark.parametrize(("changed", "status", "error"), [
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"client_id": "wrong"}, 401, "invalid_client"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
])  # fmt: skip
def test_a_refused_grant(books, changed, status, error):
    reply = grant(books, **changed)

    assert (reply.status, reply.json()) == (status, {"error": error})


def test_tokens_follow_from_the_seed():
    from afas_sandbox import Sandbox

    assert Sandbox(seed=1).token == Sandbox(seed=1).token != Sandbox(seed=2).token
