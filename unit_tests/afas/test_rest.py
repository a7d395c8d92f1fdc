"""How a request is repeated."""

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas import rest
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
