"""What AFAS answers instead of rows, as a table.

A functional error is HTTP 500 with `externalMessage`, `errorNumber` and `profitLogReference`; its message follows
Accept-Language [D:trouble, official]. The messages are AFAS's own; of the error numbers only that of the unexpected
error is known, the others are made up, and AFAS says that nobody should go by them. A 401, 403, 404 and 413 have no
body [OAS, official].
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from afas_sandbox.definition import Text

EMPTY_STATUSES = frozenset({400, 401, 403, 404, 413})
ERROR_TYPE = "application/xml; charset=utf-8"
"""Errors come under this content type whatever they hold [OAS, official]: read the body, not the header."""


class Fault(Enum):
    """A functional error: its number and its message in Dutch and English."""

    UNEXPECTED = (-2147180999, "Er is een onverwachte fout opgetreden.", "An unexpected error has occurred.")
    FIELD_NOT_FOUND = (-2147180998, "Connector-veld '{}' niet gevonden", "Connector field '{}' not found")
    NOT_AUTHORISED = (
        -2147180997,
        "GetConnector niet ondersteund voor deze app of de gebruiker is niet geautoriseerd",
        "GetConnector not supported for this app or the user is not authorized",
    )
    BLOCKED = (
        -2147180995,
        "Deze GetConnector (definitie) is geblokkeerd",
        "This GetConnector (definition) is blocked",
    )
    OUT_OF_MEMORY = (-2147180994, "Out of memory", "Out of memory")
    OUT_OF_STRING_SPACE = (-2147180993, "Out of String space", "Out of String space")
    TIMEOUT = (
        -2147180992,
        "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken.",
        "Command timeout expired.",
    )
    ROW_LOCK = (
        -2147180991,
        "De gegevens zijn vergrendeld door een andere gebruiker (row lock).",
        "The data is locked by another user (row lock).",
    )
    """More calls at a time than AFAS bears; the text is our guess [D:trouble says that they fail by row locks]."""
    INVALID_INDEX = (-2147180989, "General message: Invalid Index field", "General message: Invalid Index field")
    """A field that AFAS does not sort by [client code]."""
    TOKEN_NOT_BASE64 = (-2147180990, "Het token is niet Base64-gecodeerd.", "The token is not Base64 encoded.")
    """The status is [H:call, official], the text our guess."""

    @property
    def number(self) -> int:
        """AFAS's errorNumber."""
        return self.value[0]

    @property
    def message(self) -> Text:
        """What AFAS says, `{}` standing for the name of a field."""
        return Text(self.value[1], self.value[2])


class FunctionalError(Exception):
    """A request that AFAS answers with status 500 and a message."""

    def __init__(self, fault: Fault, name: str = "") -> None:
        super().__init__(fault.message.en.format(name))
        self.fault = fault
        self.name = name


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, body and headers."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def functional(error: FunctionalError, language: str, log_reference: str) -> Answer:
    """Return the 500 for a functional error, in the language of the call."""
    message = error.fault.message.in_language(language).format(error.name)
    return saying(message, error.fault.number, log_reference)


def saying(message: str, number: int, log_reference: str) -> Answer:
    """Return a 500 with this externalMessage, under a header that repeats it as Base64 [OAS, official]."""
    body = {"externalMessage": message, "errorNumber": number, "profitLogReference": log_reference}
    headers = {"Content-Type": ERROR_TYPE, "X-PROFIT-ERROR": base64.b64encode(message.encode()).decode()}
    return Answer(500, as_json(body), headers)


def empty(status: int) -> Answer:
    """Return an answer without a body."""
    return Answer(status, b"", {"Content-Type": ERROR_TYPE})


def maintenance(retry_after: int = 7200) -> Answer:
    """Return the 503 of maintenance: the seconds to wait stand in the header and in the body [OAS, official]."""
    message = "Service temporarily unavailable due to scheduled maintenance. Please check afasstatus.nl for details."
    body = {"error": {"code": "503", "message": message}, "retry_after": retry_after}
    return Answer(503, as_json(body), {"Content-Type": "application/json", "Retry-After": str(retry_after)})


def as_json(value: Any) -> bytes:
    """Return a value as AFAS writes JSON: on one line, without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
