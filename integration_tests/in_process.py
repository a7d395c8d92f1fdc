"""One stream, read in this process: with something happening between its requests, or killed after some of its rows."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from afas_sandbox import Sandbox
from integration_tests import cdk_schema
from source_afas import SourceAfas
from source_afas.afas import connections, rest
from source_afas.reading import slicer as streams

cdk_schema.read_once()


@dataclass
class Sync:
    """What a sync brought."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    states: list[tuple[dict[str, Any], list[dict[str, Any]]]] = field(default_factory=list)
    """Each state, with the rows that had come before it."""
    error: str = ""
    last: AirbyteStateMessage | None = None

    @property
    def state(self) -> list[AirbyteStateMessage] | None:
        return [self.last] if self.last else None


class Reader:
    """Reads one GetConnector of a sandbox."""

    def __init__(
        self, sandbox: Sandbox, name: str, key: tuple[str, ...], cursor: str, page_size: int, **entry: Any
    ) -> None:
        self._sandbox, self._name, self._incremental = sandbox, name, bool(cursor or "track_changes" in entry)
        self._config = {
            "environment": sandbox.environment,
            "base_url": sandbox.base_url,
            "credentials": {"auth_type": "token", "token": sandbox.token},
            "get_connectors": [name],
            "page_size": page_size,
            "lookback_window": "PT2S",
            "streams": [{"get_connector": name, "primary_key": list(key), "cursor_field": cursor, **entry}],
        }

    def read(
        self,
        state: list[AirbyteStateMessage] | None = None,
        *,
        between_requests: Callable[[], None] | None = None,
        killed_after: int | None = None,
        killed_at_row: int | None = None,
    ) -> Sync:
        """Read the stream; a sync that is killed keeps what it had printed by then."""
        mode = "incremental" if self._incremental else "full_refresh"
        stream = {"name": self._name, "json_schema": {}, "supported_sync_modes": ["full_refresh", mode]}
        configured = {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"}
        catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [configured]})
        source, sync = SourceAfas(catalog, self._config, state or []), Sync()
        with acting_between_requests(between_requests):
            self._collect(source, catalog, state or [], sync, killed_after, killed_at_row)
        return sync

    def _collect(
        self,
        source: SourceAfas,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage],
        sync: Sync,
        killed_after: int | None,
        killed_at_row: int | None,
    ) -> None:
        try:
            for message in source.read(source.logger, self._config, catalog, state):
                if message.type is Type.RECORD:
                    sync.rows.append(message.record.data)
                    if len(sync.rows) == killed_at_row:
                        break
                elif message.type is Type.STATE:
                    value = AirbyteStateMessageSerializer.dump(message.state)["stream"].get("stream_state", {})
                    sync.last = message.state
                    sync.states.append((value, list(sync.rows)))
                    if killed_after is not None and len(sync.states) >= killed_after:
                        break
                elif message.trace and message.trace.error and message.trace.error.stream_descriptor:
                    sync.error = str(message.trace.error.message)
        except AirbyteTracedException as error:
            sync.error = sync.error or str(error.message)


@contextmanager
def acting_between_requests(act: Callable[[], None] | None) -> Iterator[None]:
    """Have something happen before every request for rows, one at a time."""
    pool, lock = connections.POOL, threading.Lock()

    def sending(request: Any, *arguments: Any, **options: Any) -> Any:
        if act and "/connectors/" in request.url:
            with lock:
                act()
        return type(pool).send(pool, request, *arguments, **options)

    pool.send = sending  # type: ignore[method-assign]
    try:
        yield
    finally:
        del pool.send


@contextmanager
def sandbox_of_small_slices(entries: int = 0) -> Iterator[Sandbox]:
    """Serve a sandbox of empty books; small tables have many slices meanwhile, and nobody waits to ask again."""
    whole, streams.SLICE_ROWS, rest_time = streams.SLICE_ROWS, 1, rest.time
    rest.time = SimpleNamespace(sleep=lambda _: None)  # type: ignore[assignment]
    try:
        with Sandbox(seed=1, entries=entries) as running:
            running.open_only()
            yield running
    finally:
        streams.SLICE_ROWS, rest.time = whole, rest_time
