"""The requests that came in, so that a test can say what was asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

BASE_PATH = "/ProfitRestServices"


@dataclass
class RecordedRequest:
    """One request, and how it ended.

    `started` and `ended` are seconds on a clock that only runs forward. A request ends when its answer has been made,
    just before the last byte leaves: a client that waits for an answer before it asks again is never seen twice.
    """

    method: str
    path: str
    """As sent, without /ProfitRestServices."""
    get_connector: str | None
    """The GetConnector in the path, as sent."""
    query_string: str
    """As sent, without the question mark."""
    query: dict[str, str]
    """The parameters, decoded, names in lower case."""
    headers: dict[str, str]
    """Names in lower case."""
    in_flight: int
    """Requests that had not ended when this one started, itself included."""
    client_port: int = 0
    """The port at the client's end: requests with the same one shared a connection."""
    started: float = field(default_factory=monotonic)
    ended: float | None = None
    status: int | None = None
    """None until it ends, and after a connection that was reset."""
    log_reference: str | None = None
    """The profitLogReference of the error it was answered with."""

    @property
    def for_rows(self) -> bool:
        """Whether it asked for rows."""
        return self.path.lower().startswith("/connectors/")


class RequestLog(list[RecordedRequest]):
    """The recorded requests, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._running = 0
        self._lock = threading.Lock()

    def begin(self, scope: Mapping[str, Any]) -> RecordedRequest:
        """Record the start of a request."""
        path = scope["path"]
        if path.lower().startswith(BASE_PATH.lower()):
            path = path[len(BASE_PATH) :]
        parts = path.strip("/").split("/")
        named = parts[-1] if len(parts) > 1 and parts[0].lower() in ("connectors", "metainfo") else None
        query_string = scope["query_string"].decode("latin-1")
        with self._lock:
            self._running += 1
            request = RecordedRequest(
                method=scope["method"],
                path=path,
                get_connector=named,
                query_string=query_string,
                query={name.lower(): value for name, value in parse_qsl(query_string, keep_blank_values=True)},
                headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
                in_flight=self._running,
                client_port=scope["client"][1] if scope.get("client") else 0,
            )
            self.append(request)
        return request

    def end(self, request: RecordedRequest, status: int | None) -> None:
        """Record the end of a request; a second time changes nothing."""
        with self._lock:
            if request.ended is None:
                request.ended = monotonic()
                request.status = status
                self._running -= 1
