"""A raw request to the sandbox, and what came back: nothing retried, nothing understood."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body as JSON, decimals as floats: look at `text` for digits."""
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of a page."""
        rows: list[dict[str, Any]] = self.json()["rows"]
        return rows


def authorization_for(token: str) -> str:
    """Return the Authorization header for a classic token in the form that Profit shows."""
    return f"AfasToken {base64.b64encode(token.encode()).decode()}"


def send(method: str, url: str, headers: Mapping[str, str], body: bytes | str | None = None) -> Reply:
    """Send one request over a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        path = url.removeprefix(f"{parts.scheme}://{parts.netloc}")
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, received, response.read())
    finally:
        connection.close()
