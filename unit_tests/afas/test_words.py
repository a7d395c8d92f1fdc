"""What an answer says, whatever it claims to be."""

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import requests
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets
from hypothesis import given
from hypothesis import strategies as st

from source_afas.afas.words import LONGEST_MESSAGE, Words, words_of

REFERENCE = "3A4CA18A611A4E07B429AC6BAFC6B8D1"


def answer(body=b"", **headers):
    response = requests.Response()
    response.status_code = 500
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(headers)
    return response


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"externalMessage": "Fout", "profitLogReference": REFERENCE}, Words("Fout", REFERENCE), id="afas"),
        pytest.param({"message": "Invalid json"}, Words("Invalid json"), id="another-shape"),
        pytest.param({"error": {"code": "503", "message": "Later"}}, Words("Later"), id="maintenance"),
        pytest.param({"error": {"message": {"example": "Later"}}}, Words("Later"), id="maintenance-as-documented"),
        pytest.param({"error": "invalid_client"}, Words("invalid_client"), id="oauth"),
        pytest.param({"error": "x", "error_description": "Bad client"}, Words("Bad client"), id="oauth-in-words"),
        pytest.param(
            b"<e><externalMessage>A &amp; B</externalMessage><profitLogReference>%s</profitLogReference></e>"
            % REFERENCE.encode(),
            Words("A & B", REFERENCE),
            id="xml",
        ),
        pytest.param(b"<html><title>Log in</title></html>", Words(page_title="Log in"), id="a-page"),
        pytest.param(b"<!doctype html><p>", Words(page_title="without a title"), id="a-page-without-a-title"),
        pytest.param(b"", Words(), id="nothing"),
        pytest.param(b"[1]", Words(), id="a-list"),
        pytest.param(b"[" * 100_000, Words(), id="deep"),
        pytest.param(b"\xff\xfe", Words(), id="no-text"),
        pytest.param({"externalMessage": 12}, Words(), id="a-number"),
        pytest.param({"externalMessage": "A\r\n  B"}, Words("A B"), id="lines"),
    ],
)
def test_the_words_of_an_answer(body, words):
    assert words_of(answer(body)) == words


@pytest.mark.parametrize(
    ("given_answer", "seconds"),
    [
        (answer(**{"Retry-After": "120"}), 120),
        (answer({"retry_after": 7200}), 7200),
        (answer({"error": {"code": "503", "message": "maintenance"}, "retry_after": 7200}), 7200),
        (answer({"retry_after": "soon"}), None),
        (answer(**{"Retry-After": "Sun, 22 Nov 2020 10:00:00 GMT"}), None),
        (answer(**{"Retry-After": "-5"}), None),
        (answer(**{"Retry-After": "nan"}), None),
        (answer(**{"Retry-After": "inf"}), None),
        (answer(**{"Retry-After": "1e308"}), None),
        (answer(), None),
    ],
)
def test_afas_says_when_to_come_back_in_the_header_or_in_the_body(given_answer, seconds):
    assert words_of(given_answer).retry_after == seconds


def test_afas_may_also_name_a_time():
    tomorrow = format_datetime(datetime.now(timezone.utc) + timedelta(days=1), usegmt=True)

    assert 86_000 < words_of(answer(**{"Retry-After": tomorrow})).retry_after <= 86_400


def test_a_secret_that_an_answer_repeats_is_not_repeated_again():
    add_to_secrets("geheim-8d1f")

    assert words_of(answer({"externalMessage": "No token geheim-8d1f"})).message == "No token ****"


def test_a_long_story_is_cut():
    assert len(words_of(answer({"externalMessage": "x" * 100_000})).message) == LONGEST_MESSAGE + 1


@given(st.binary() | st.recursive(st.none() | st.text() | st.floats(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["externalMessage", "message", "error", "profitLogReference", "retry_after"]), inner)))  # fmt: skip
def test_any_body_has_words_of_some_kind(body):
    assert isinstance(str(words_of(answer(body))), str)
