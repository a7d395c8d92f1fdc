"""One request to AFAS's REST service, as the manifest declares it, repeated if that may help."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import requests
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.types import Config

from source_afas.afas import connections
from source_afas.afas.answers import CHECK_SECONDS, RequestError, failed, unexpected
from source_afas.afas.command import command_of
from source_afas.afas.errors import NotUnderstood
from source_afas.afas.failure import LONGEST_QUERY_STRING
from source_afas.afas.page import SaidInsteadError

logger = logging.getLogger("airbyte")

T = TypeVar("T")

LONGEST_WAIT_SECONDS = 300
"""The total time that a request may spend waiting between attempts; if AFAS asks for more, its stream fails."""


def query_string(parameters: Mapping[str, Any]) -> str:
    """Return parameters as they follow the `?`; AFAS's separators `,` and `;` stay as they are."""
    return urlencode(parameters, safe=",;", quote_via=quote)


def fits(parameters: Mapping[str, Any]) -> bool:
    """Return whether AFAS accepts a query string of these parameters."""
    return len(query_string(parameters)) + 1 <= LONGEST_QUERY_STRING


def get(
    requester: HttpRequester,
    *segments: str,
    read: Callable[[bytes], T],
    what: str,
    tries: int | None = None,
    **parameters: Any,
) -> T:
    """Return AFAS's answer to GET on a path of the given segments, as `read` makes it of the body.

    A `ValueError` of `read` means that the answer is not AFAS's; `what` says what it is instead. `tries` bounds how
    often a request is repeated for whose failure AFAS gives no reason. Raises an `AirbyteTracedException` in the user's
    words for whatever goes on failing.
    """
    path = "/".join(quote(segment, safe="") for segment in segments)
    target = f"{path}?{query_string(parameters)}" if parameters else path

    def once() -> T:
        try:
            with connections.one_row() if parameters.get("take") == 1 else nullcontext():
                response = _sent(requester, target)
        except RequestError as failure:
            if failure.refused and hasattr(authenticator := requester.get_authenticator(), "forget"):
                authenticator.forget(failure.refused)
            raise
        try:
            return read(response.content)
        except ValueError:
            raise unexpected("/" + path, what, requester.config) from None
        except SaidInsteadError:
            # AFAS refuses with status 500 as a rule.
            response.status_code = requests.codes.server_error
            raise failed(response, requester.config) from None

    return asked_again(once, requester.config, tries)


def _sent(requester: HttpRequester, target: str) -> requests.Response:
    """Return AFAS's answer. Raises `RequestError` for one other than 200 (or 204, without a body), and for none.

    The CDK's own way to send logs whole bodies and cookies, keeps a connection pool for each requester, and repeats
    requests in step with all other connections.
    """
    url = f"{requester.get_url().rstrip('/')}/{target}"
    seconds = CHECK_SECONDS if command_of(requester.config).checking else connections.LONGEST_ANSWER_SECONDS
    try:
        response = connections.SESSION.get(
            url,
            headers={name: str(value) for name, value in requester.get_request_headers().items() if value},
            auth=_Login(requester.get_authenticator()),
            timeout=(connections.CONNECT_SECONDS, seconds),
        )
    except requests.RequestException as exception:
        raise failed(exception, requester.config) from None
    logger.debug(f"GET /{target}: {response.status_code}, {len(response.content):,} bytes")
    if response.status_code not in (requests.codes.ok, requests.codes.no_content):
        raise failed(response, requester.config)
    return response


class _Login(requests.auth.AuthBase):
    """Sets the Authorization header, so that `requests` does not take one from a `.netrc` file."""

    def __init__(self, authenticator: DeclarativeAuthenticator) -> None:
        self._authenticator = authenticator

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._authenticator.get_auth_header())
        return request


def asked_again(once: Callable[[], T], config: Config, tries: int | None = None) -> T:
    """Return what a request brings; repeat it, in growing and uneven pauses, as often as its failures are worth.

    `tries` bounds that where AFAS gives no reason: it may not take the request's form.
    """
    waited, attempt = 0.0, 1
    patience = 5 if command_of(config).checking else LONGEST_WAIT_SECONDS
    while True:
        try:
            return once()
        except RequestError as failure:
            # Connections that fail together must not come back together.
            wait = (failure.wait or 2 ** (attempt - 1)) * random.uniform(1.0, 1.25)  # noqa: S311 (no secret)
            without_reason = isinstance(failure.error, NotUnderstood)
            if attempt >= (tries if tries and without_reason else failure.tries) or waited + wait > patience:
                raise failure.error from None
            attempt += 1
            logger.warning(
                f"{failure.error.message} Asking again in {wait:.0f} s (attempt {attempt} of {failure.tries})."
            )
        time.sleep(wait)
        waited += wait
