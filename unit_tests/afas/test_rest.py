"""How a request is sent, and repeated."""

from types import SimpleNamespace

import pytest
import requests
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas import connections, rest
from source_afas.afas.answers import RequestError
from source_afas.afas.command import Command, Configuration
from source_afas.afas.errors import transient_error


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that would have been made."""
    made = []
    monkeypatch.setattr(rest.time, "sleep", made.append)
    return made


def failing(times, tries=6, wait=None):
    """A request that fails so many times before it succeeds."""
    left = [times]

    def once():
        if left[0]:
            left[0] -= 1
            raise RequestError(transient_error("AFAS failed to answer."), tries, wait)
        return "rows"

    return once


def test_pauses_grow_and_are_uneven_and_each_is_told(pauses, caplog):
    with caplog.at_level("WARNING", logger="airbyte"):
        assert rest.asked_again(failing(5), {}) == "rows"

    assert all(least <= pause <= 1.25 * least for pause, least in zip(pauses, [1, 2, 4, 8, 16], strict=True))
    assert any(pause not in (1, 2, 4, 8, 16) for pause in pauses)
    assert caplog.messages[0] == "AFAS failed to answer. Asking again in 1 s (attempt 2 of 6)."


def test_what_goes_on_failing_fails_in_the_users_words(pauses):
    with pytest.raises(AirbyteTracedException, match="AFAS failed to answer"):
        rest.asked_again(failing(6), {})

    assert len(pauses) == 5


def test_what_is_worth_one_request_gets_one(pauses):
    with pytest.raises(AirbyteTracedException):
        rest.asked_again(failing(1, tries=1), {})

    assert pauses == []


def test_afas_is_given_the_time_that_it_asks_for(pauses):
    rest.asked_again(failing(1, wait=120), {})

    assert 120 <= pauses[0] <= 150


def test_a_request_waits_for_five_minutes_in_all(pauses):
    with pytest.raises(AirbyteTracedException):
        rest.asked_again(failing(6, wait=100), {})
    assert len(pauses) == 2

    with pytest.raises(AirbyteTracedException):
        rest.asked_again(failing(1, wait=7200), {})
    assert len(pauses) == 2, "two hours are not waited at all"


def test_a_check_waits_for_nobody(pauses):
    with pytest.raises(AirbyteTracedException):
        rest.asked_again(failing(1, wait=30), Configuration({}, Command(checking=True)))

    assert pauses == []


def test_a_query_string_may_have_2049_characters():
    """The `?` is one of them."""
    assert rest.fits({"filter": "x" * (2049 - len("?filter="))})
    assert not rest.fits({"filter": "x" * (2050 - len("?filter="))})


@pytest.fixture
def requester(monkeypatch):
    """A requester, and an AFAS that answers with what `said` makes of a request."""

    class Afas(requests.adapters.BaseAdapter):
        said = staticmethod(lambda request: "")

        def send(self, request, **options):
            response = requests.Response()
            response.status_code, response.request, response._content = 200, request, self.said(request).encode()
            return response

    session = requests.Session()
    session.mount("https://", afas := Afas())
    monkeypatch.setattr(connections, "SESSION", session)
    return SimpleNamespace(
        config={},
        afas=afas,
        get_url=lambda: "https://12345.rest.afas.online",
        get_request_headers=dict,
        get_authenticator=lambda: SimpleNamespace(get_auth_header=lambda: {"Authorization": "AfasToken 0"}),
    )


def answered(requester, **parameters):
    return rest.get(requester, "connectors", "A", read=bytes.decode, what="no page", **parameters)


def test_the_login_is_the_configurations_and_not_of_a_netrc_file(requester, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 12345.rest.afas.online login somebody password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    requester.afas.said = lambda request: request.headers["Authorization"]

    assert answered(requester) == "AfasToken 0"


def test_where_one_row_is_asked_for_it_may_be_large(requester):
    requester.afas.said = lambda _: str(connections._largest_body.get())

    assert answered(requester, take=1) == str(connections.LARGEST_BODY_OF_ONE_ROW)
    assert answered(requester, take=2) == str(connections.LARGEST_BODY)
