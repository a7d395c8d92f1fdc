"""What AFAS answers, and what is made of it."""

import json

import pytest
import requests
from airbyte_cdk.models import FailureType
from requests.exceptions import ChunkedEncodingError

from source_afas.afas import answers
from source_afas.afas.command import Command, Configuration
from source_afas.afas.errors import BodyTooLarge, NotServed, PageTooLarge, SentElsewhere
from source_afas.afas.failure import AGAIN, OFTEN, ONCE

CONFIG_ERROR, TRANSIENT = FailureType.config_error, FailureType.transient_error
CONFIG = {
    "environment": "T12345AA",
    "base_url": "https://12345.resttest.afas.online/ProfitRestServices",
    "credentials": {"auth_type": "token", "token": "…", "token_name": "Consolidatie"},
}
REFERENCE = "3A4CA18A611A4E07B429AC6BAFC6B8D1"
HTML = b"<!DOCTYPE html><html><head><title>Bad gateway</title></head></html>"


def answer(status, body=b"", path="/connectors/Profit_Debtor?skip=0", sent="AfasToken …", **headers):
    response = requests.Response()
    response.status_code = status
    response.url = CONFIG["base_url"] + path
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(headers)
    response.request = requests.Request("GET", response.url, headers={"Authorization": sent}).prepare()
    return response


def says(message, status=500):
    body = {"externalMessage": message, "errorNumber": -2147180999, "profitLogReference": REFERENCE}
    return answer(status, body, **{"Content-Type": "application/xml; charset=utf-8"})


def failed(given, *, checking=False, **settings):
    return answers.failed(given, Configuration({**CONFIG, **settings}, Command(checking=checking)))


def no_answer(kind, text="", cause=None):
    return kind(text or cause)


