"""The app connector: which GetConnectors it opens, and who may come in by it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from afas_sandbox.catalogue import known, opened_at_first
from afas_sandbox.clock import Clock
from afas_sandbox.definition import GetConnector
from afas_sandbox.errors import Answer, Fault, FunctionalError, as_json, empty

BEARER_LIFE = timedelta(hours=1)
"""How long an OAuth token opens [D:auth+, official]."""


class AppConnector:
    """An app connector in an environment, with a classic token and an OAuth client, made from the seed."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self.environment = "O12345AA"
        self.digits = _digest("token", seed)
        self.client_id = _digest("client", seed)[:32].lower()
        self.client_secret = _digest("secret", seed).lower()
        self.own: dict[str, GetConnector] = {}
        """GetConnectors that were defined in this sandbox alone."""
        self.opened = dict.fromkeys(opened_at_first())
        self.closed: dict[str, None] = {}
        """What was open once."""
        self.blocked = {each.id for each in known().values() if each.blocked}
        self.ip_refused = False
        self.token_revoked = False
        self.clock = clock
        self._bearers: dict[str, datetime] = {}

    @property
    def token(self) -> str:
        """The classic token as Profit shows it [D:auth, official]."""
        return f"<token><version>1</version><data>{self.digits}</data></token>"

    def find(self, name: str) -> GetConnector:
        """Return a GetConnector of the environment, opened or not; its name in any case. Raises KeyError."""
        if name in self.own:
            return self.own[name]
        if name in known():
            return known()[name]
        for each in [*self.own.values(), *known().values()]:
            if each.id.lower() == name.lower():
                return each
        raise KeyError(f"the sandbox knows no GetConnector {name}")

    def get_connectors(self) -> list[GetConnector]:
        """Return the opened GetConnectors, blocked ones too, in the order of opening."""
        return [self.find(name) for name in list(self.opened)]

    def closed_ones(self) -> list[GetConnector]:
        """Return the GetConnectors that were open once and are not now."""
        return [self.find(name) for name in list(self.closed) if name not in self.opened]

    def serve(self, name: str) -> GetConnector:
        """Return a GetConnector that may be read; raise AFAS's error where it may not.

        One that does not exist, is not opened or may not be read looks the same from outside [D:trouble, official].
        """
        try:
            found = self.find(name)
        except KeyError:
            raise FunctionalError(Fault.NOT_AUTHORISED) from None
        if found.id not in self.opened:
            raise FunctionalError(Fault.NOT_AUTHORISED)
        if found.id in self.blocked:
            raise FunctionalError(Fault.BLOCKED)
        return found

    def refusal(self, headers: Mapping[str, str]) -> Answer | None:
        """Return the answer to a request that may not come in, or None; header names are in lower case."""
        kind, _, credential = headers.get("authorization", "").partition(" ")
        if kind.lower() == "afastoken":
            return self._token_refusal(credential.strip())
        if kind.lower() == "bearer":
            expires = self._bearers.get(credential.strip())
            return None if expires is not None and self.clock.now < expires else empty(401)
        return empty(401)

    def _token_refusal(self, credential: str) -> Answer | None:
        try:
            given = base64.b64decode(credential, validate=True).decode()
        except (binascii.Error, ValueError):
            raise FunctionalError(Fault.TOKEN_NOT_BASE64) from None
        return None if given == self.token and not self.token_revoked else empty(401)

    def grant(self, body: bytes) -> Answer:
        """Answer a request for an OAuth token by client credentials [D:auth+, official].

        How AFAS refuses one is not known; this is what OAuth itself prescribes [our guess].
        """
        form = dict(parse_qsl(body.decode("latin-1")))
        headers = {"Content-Type": "application/json"}
        if form.get("grant_type") != "client_credentials":
            return Answer(400, as_json({"error": "unsupported_grant_type"}), headers)
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return Answer(401, as_json({"error": "invalid_client"}), headers)
        bearer = "eyJ" + _digest("bearer", f"{self.client_id} {len(self._bearers)}").lower()
        self._bearers[bearer] = self.clock.now + BEARER_LIFE
        grant = {
            "access_token": bearer,
            "token_type": "Bearer",
            "expires_in": int(BEARER_LIFE.total_seconds()),
            "refresh_token": None,
        }
        return Answer(200, as_json(grant), headers)

    def expire_bearers(self) -> None:
        """End every OAuth token given out."""
        self._bearers = dict.fromkeys(self._bearers, datetime.min)


def _digest(what: str, seed: object) -> str:
    return hashlib.sha256(f"{what} {seed}".encode()).hexdigest().upper()
