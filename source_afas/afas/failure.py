"""What a failure is: one row of the table in `failures.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

OFTEN, AGAIN, ONCE = 6, 2, 1
"""Requests for one answer, the first included."""

LONGEST_QUERY_STRING = 2049
"""Characters, `?` and `&` included; a longer one is answered with 404."""


@dataclass(frozen=True)
class Failure:
    """One way in which a request fails."""

    fault: FailureType
    """Whose it is: the configuration's, here or in AFAS, or the day's."""
    tries: int
    tells: str
    """The sentence for the user, who is told where it happened before it, and AFAS's own words behind it."""
    status: tuple[int, ...] | range = ()
    says: tuple[str, ...] = ()
    """Parts of AFAS's own words, lower case, Dutch and English, of which one must be there."""
    exception: tuple[type[Exception], ...] = ()
    if_so: Callable[[Any], bool] | None = None
    """What else must hold of the response or exception."""
    raised: type[AirbyteTracedException] = AirbyteTracedException
    where: str = "{where}: "

    def fits(self, answer: requests.Response | Exception, message: str) -> bool:
        """Return whether an answer, or the lack of one, with AFAS's words in lower case, is this one."""
        if isinstance(answer, Exception):
            kind = isinstance(answer, self.exception)
        else:
            kind = answer.status_code in self.status
        said = not self.says or any(fragment in message for fragment in self.says)
        return kind and said and (self.if_so is None or self.if_so(answer))


def too_long(response: requests.Response) -> bool:
    """Return whether a request had a longer query string than AFAS accepts."""
    return characters(response.url) > LONGEST_QUERY_STRING


def bearer(response: requests.Response) -> str | None:
    """Return the OAuth token that a request was sent with, None where it was sent with none."""
    sent = str(response.request.headers.get("Authorization", "")) if response.request is not None else ""
    return sent.removeprefix("Bearer ") if sent.startswith("Bearer ") else None


def asks_for_a_token(response: requests.Response) -> bool:
    """Return whether a request was one for an OAuth token."""
    return response.url.endswith("/oauth/token")


def no_such_name(exception: Exception) -> bool:
    """Return whether a host's name could not be resolved."""
    return "NameResolutionError" in repr(exception)


def characters(url: str) -> int:
    """Return the length of a query string, the `?` included."""
    return len(urlsplit(url).query) + 1
