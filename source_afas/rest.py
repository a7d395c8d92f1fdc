"""One request to AFAS's REST service, by the requester that the manifest declares, repeated where that may help."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.types import Config

from source_afas import connections
from source_afas.answers import LONGEST_QUERY_STRING
from source_afas.error_handler import CHECK, CHECK_SECONDS, RequestError, unexpected

logger = logging.getLogger("airbyte")

T = TypeVar("T")

LONGEST_WAIT_SECONDS = 300
"""As long as a request waits in all, between being asked and asked again; where AFAS wants longer, its stream fails."""


def share_connections(requester: HttpRequester) -> None:
    """Have a requester take its connections from the process's one pool."""
    client = requester._http_client
    if requester.config.get(CHECK):
        client._request_timeout = (CHECK_SECONDS, CHECK_SECONDS)
    connections.share(client._session)


def query_string(parameters: Mapping[str, Any]) -> str:
    """Return parameters as they stand behind the `?`; AFAS's separators `,` and `;` stay as they are."""
    return urlencode(parameters, safe=",;", quote_via=quote)


def fits(parameters: Mapping[str, Any]) -> bool:
    """Tell whether AFAS will take a query string of these parameters."""
    return len(query_string(parameters)) + 1 <= LONGEST_QUERY_STRING


def get(requester: HttpRequester, *segments: str, read: Callable[[bytes], T], what: str, **parameters: Any) -> T:
    """Return AFAS's answer to GET on a path of the given segments, as `read` makes it of the body.

    A `ValueError` of `read` means that the answer is not AFAS's; `what` says what it is instead. Raises an
    `AirbyteTracedException` in the user's words for whatever goes on failing.
    """
    path = "/".join(quote(segment, safe="") for segment in segments)
    target = f"{path}?{query_string(parameters)}" if parameters else path

    def once() -> T:
        try:
            with connections.one_row() if parameters.get("take") == 1 else nullcontext():
                response = requester.send_request(path=target)
        except RequestError as failed:
            if failed.refused and hasattr(authenticator := requester.get_authenticator(), "forget"):
                authenticator.forget(failed.refused)
            raise
        try:
            return read(response.content if response is not None else b"")
        except ValueError:
            raise unexpected("/" + path, what, requester.config) from None

    return asked_again(once, requester.config)


def asked_again(once: Callable[[], T], config: Config) -> T:
    """Return what a request brings; repeat it, in growing and uneven pauses, as often as its failures are worth."""
    waited, attempt = 0.0, 1
    patience = 5 if config.get(CHECK) else LONGEST_WAIT_SECONDS
    while True:
        try:
            return once()
        except RequestError as failed:
            # Connections that fail together must not come back together.
            wait = (failed.wait or 2 ** (attempt - 1)) * random.uniform(1.0, 1.25)  # noqa: S311 (no secret)
            if attempt >= failed.tries or waited + wait > patience:
                raise failed.error from None
            attempt += 1
            logger.warning(
                f"{failed.error.message} Asking again in {wait:.0f} s (attempt {attempt} of {failed.tries})."
            )
        time.sleep(wait)
        waited += wait
