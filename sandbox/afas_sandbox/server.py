"""uvicorn in a thread, on loopback only."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"

_transports: dict[tuple[int, int], asyncio.Transport] = {}
"""Open connections by the ports at the server's and the client's end; misbehaviour needs the bare connection."""


class _Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, with its connections on record."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # An answer goes out in two writes; without this the second waits for the client's acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ports = (self.server[1] if self.server else 0, self.client[1] if self.client else 0)
        _transports[cast(tuple[int, int], self._ports)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _transports.pop(cast(tuple[int, int], self._ports), None)
        super().connection_lost(exc)


class _Uvicorn(uvicorn.Server):
    """A uvicorn that stops when it is told to, not at the next tick, and waits for nobody."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.asked_to_stop = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.asked_to_stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            cast(Any, connection).transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()


class Server:
    """Serves an ASGI application from a thread of its own."""

    def __init__(self, application: ASGIApp, port: int = 0) -> None:
        self._application = application
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((LOOPBACK, port))
        # Connections wait in the socket's queue until the thread serves them: nobody has to wait for its start.
        self._socket.listen(2048)
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"afas-sandbox-{self.port}", daemon=True)

    def start(self) -> None:
        """Start serving."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Stop serving and close every connection, answered or not."""
        if not self._thread.is_alive():
            self._socket.close()
            return
        self._loop.call_soon_threadsafe(self._uvicorn.asked_to_stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        # What a connection does when it is dropped on purpose is no news.
        self._loop.set_exception_handler(lambda loop, context: None)
        config = uvicorn.Config(
            self._with_transport,
            http=_Protocol,
            interface="asgi3",
            proxy_headers=False,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=600,
        )
        self._uvicorn = _Uvicorn(config)
        self._ready.set()
        await self._uvicorn.serve(sockets=[self._socket])
        self._socket.close()

    async def _with_transport(self, scope: Scope, receive: Receive, send: Send) -> None:
        ports = (scope["server"][1], scope["client"][1])
        extensions = {**scope.get("extensions", {}), "afas_sandbox.transport": _transports.get(ports)}
        await self._application({**scope, "extensions": extensions}, receive, send)
