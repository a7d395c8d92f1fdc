"""The sandbox as a test starts it: AFAS Profit on loopback, and beside it the admin service."""

from __future__ import annotations

from types import TracebackType

from starlette.types import Receive, Scope, Send

from afas_sandbox.admin import admin_application
from afas_sandbox.handle import ADMIN_PATH, Handle
from afas_sandbox.server import LOOPBACK, Server


class Sandbox(Handle):
    """AFAS Profit's REST service on this machine.

        with Sandbox(seed=1, entries=1_000) as sandbox:
            requests.get(f"{sandbox.base_url}/metainfo", headers={"Authorization": sandbox.authorization})

    The same seed and number of entry lines (`entries`) give the same rows, in every process. The books are made when
    they are first asked for, so a sandbox that serves only what a test defines costs next to nothing.
    """

    def __init__(self, seed: int = 1, entries: int = 200, port: int = 0, *, profit_6: bool = False) -> None:
        super().__init__(seed, entries, profit_6=profit_6)
        self._admin = admin_application(self)
        self._port = port
        self._server: Server | None = None

    def start(self) -> Sandbox:
        """Start serving on loopback, on the given port or one that the system chooses."""
        if self._server is None:
            self._server = Server(self._application, self._port)
            self._server.start()
            self._origin = f"http://{LOOPBACK}:{self._server.port}"
        return self

    def stop(self) -> None:
        """Stop serving, drop every connection and forget everything."""
        if self._server is not None:
            self._server.stop()
            self._server, self._origin = None, None
        self.database.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_admin = scope["path"].startswith(ADMIN_PATH)
        await (self._admin if to_admin else self.service)(scope, receive, send)
