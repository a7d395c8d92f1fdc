"""OAuth 2 with client credentials: how AFAS lets an app connector in that has no classic token.

The CDK's own authenticator fetches a token for every stream, waits for an answer without end, keeps a token until the
second in which it expires, and fails in words of its own.
"""

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any
from urllib.parse import quote_plus

import requests
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from airbyte_cdk.sources.types import Config
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_afas.afas import connections, rest
from source_afas.afas.answers import CHECK_SECONDS, failed, unexpected
from source_afas.afas.command import command_of
from source_afas.afas.exact_json import json_object

PATH = "/oauth/token"

RENEW_SECONDS = 60
"""A token is renewed so long before its end; AFAS's last for 3,600 seconds."""

SHORTEST_LIFE_SECONDS = 5
"""A token that is said to end sooner is used for so long all the same: AFAS would be asked for one at every request."""

LONGEST_LIFE_SECONDS = 24 * 3600

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,10000}=*")


class AccessToken:
    """The access token of one OAuth client, fetched when there is none, or none for much longer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def get(self, config: Config) -> str:
        """Return the token. Raises an `AirbyteTracedException` in the user's words where there is none to be had."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._token, life = rest.asked_again(lambda: _fetched(config), config)
                self._until = time.monotonic() + max(SHORTEST_LIFE_SECONDS, life - RENEW_SECONDS)
            return self._token

    def forget(self, token: str) -> None:
        """Forget a token that AFAS has refused, unless it has been replaced by now."""
        with self._lock:
            if token == self._token:
                self._until = 0.0


def _fetched(config: Config) -> tuple[str, float]:
    """Ask AFAS for a token; return it and its life in seconds. Raises `RequestError`."""
    credentials = config["credentials"]
    seconds = CHECK_SECONDS if command_of(config).checking else connections.LONGEST_ANSWER_SECONDS
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials["client_id"].strip(),
        "client_secret": credentials["client_secret"].strip(),
    }
    # What an answer may repeat of the request.
    add_to_secrets(quote_plus(form["client_secret"]))
    timeout = (connections.CONNECT_SECONDS, seconds)
    try:
        response = connections.SESSION.post(
            str(config["base_url"]) + PATH, form, timeout=timeout, allow_redirects=False
        )
    except requests.RequestException as exception:
        raise failed(exception, config) from None
    if response.status_code != requests.codes.ok:
        raise failed(response, config)
    try:
        return _granted(response.content)
    except ValueError:
        raise unexpected(PATH, "no OAuth token", config) from None


def _granted(body: bytes) -> tuple[str, float]:
    """Return the token of an answer and its life in seconds. Raises `ValueError` where there is none."""
    grant = json_object(body)
    token, life = grant.get("access_token"), grant.get("expires_in")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ValueError("no token")
    add_to_secrets(token)
    return token, float(min(max(life, 0), LONGEST_LIFE_SECONDS)) if isinstance(life, int | float) else 0.0


_TOKENS: dict[tuple[str, str, str], AccessToken] = {}
"""One for each client: AFAS is asked for a token once in a sync, not once a stream."""

_MAKING = threading.Lock()


def access_token(config: Config) -> AccessToken:
    """Return the access token of the client in a configuration."""
    credentials = config["credentials"]
    client = (str(config["base_url"]), credentials["client_id"], credentials["client_secret"])
    with _MAKING:
        return _TOKENS.setdefault(client, AccessToken())


@dataclass
class ClientCredentialsAuthenticator(DeclarativeAuthenticator):
    """Sends the app connector's OAuth token with every request.

    In the manifest:

        authenticator:
          type: CustomAuthenticator
          class_name: source_afas.afas.oauth.ClientCredentialsAuthenticator
    """

    config: Config
    parameters: InitVar[Mapping[str, Any]]

    def get_auth_header(self) -> Mapping[str, Any]:
        """Return the Authorization header."""
        return {"Authorization": f"Bearer {access_token(self.config).get(self.config)}"}

    def forget(self, token: str) -> None:
        """Forget a token that AFAS has refused: the next request fetches another."""
        access_token(self.config).forget(token)
