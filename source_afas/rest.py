"""One request to AFAS's REST service, through the requester that the manifest declares."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import answers
from source_afas.errors import traced


class _Connections(requests.adapters.HTTPAdapter):
    """The process's one pool of connections.

    The CDK makes a session, and so a pool, for every requester; a sync of forty GetConnectors would shake hands with
    AFAS forty times. And requests reads a body in bites of 10 kB, which takes a page longer than its way through the
    network of this machine.
    """

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer with its body, read in large pieces."""
        response = super().send(request, *args, **{**kwargs, "stream": True})
        response._content = b"".join(response.iter_content(1_000_000))
        return response


_CONNECTIONS = _Connections(pool_connections=4, pool_maxsize=8)


def share_connections(requester: HttpRequester) -> None:
    """Have a requester take its connections from the process's one pool."""
    client = requester._http_client
    if requester.config.get(answers.CHECK):
        client._request_timeout = (8, 8)  # someone is watching
    session = client._session
    session.mount("https://", _CONNECTIONS)
    session.mount("http://", _CONNECTIONS)


def query_string(parameters: Mapping[str, Any]) -> str:
    """Return parameters as they stand behind the `?`; AFAS's separators `,` and `;` stay as they are."""
    return urlencode(parameters, safe=",;", quote_via=quote)


def fits(parameters: Mapping[str, Any]) -> bool:
    """Tell whether AFAS will take a query string of these parameters."""
    return len(query_string(parameters)) + 1 <= answers.LONGEST_QUERY_STRING


def get(requester: HttpRequester, *segments: str, **parameters: Any) -> bytes:
    """Return the body of AFAS's answer to GET on a path of the given segments.

    Raises an `AirbyteTracedException` in the user's words for whatever is not a plain answer, after as many tries as
    the manifest allows.
    """
    path = "/".join(quote(segment, safe="") for segment in segments)
    try:
        response = requester.send_request(path=f"{path}?{query_string(parameters)}" if parameters else path)
    except AirbyteTracedException as error:
        # The CDK packs the last of several failures into words of its own.
        last = getattr(error, "_exception", None)
        if isinstance(last, BaseBackoffException):
            raise traced(str(last), last.failure_type or FailureType.transient_error) from None
        raise
    return bytes(response.content) if response is not None else b""


def get_object(requester: HttpRequester, *segments: str) -> dict[str, Any]:
    """Return the JSON object that AFAS answers; raises where the answer is anything else."""
    body = get(requester, *segments)
    url = "/" + "/".join(segments)
    try:
        answer = json.loads(body)
    except ValueError:
        raise answers.unexpected(url, "no JSON", requester.config) from None
    if not isinstance(answer, dict):
        raise answers.unexpected(url, "JSON of another shape", requester.config)
    return answer
