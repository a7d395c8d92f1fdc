"""The handle over HTTP, on loopback: so that another process can change data, order faults and look inside.

Nothing of this exists in AFAS. GET `/_sandbox` lists what can be asked; bodies and answers are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from afas_sandbox.handle import ADMIN_PATH, Handle
from afas_sandbox.latency import Latency
from afas_sandbox.request_log import RecordedRequest
from afas_sandbox.unlike import SWITCHES

Act = Callable[[Handle, dict[str, Any]], Any]
"""What a path does: given the handle and the parameters of the request, it returns something for JSON."""


def _act(method: str, path: str, act: Act, says: str) -> tuple[str, str, Act, str]:
    return method, path, act, says


def _on_get_connectors(method: str) -> Act:
    return lambda sandbox, given: getattr(sandbox, method)(*given["get_connectors"])


ACTS: tuple[tuple[str, str, Act, str], ...] = (
    _act("GET", "/about", lambda sandbox, _: about(sandbox), "addresses, token, OAuth client, environment"),
    _act("GET", "/rows/{get_connector}", lambda sandbox, given: sandbox.rows(**given), "every row, decimals as text"),
    _act("GET", "/entries", lambda sandbox, _: [asdict(key) for key in sandbox.entry_keys()], "keys of all entries"),
    _act("GET", "/requests", lambda sandbox, given: _requests(sandbox), "the requests so far"),
    _act("DELETE", "/requests", lambda sandbox, _: sandbox.requests.clear(), "forget the requests so far"),
    _act(
        "POST", "/entries", lambda sandbox, given: asdict(sandbox.insert_entry(**given)),
        "insert one entry: fields of Profit_Transactions, or `lines`",
    ),
    _act(
        "PATCH", "/entries/{unit_id:int}/{entry_no:int}", lambda sandbox, given: sandbox.change_entry(**given),
        "change an entry, or its line `seq_no`: fields to change",
    ),
    _act(
        "DELETE", "/entries/{unit_id:int}/{entry_no:int}", lambda sandbox, given: sandbox.delete_entry(**given),
        "delete an entry",
    ),
    _act(
        "POST", "/change_entries", lambda sandbox, given: [asdict(key) for key in sandbox.change_entries(**given)],
        "change `number` entries",
    ),
    _act(
        "POST", "/renumber_accounts", lambda sandbox, given: sandbox.renumber_accounts(**given),
        "`renumbering`: old numbers to new; `touch`: whether entries count as changed",
    ),
    _act(
        "POST", "/define", lambda sandbox, given: sandbox.define(**given),
        "`get_connector`, `fields`, `rows`, `labels`, `description`",
    ),
    _act("POST", "/define_empty", lambda sandbox, given: sandbox.define_empty(**given), "`number`, `fields`"),
    _act(
        "POST", "/rows/{get_connector}", lambda sandbox, given: sandbox.insert(given["get_connector"], *given["rows"]),
        "add `rows` to a defined GetConnector",
    ),
    _act(
        "PATCH", "/rows/{get_connector}",
        lambda sandbox, given: sandbox.update(given["get_connector"], given["where"], **given["fields"]),
        "change `fields` of the rows that equal `where`",
    ),
    _act(
        "DELETE", "/rows/{get_connector}", lambda sandbox, given: sandbox.delete(**given),
        "delete the rows that equal `where`",
    ),
    *(
        _act("POST", path, _on_get_connectors(method), says)
        for path, method, says in (
            ("/open", "open", "open `get_connectors`"),
            ("/close", "close_connector", "close `get_connectors`"),
            ("/open_only", "open_only", "open `get_connectors` and nothing else"),
            ("/block", "block", "block `get_connectors`"),
            ("/unblock", "unblock", "unblock `get_connectors`"),
        )
    ),
    _act(
        "POST", "/revoke_token", lambda sandbox, given: sandbox.revoke_token(**given),
        "revoke the token; `revoked`: false undoes it",
    ),
    _act("POST", "/expire_bearers", lambda sandbox, _: sandbox.expire_bearers(), "end all OAuth tokens"),
    _act(
        "POST", "/refuse_ip", lambda sandbox, given: sandbox.refuse_ip(**given),
        "refuse this address; `refused`: false undoes it",
    ),
    _act(
        "POST", "/answer_once", lambda sandbox, given: sandbox.answer_once(**given),
        "order a fault, as Sandbox.answer_once",
    ),
    _act("POST", "/forget_faults", lambda sandbox, _: sandbox.forget_faults(), "take all ordered faults back"),
    _act("GET", "/unlike", lambda sandbox, _: _switches(sandbox), "the switches, and which are on"),
    _act("POST", "/unlike", lambda sandbox, given: sandbox.unlike(*given["switches"]), "switch on `switches`"),
    _act("DELETE", "/unlike", lambda sandbox, _: sandbox.like_the_reference(), "switch all off"),
    _act(
        "POST", "/conditions", lambda sandbox, given: _conditions(sandbox, given),
        "`latency` {per_call, per_1000_cells, per_1000_skipped}, `at_most`, `maintenance`, `cell_budget`, "
        "`largest_answer`, `command_timeout`, `now`",
    ),
)  # fmt: skip
"""Every path of the admin service: method, path, what it does, and in words."""


def admin_application(sandbox: Handle) -> Starlette:
    """Return the admin service of a sandbox."""
    routes = [Route(ADMIN_PATH + path, _endpoint(sandbox, act), methods=[method]) for method, path, act, _ in ACTS]
    return Starlette(routes=[Route(ADMIN_PATH, _overview), *routes])


def about(sandbox: Handle) -> dict[str, Any]:
    """Return what somebody needs to come in."""
    return {
        "base_url": sandbox.base_url,
        "token": sandbox.token,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "environment": sandbox.environment,
        "admin_url": sandbox.admin_url,
    }


async def _overview(request: Request) -> Response:
    return _json([{"method": method, "path": ADMIN_PATH + path, "does": says} for method, path, _, says in ACTS])


def _endpoint(sandbox: Handle, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            body = await request.body()
            given = {**(json.loads(body, parse_float=Decimal) if body else {}), **request.path_params}
            return _json(await run_in_threadpool(act, sandbox, given))
        except LookupError as error:
            return _json({"error": str(error)}, 404)
        except (TypeError, ValueError) as error:
            return _json({"error": str(error)}, 400)

    return respond


def _requests(sandbox: Handle) -> list[dict[str, Any]]:
    return [_without_secret(request) for request in list(sandbox.requests)]


def _switches(sandbox: Handle) -> list[dict[str, Any]]:
    on = sandbox.service.unlike.names
    return [
        {"name": each.name, "kind": each.kind, "says": each.says, "on": each.name in on} for each in SWITCHES.values()
    ]


def _without_secret(request: RecordedRequest) -> dict[str, Any]:
    return {**asdict(request), "headers": {**request.headers, "authorization": "..."}}


def _conditions(sandbox: Handle, given: dict[str, Any]) -> None:
    known = {"latency", "at_most", "maintenance", "cell_budget", "largest_answer", "command_timeout", "now"}
    unknown = set(given) - known
    if unknown:
        raise ValueError(f"there is no condition {', '.join(sorted(unknown))}")
    for name, value in given.items():
        if name == "latency":
            value = Latency(**{part: float(seconds) for part, seconds in value.items()})
        elif name == "now" and value is not None:
            value = datetime.fromisoformat(value)
        setattr(sandbox, name, value)


def _json(value: Any, status: int = 200) -> Response:
    text = json.dumps(
        value,
        ensure_ascii=False,
        default=lambda other: format(other, "f") if isinstance(other, Decimal) else str(other),
    )
    return Response(text + "\n", status, media_type="application/json")
