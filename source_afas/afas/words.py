"""What an answer says, read by its content: its Content-Type is not to be trusted.

AFAS sends JSON as `application/xml`, empty bodies, and `error` in two shapes; a proxy sends web pages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

import requests
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from source_afas.afas.exact_json import json_object

LONGEST_WAIT_TOLD = 30 * 24 * 3600
"""Seconds; whoever asks for more means something else."""

LONGEST_MESSAGE = 500
"""Characters of an answer's own words that are repeated to the user."""


@dataclass(frozen=True)
class Words:
    """The words of an answer, empty where it has none."""

    message: str = ""
    """AFAS's own sentence, in the language of Accept-Language."""
    reference: str = ""
    """AFAS's profitLogReference, by which its support finds the error."""
    page_title: str = ""
    """The title of a web page, which AFAS's REST service never sends."""
    retry_after: float | None = None
    """Seconds after which AFAS wants to be asked again."""

    def __str__(self) -> str:
        """Return the words as they are put behind a message."""
        if self.page_title:
            return f' The answer is a web page, "{self.page_title}".'
        if not self.message:
            return ""
        return f' AFAS: "{self.message}"' + (f" (log reference {self.reference})." if self.reference else ".")


def words_of(response: requests.Response) -> Words:
    """Return the words of an answer."""
    body = _json(response.content)
    error = body.get("error")
    message = body.get("externalMessage") or body.get("message") or body.get("error_description")
    message = message or (error.get("message") if isinstance(error, Mapping) else error)
    text = "" if body else response.content[:100_000].decode("utf-8", "replace").strip()
    if text.startswith("<"):
        message = _tag("externalMessage", text) or _tag("message", text)
    return Words(
        message=_one_line(message),
        reference=_one_line(body.get("profitLogReference") or _tag("profitLogReference", text)),
        page_title=_one_line(_tag("title", text) or "without a title")
        if re.search("<html|<!doctype", text, re.I)
        else "",
        retry_after=_seconds(response.headers.get("Retry-After") or body.get("retry_after")),
    )


def _json(content: bytes) -> Mapping[str, Any]:
    try:
        return json_object(content)
    except ValueError:
        return {}


def _tag(name: str, text: str) -> str:
    found = re.search(rf"<{name}[^>]*>([^<]*)<", text, re.IGNORECASE)
    return unescape(found[1]) if found else ""


def _one_line(value: Any) -> str:
    """Return a text on one line, without secrets that an answer may repeat, cut where it goes on for too long."""
    if isinstance(value, Mapping):
        value = value.get("example")  # AFAS describes its 503 so
    if not isinstance(value, str):
        return ""
    text = " ".join(filter_secrets(value).split())
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + "…"


def _seconds(stated: Any) -> float | None:
    """Return a number of seconds, or the seconds until a date; None where it is neither."""
    try:
        seconds = float(stated) if stated is not None else -1.0
    except (TypeError, ValueError):
        try:
            seconds = (parsedate_to_datetime(str(stated)) - datetime.now(timezone.utc)).total_seconds()
        except (TypeError, ValueError):
            return None
    return seconds if 0 <= seconds <= LONGEST_WAIT_TOLD else None
