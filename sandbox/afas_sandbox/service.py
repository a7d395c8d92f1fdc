"""AFAS Profit's REST service: its addresses, and what happens to a request on the way to them."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import md5
from itertools import count
from time import monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from afas_sandbox import metainfo
from afas_sandbox.app_connector import AppConnector
from afas_sandbox.books import Books
from afas_sandbox.database import Database
from afas_sandbox.definition import GetConnector
from afas_sandbox.errors import Answer, Fault, FunctionalError, as_json, empty, functional
from afas_sandbox.errors import maintenance as maintenance_answer
from afas_sandbox.faults import Faults, Misbehaviour
from afas_sandbox.latency import Latency
from afas_sandbox.page import CELL_BUDGET, read_page
from afas_sandbox.query import read_query
from afas_sandbox.request_log import BASE_PATH, RecordedRequest, RequestLog
from afas_sandbox.shown import Style
from afas_sandbox.unlike import Unlike

LONGEST_QUERY_STRING = 2049
"""Characters, the question mark included; a longer one is not found [D:get, official]."""

LARGEST_ANSWER = 75 * 1024 * 1024
"""Bytes; the limit of 75 MB is official [H:api], that these are binary megabytes is our guess."""

COMMAND_TIMEOUT = 900.0
"""Seconds after which AFAS ends a command [D:trouble, official]."""

PROFIT_VERSION = "22.22.5"

HEADERS = {
    "Cache-Control": "no-store, no-cache",
    "Strict-Transport-Security": "max-age=31536000",
    "X-AFAS-Proxy-Version": "4.3.0.0",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "deny",
}
"""On every answer [OAS, official]."""


@dataclass
class Conditions:
    """How the service behaves today; every part may be changed while it runs."""

    latency: Latency = field(default_factory=Latency)
    at_most: int | None = None
    """Requests at a time that it bears; None is any number."""
    maintenance: int | None = None
    """Seconds that a 503 tells everybody to wait; None is no maintenance."""
    cell_budget: int = CELL_BUDGET
    largest_answer: int = LARGEST_ANSWER
    command_timeout: float = COMMAND_TIMEOUT
    style: Style = field(default_factory=Style)


@dataclass
class Service:
    """The service over one environment, as an ASGI application."""

    database: Database
    books: Books
    app_connector: AppConnector
    conditions: Conditions = field(default_factory=Conditions)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    unlike: Unlike = field(default_factory=Unlike)
    seed: int = 1

    def __post_init__(self) -> None:
        base = BASE_PATH.lower()
        routes = [
            Route(f"{base}/metainfo", self._answered(self.metainfo)),
            Route(f"{base}/metainfo/get/{{name}}", self._answered(self.metainfo_of_one)),
            Route(f"{base}/connectors/{{name}}", self._answered(self.rows)),
            Route(f"{base}/profitversion", self._answered(self.profit_version)),
            Route(f"{base}/oauth/token", self._answered(self.token, open_to_all=True), methods=["POST"]),
        ]
        self._routes = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _bad_request})
        self._calls = count(1)
        self._errors = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or misbehave as ordered."""
        request = self.log.begin(scope)
        transport = scope.get("extensions", {}).get("afas_sandbox.transport")
        try:
            misbehaviour = self.faults.due(request) or Misbehaviour()
            if misbehaviour.delay:
                await asyncio.sleep(misbehaviour.delay)
            if misbehaviour.reset:
                self.log.end(request, None)
                _reset(transport)
                return
            answer = misbehaviour.answer or await self._answer(scope, receive, request)
            self.log.end(request, answer.status)
            await _send(answer, send, cut=misbehaviour.cut)
        except Exception:
            # A mistake of the sandbox's own: it must not pass for one of AFAS's faults.
            traceback.print_exc()
            raise
        finally:
            self.log.end(request, None)

    async def _answer(self, scope: Scope, receive: Receive, request: RecordedRequest) -> Answer:
        if len(request.query_string) + bool(request.query_string) > LONGEST_QUERY_STRING:
            return empty(404)
        if self.app_connector.ip_refused:
            return empty(403)
        if self.conditions.maintenance is not None:
            return maintenance_answer(self.conditions.maintenance)
        collected = _Collected()
        state = {"request": request}
        # Addresses match in any case: AFAS serves from Windows [client code].
        await self._routes({**scope, "path": scope["path"].lower(), "state": state}, receive, collected)
        return collected.answer

    def _answered(
        self, endpoint: Callable[[Request, str], Awaitable[Answer]], open_to_all: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        """Wrap an endpoint in what all share: who may come in, how many at a time, errors, how long it takes."""

        async def respond(request: Request) -> Response:
            started = monotonic()
            language = language_of(request.headers.get("accept-language", ""))
            request.state.cost = (0, 0)
            try:
                answer = None if open_to_all else self.app_connector.refusal(request.headers)
                at_most = self.conditions.at_most
                if answer is None and at_most is not None and request.state.request.in_flight > at_most:
                    raise FunctionalError(Fault.ROW_LOCK)
                if answer is None:
                    answer = await endpoint(request, language)
                    seconds = self.conditions.latency.seconds(*request.state.cost)
                    if seconds > self.conditions.command_timeout:
                        raise FunctionalError(Fault.TIMEOUT)
                    await asyncio.sleep(max(0.0, seconds - (monotonic() - started)))
            except FunctionalError as error:
                answer = functional(error, language, self.log_reference(request.state.request))
                answer = self.unlike.refused(answer) if error.fault is Fault.NOT_AUTHORISED else answer
            return Response(answer.body, answer.status, answer.headers)

        return respond

    async def metainfo(self, request: Request, language: str) -> Answer:
        """Tell what the app connector opens."""
        opened = self.unlike.listed(self.app_connector.get_connectors(), self.app_connector.closed_ones())
        return _json(metainfo.of_app_connector(opened, self.app_connector.environment, language))

    async def metainfo_of_one(self, request: Request, language: str) -> Answer:
        """Tell the fields of one GetConnector."""
        return _json(self.unlike.metainfo(metainfo.of_get_connector(self._named(request), language)))

    async def rows(self, request: Request, language: str) -> Answer:
        """Give rows of one GetConnector."""
        get_connector = self._named(request)
        parameters = self.unlike.parameters(request.state.request.query, get_connector)
        query = read_query(parameters, get_connector)
        call = next(self._calls)

        def read() -> Any:
            if get_connector.own_table is None and get_connector.select is not None:
                self.books.make()
            return read_page(
                self.database,
                get_connector,
                query,
                language=language,
                call=call,
                cell_budget=self.conditions.cell_budget,
                style=self.conditions.style,
                unlike=self.unlike,
                now=self.app_connector.clock.now,
            )

        page = await run_in_threadpool(read)
        request.state.cost = (page.cells, page.skipped)
        if len(page.body) > self.conditions.largest_answer:
            return empty(413)
        answer = Answer(200, page.body, {"Content-Type": "application/json; charset=utf-8"})
        answer = self.unlike.answer(answer, page.rows, call)
        return self.unlike.remembered(get_connector, parameters, answer)

    async def profit_version(self, request: Request, language: str) -> Answer:
        """Tell the version of Profit."""
        return _json({"version": PROFIT_VERSION})

    async def token(self, request: Request, language: str) -> Answer:
        """Give an OAuth token for client credentials."""
        return self.app_connector.grant(await request.body())

    def log_reference(self, request: RecordedRequest | None = None) -> str:
        """Return the next profitLogReference, and note it with its request."""
        reference = md5(f"{self.seed} {next(self._errors)}".encode(), usedforsecurity=False).hexdigest().upper()
        if request is not None:
            request.log_reference = reference
        return reference

    def _named(self, request: Request) -> GetConnector:
        return self.app_connector.serve(request.path_params["name"])


def language_of(accept_language: str) -> str:
    """Return `nl` or `en` for an Accept-Language header; default is Dutch, the environment's own.

    AFAS takes en-us, nl-nl, nl-be, fr-fr and de-de [OAS, official]; the sandbox has no French and German texts.
    """
    first = accept_language.split(",")[0].split(";")[0].strip().lower()
    return "en" if first.startswith("en") else "nl"


class _Collected:
    """Takes what an ASGI application sends and keeps it as one answer."""

    def __init__(self) -> None:
        self.answer = Answer(500, b"", {})

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
            self.answer = Answer(message["status"], b"", headers)
        else:
            self.answer = replace(self.answer, body=self.answer.body + message.get("body", b""))


async def _send(answer: Answer, send: Send, cut: bool) -> None:
    headers = {name.lower(): value for name, value in {**HEADERS, **answer.headers}.items()}
    headers.setdefault("content-length", str(len(answer.body)))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = answer.body[: len(answer.body) // 2] if cut else answer.body
    # To leave a cut answer unfinished makes uvicorn close the connection.
    await send({"type": "http.response.body", "body": body, "more_body": cut})


def _reset(transport: asyncio.Transport) -> None:
    """End a connection at once, with a TCP reset."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    transport.abort()


def _json(value: Any) -> Answer:
    return Answer(200, as_json(value), {"Content-Type": "application/json; charset=utf-8"})


async def _not_found(request: Request, error: Exception) -> Response:
    answer = empty(404)
    return Response(answer.body, answer.status, answer.headers)


async def _bad_request(request: Request, error: Exception) -> Response:
    # A method that an address does not take is a bad request [our guess].
    answer = empty(400)
    return Response(answer.body, answer.status, answer.headers)
