"""Token, its digits and Base64, client secret and bearer: nowhere in what any command prints, whatever goes wrong."""

import pytest

from integration_tests.test_bad_days import stranger

ECHOES = {
    "message": lambda secrets: {"message": f"No access with {secrets}"},
    "xml": lambda secrets: {"status": 500, "body": f"<e><externalMessage>{secrets}</externalMessage></e>"},
    "web-page": lambda secrets: {"status": 502, "body": f"<html><title>{secrets}</title>{secrets}</html>"},
    "unreadable": lambda secrets: {"status": 200, "body": f"hello {secrets}"},
    "not-found": lambda secrets: {"status": 404, "body": secrets},
    "refused": lambda secrets: {"status": 401, "body": {"message": secrets}},
    "retry-after": lambda secrets: {"status": 503, "body": {"message": secrets, "retry_after": secrets}},
    "redirect": lambda secrets: {"status": 302, "headers": {"Location": f"http://{{stranger}}/?token={secrets}"}},
    "cut": lambda _: {"cut": True},
    "reset": lambda _: {"reset": True},
}


def configured(sandbox, kind):
    """Credentials of a kind, and all forms in which they are secrets."""
    if kind == "oauth2.0":
        credentials = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
        return {"auth_type": kind, **credentials}, credentials
    digits = sandbox.token.split("<data>")[1].split("</data>")[0]
    base64 = sandbox.authorization.removeprefix("AfasToken ")
    forms = {"token": sandbox.token, "digits": digits, "small digits": digits.lower(), "base64": base64}
    return {"auth_type": kind, "token": sandbox.token}, forms


def told(output, secrets, sandbox):
    """The names of the secrets that stand in what a command printed."""
    printed = "\n".join([*output.lines, output.stderr])
    bearers = {f"bearer {bearer}": bearer for bearer in sandbox.app_connector._bearers}
    return [name for name, secret in {**secrets, **bearers}.items() if secret in printed]


@pytest.mark.parametrize("kind", ["token", "oauth2.0"])
@pytest.mark.parametrize("echo", ECHOES)
def test_no_failure_tells_a_secret(sandbox, source_afas, echo, kind):
    """Not even where the answer repeats what was sent, nor at debug level."""
    credentials, secrets = configured(sandbox, kind)
    with stranger() as (address, heard):
        answer = ECHOES[echo](" ".join(secrets.values()))
        if "headers" in answer:
            answer["headers"]["Location"] = answer["headers"]["Location"].format(stranger=address)
        for path in ("/metainfo", "/oauth/token"):
            sandbox.answer_once(**answer, on=path, times=2)

        checked = source_afas.run("check", "--debug", config={**source_afas.config, "credentials": credentials})

    assert checked.status.startswith("FAILED")
    assert told(checked, secrets, sandbox) == []
    assert heard == []


@pytest.mark.parametrize("kind", ["token", "oauth2.0"])
def test_a_read_at_debug_level_tells_none(sandbox, source_afas, kind):
    credentials, secrets = configured(sandbox, kind)
    stream = source_afas.discover(get_connectors=["Profit_Journals"]).streams["Profit_Journals"]
    catalog = {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}
    message = f"GetConnector not supported for this app {' '.join(secrets.values())}"
    sandbox.answer_once(message=message, on="/connectors/Profit_Journals", nth=2)

    for _ in range(2):
        config = {**source_afas.config, "credentials": credentials}
        sync = source_afas.run("read", "--debug", config=config, catalog=catalog)

        assert told(sync, secrets, sandbox) == []
    assert "GetConnector Profit_Journals: add it to the app connector" in sync.error("Profit_Journals")["message"]