@pytest.mark.parametrize(
    ("given", "fault", "tries", "told"),
    [
        # AFAS's functional errors, in Dutch and in English
        (says("GetConnector niet ondersteund voor deze app of de gebruiker is niet geautoriseerd"),
         CONFIG_ERROR, ONCE, "add it to the app connector (Algemeen > Beheer > App connector)"),
        (says("GetConnector not supported for this app or the user is not authorized"),
         CONFIG_ERROR, ONCE, "add it to the app connector (Algemeen > Beheer > App connector)"),
        (says("Deze GetConnector (definitie) is geblokkeerd"), CONFIG_ERROR, ONCE, "unblock it under Algemeen"),
        (says("This GetConnector (definition) is blocked"), CONFIG_ERROR, ONCE, "unblock it under Algemeen > Uitvoer"),
        (says("Connector-veld 'Naam' niet gevonden"), CONFIG_ERROR, ONCE, "refresh the schema"),
        (says("Connector field 'Naam' not found"), CONFIG_ERROR, ONCE, "refresh the schema"),
        (says("Out of memory"), TRANSIENT, ONCE, "set `page_size` lower"),
        (says("Out of String space"), TRANSIENT, ONCE, "set `page_size` lower"),
        (says("System.OutOfMemoryException was thrown."), TRANSIENT, ONCE, "set `page_size` lower"),
        (says("De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."), TRANSIENT, ONCE, "900 s"),
        (says("Command timeout expired."), TRANSIENT, ONCE, "900 seconds"),
        (says("The token is not a valid Base64 string"), CONFIG_ERROR, ONCE, "cannot read the token"),
        (says("Transaction was deadlocked on lock resources"), TRANSIENT, OFTEN, "busy or full"),
        (says("tempdb is probably out of space"), TRANSIENT, OFTEN, "busy or full"),
        (says("Er is een onverwachte fout opgetreden."), TRANSIENT, OFTEN, "ask AFAS's support"),
        (says("An unexpected error has occurred"), TRANSIENT, OFTEN, "ask AFAS's support"),
        # The same in XML, nothing at all, a web page
        (answer(500, b"<error><externalMessage>Out of memory</externalMessage></error>"), TRANSIENT, ONCE, "lower"),
        (answer(500), TRANSIENT, OFTEN, "AFAS failed to answer (status 500)"),
        (answer(502, HTML), TRANSIENT, OFTEN, 'The answer is a web page, "Bad gateway".'),
        # The other statuses
        (answer(400), TRANSIENT, OFTEN, "AFAS's front door answers 400"),
        (answer(401), CONFIG_ERROR, ONCE, 'AFAS refuses the token "Consolidatie" for environment 12345 (test) (401).'),
        (answer(401, sent="Bearer eyJ"), CONFIG_ERROR, AGAIN, "the OAuth token that it gave out itself"),
        (answer(401, {"error": "invalid_client"}, "/oauth/token"), CONFIG_ERROR, ONCE, "refuses the OAuth client"),
        (answer(400, {"error": "invalid_client"}, "/oauth/token"), CONFIG_ERROR, ONCE, "refuses the OAuth client"),
        (answer(403), CONFIG_ERROR, AGAIN, "refuses this machine's IP address for environment 12345 (test)"),
        (answer(404), CONFIG_ERROR, ONCE, "AFAS knows no such address (404): check `environment`"),
        (answer(404, path="/connectors/A?" + "x" * 2309), CONFIG_ERROR, ONCE, "(2,310 of 2,049 characters)"),
        (answer(408), TRANSIENT, OFTEN, "failed to answer (status 408)"),
        (answer(413), TRANSIENT, ONCE, "set `page_size` lower"),
        (answer(999), CONFIG_ERROR, ONCE, "answers 999, which AFAS's REST service does not"),
        (answer(418), CONFIG_ERROR, ONCE, "answers 418, which AFAS's REST service does not"),
        (answer(429, **{"Retry-After": "30"}), TRANSIENT, OFTEN, "come back in 30 seconds"),
        (answer(503), TRANSIENT, OFTEN, "come back later"),
        (answer(503, {"retry_after": 7200}), TRANSIENT, OFTEN, "come back in 2 hours"),
        (answer(504, HTML), TRANSIENT, OFTEN, "failed to answer (status 504)"),
        # No answer
        (no_answer(requests.ConnectionError, "reset by peer"), TRANSIENT, OFTEN, "No connection to 12345.resttest"),
        (no_answer(ChunkedEncodingError, "cut"), TRANSIENT, OFTEN, "broke its answer off"),
        (no_answer(requests.ConnectTimeout, "slow"), TRANSIENT, OFTEN, "No connection to 12345.resttest"),
        (no_answer(requests.ReadTimeout, "960 seconds"), TRANSIENT, ONCE, "sync again in 15 minutes at the earliest"),
        (no_answer(requests.ConnectionError, "NameResolutionError('…')"), CONFIG_ERROR, OFTEN, "There is no host"),
        (no_answer(requests.exceptions.SSLError, "self-signed"), CONFIG_ERROR, ONCE, "REQUESTS_CA_BUNDLE"),
        (no_answer(requests.exceptions.ProxyError, "407"), CONFIG_ERROR, AGAIN, "HTTPS_PROXY"),
        (no_answer(SentElsewhere), CONFIG_ERROR, ONCE, "which the credentials do not go to"),
        (no_answer(requests.TooManyRedirects), CONFIG_ERROR, ONCE, "sends the request on without end"),
        (no_answer(requests.exceptions.InvalidURL), CONFIG_ERROR, ONCE, "`base_url` is not an address"),
        (no_answer(BodyTooLarge), TRANSIENT, ONCE, "larger than this machine is made to hold"),
    ],
)  # fmt: skip
def test_whose_fault_it_is_how_often_it_is_asked_again_and_what_the_user_is_told(given, fault, tries, told):
    failure = failed(given)

    assert (failure.error.failure_type, failure.tries) == (fault, tries)
    assert told in failure.error.message
    assert failure.error.message == failure.error.internal_message, "the CDK's summary prints that one"


@pytest.mark.parametrize("message", ["Deze GetConnector (definitie) is geblokkeerd", "not supported for this app"])
def test_a_get_connector_that_is_not_served_fails_its_own_stream_in_afas_own_words(message):
    error = failed(says(message)).error

    assert isinstance(error, NotServed)
    assert error.message.startswith("GetConnector Profit_Debtor: ")
    assert error.message.endswith(f'AFAS: "{message}" (log reference {REFERENCE}).')


@pytest.mark.parametrize(
    "given", [says("Out of memory"), says("Command timeout expired."), answer(413), BodyTooLarge()]
)
def test_a_page_that_is_too_large_can_be_halved(given):
    assert isinstance(failed(given).error, PageTooLarge)


def test_a_check_asks_again_only_once():
    assert failed(answer(500), checking=True).tries == AGAIN


def test_afas_says_how_long_to_wait():
    assert failed(answer(503, **{"Retry-After": "120"})).wait == 120
    assert failed(answer(503)).wait is None


def test_the_oauth_token_that_was_refused_is_told_to_who_keeps_it():
    assert failed(answer(401, sent="Bearer eyJ")).refused == "eyJ"
    assert failed(answer(401)).refused is None


def test_a_sentence_of_afas_with_braces_in_it_is_repeated_as_it_is():
    assert 'AFAS: "{where} {0}"' in failed(says("{where} {0}")).error.message
