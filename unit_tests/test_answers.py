"""What AFAS answers, and what is made of it."""

import json

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ResponseAction
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.answers import CHECK, AfasErrorHandler, WaitAsAsked, retry_after
from source_afas.errors import NotServed, PageTooLarge

CONFIG = {
    "environment": "T12345AA",
    "base_url": "https://12345.resttest.afas.online/ProfitRestServices",
    "credentials": {"auth_type": "token", "token": "…", "token_name": "Consolidatie"},
}
REFERENCE = "3A4CA18A611A4E07B429AC6BAFC6B8D1"


def handler(**settings):
    return AfasErrorHandler(config={**CONFIG, **settings}, max_tries=6, parameters={})


def answer(status, body=b"", path="/connectors/Profit_Debtor?skip=0", **headers):
    response = requests.Response()
    response.status_code = status
    response.url = CONFIG["base_url"] + path
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(headers)
    return response


def says(message):
    return answer(500, {"externalMessage": message, "errorNumber": -2147180999, "profitLogReference": REFERENCE})


def refused(given, **settings):
    with pytest.raises(AirbyteTracedException) as error:
        handler(**settings).interpret_response(given)
    return error.value


@pytest.mark.parametrize(
    "message",
    [
        "GetConnector niet ondersteund voor deze app of de gebruiker is niet geautoriseerd",
        "GetConnector not supported for this app or the user is not authorized",
        "Deze GetConnector (definitie) is geblokkeerd",
        "This GetConnector (definition) is blocked",
    ],
)
def test_a_get_connector_that_is_not_served_fails_its_own_stream(message):
    error = refused(says(message))

    assert isinstance(error, NotServed)
    assert error.failure_type is FailureType.config_error
    assert error.message.startswith("GetConnector Profit_Debtor: ")
    assert error.message.endswith(f'AFAS: "{message}" (log reference {REFERENCE}).')


@pytest.mark.parametrize("message", ["Connector-veld 'Naam' niet gevonden", "Connector field 'Naam' not found"])
def test_a_field_that_is_gone_asks_for_a_refresh(message):
    error = refused(says(message))

    assert error.failure_type is FailureType.config_error
    assert "refresh the schema" in error.message


@pytest.mark.parametrize(
    "given",
    [
        says("Out of memory"),
        says("Out of String space"),
        says("De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."),
        says("Command timeout expired."),
        answer(413),
    ],
    ids=["memory", "string-space", "time-out-nl", "time-out-en", "413"],
)
def test_a_page_that_is_too_large_can_be_halved(given):
    assert isinstance(refused(given), PageTooLarge)


@pytest.mark.parametrize(
    "given",
    [
        says("Er is een onverwachte fout opgetreden."),
        says("An unexpected error has occurred"),
        says("Transaction was deadlocked on lock resources"),
        answer(500),
        answer(500, b"<error>server</error>"),
        answer(502, b"<html>Bad gateway</html>"),
        answer(400),
        answer(503),
        answer(503, **{"Retry-After": "30"}),
        requests.exceptions.ConnectionError("reset by peer"),
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.ConnectTimeout("slow"),
    ],
)
def test_what_passes_by_itself_is_asked_again(given):
    resolution = handler().interpret_response(given)

    assert resolution.response_action is ResponseAction.RETRY
    assert resolution.failure_type is FailureType.transient_error


def test_a_token_that_is_refused_is_never_tried_again():
    error = refused(answer(401))

    assert error.failure_type is FailureType.config_error
    assert error.message.startswith('AFAS refuses the token "Consolidatie" for environment 12345 (test) (401).')


def test_an_ip_address_that_is_refused():
    assert refused(answer(403)).message.startswith(
        "AFAS refuses this machine's IP address for environment 12345 (test)"
    )


def test_not_found_may_mean_too_long():
    error = refused(answer(404, path="/connectors/Profit_Debtor?" + "x" * 2309))

    assert "too long for AFAS (2,310 of 2,049 characters)" in error.message


def test_not_found_of_a_short_request_means_another_address():
    assert "AFAS knows no such address (404): check `environment`" in refused(answer(404)).message


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (answer(503, **{"Retry-After": "120"}), 120),
        (answer(503, {"retry_after": 7200}), 7200),
        (answer(503, {"error": {"code": "503", "message": "maintenance"}, "retry_after": 7200}), 7200),
        (answer(503, {"retry_after": "soon"}), None),
        (answer(503, **{"Retry-After": "Sun, 22 Nov 2020 10:00:00 GMT"}), None),
        (answer(503, **{"Retry-After": "-5"}), None),
        (answer(503, **{"Retry-After": "nan"}), None),
        (answer(503, **{"Retry-After": "inf"}), None),
        (answer(503), None),
    ],
)
def test_afas_says_when_to_come_back_in_the_header_or_in_the_body(given, seconds):
    assert retry_after(given) == seconds


def test_afas_may_also_name_a_time():
    assert retry_after(answer(503, **{"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"})) > 0


def test_a_short_wait_is_waited_and_a_long_one_is_told():
    short, long = answer(503, **{"Retry-After": "120"}), answer(503, **{"Retry-After": "7200"})

    assert handler().interpret_response(short).response_action is ResponseAction.RETRY
    assert WaitAsAsked().backoff_time(short, 1) == 120
    assert "come back in 2 hours" in refused(long).message
    assert refused(long).failure_type is FailureType.transient_error


def test_a_check_waits_for_nobody():
    assert "come back in 2 minutes" in refused(answer(503, **{"Retry-After": "120"}), **{CHECK: True}).message
    assert handler(**{CHECK: True}).max_retries == 1
    assert handler().max_retries == 5


def test_a_query_that_we_gave_up_on_is_not_fired_again_at_once():
    """AFAS goes on with it."""
    assert "sync again in 15 minutes" in refused(requests.exceptions.ReadTimeout("960 seconds")).message


def test_a_host_that_is_not_there_is_the_users_to_correct():
    failure = requests.exceptions.ConnectionError("NameResolutionError('no such host')")

    assert refused(failure, **{CHECK: True}).failure_type is FailureType.config_error


def test_a_certificate_that_proves_nothing_is_never_accepted():
    assert "REQUESTS_CA_BUNDLE" in refused(requests.exceptions.SSLError("self-signed")).message
