"""The process's connections to AFAS: one pool, bounded answers, and no way to another host.

A session for each requester, as the CDK makes them, would shake hands with AFAS forty times in a sync of forty
GetConnectors. And requests reads a body in bites of 10 kB, which takes longer than its way through a fast network, and
reads on for as long as the other side sends.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from source_afas.afas.errors import BodyTooLarge, SentElsewhere

LARGEST_BODY = 16_000_000
"""Bytes of an answer. AFAS's 150,000 cells take 3 to 10 million; more would not fit several times into 250 MB."""

LARGEST_BODY_OF_ONE_ROW = 200_000_000
"""Bytes of an answer that cannot be smaller: a row with a file in it."""

CONNECT_SECONDS = 8

LONGEST_ANSWER_SECONDS = 960
"""AFAS itself stops at 900 seconds."""

_PIECE = 1_000_000

_largest_body = ContextVar("largest_body", default=LARGEST_BODY)


class Connections(requests.adapters.HTTPAdapter):
    """Sends requests and reads their answers."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer with its body.

        Raises requests' exceptions; `ReadTimeout` where the body does not come in time, `BodyTooLarge` where it is too
        large, `SentElsewhere` where the answer sends the request on to another host.
        """
        response = super().send(request, *args, **{**kwargs, "stream": True})
        try:
            _refuse_another_host(response)
            response._content = b"".join(_body(response, _patience(kwargs.get("timeout"))))
        except BaseException:
            response.close()
            raise
        return response


def _patience(timeout: Any) -> float:
    """Return the seconds for a body: as many as for the first bytes of an answer."""
    seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    return min(seconds or LONGEST_ANSWER_SECONDS, LONGEST_ANSWER_SECONDS)


def _body(response: requests.Response, seconds: float) -> Iterator[bytes]:
    """Yield the pieces of a body as they come in: a body that drips in must not outlast the time for an answer."""
    size, end = 0, time.monotonic() + seconds
    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            size += len(piece)
            if size > _largest_body.get():
                raise BodyTooLarge(request=response.request)
            if time.monotonic() > end:
                raise requests.ReadTimeout(request=response.request)
            yield piece
    except ReadTimeoutError:
        raise requests.ReadTimeout(request=response.request) from None
    except HTTPError as error:  # cut, or not packed as it says
        raise requests.exceptions.ChunkedEncodingError(error, request=response.request) from None


def _refuse_another_host(response: requests.Response) -> None:
    if not response.is_redirect:
        return
    here = urlsplit(response.url)
    try:
        there = urlsplit(urljoin(response.url, response.headers["Location"]))
    except ValueError:
        raise SentElsewhere(request=response.request) from None
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise SentElsewhere(request=response.request)


@contextmanager
def one_row() -> Iterator[None]:
    """Make room for the answer to a request for one row."""
    token = _largest_body.set(LARGEST_BODY_OF_ONE_ROW)
    try:
        yield
    finally:
        _largest_body.reset(token)


def _session() -> requests.Session:
    session = requests.Session()
    session.mount("https://", POOL)
    # For this machine alone: configuration.py sees to it. Airbyte's QA wants a mark at each plain http.
    session.mount("http://", POOL)  # ignore-https-check
    # AFAS's service is stateless; without cookies, one session serves all threads.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


POOL = Connections(pool_connections=4, pool_maxsize=8)

SESSION = _session()
"""The one through which the process talks to AFAS."""
