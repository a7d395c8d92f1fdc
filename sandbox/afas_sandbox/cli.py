"""The command line: `afas-sandbox serve`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence

from afas_sandbox.admin import about
from afas_sandbox.latency import Latency
from afas_sandbox.sandbox import Sandbox
from afas_sandbox.unlike import SWITCHES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = _parser().parse_args(arguments)
    if given.command == "unlike":
        print("\n".join(f"{each.kind:>2}  {each.name:<32}{each.says}" for each in SWITCHES.values()))
        return 0
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())
    sandbox = Sandbox(seed=given.seed, entries=given.entries, port=given.port, profit_6=given.profit_6)
    sandbox.latency = Latency(
        per_call=given.latency_ms / 1000,
        per_1000_cells=given.latency_ms_per_1000_cells / 1000,
        per_1000_skipped=given.latency_ms_per_1000_skipped / 1000,
    )
    sandbox.at_most = given.at_most
    try:
        sandbox.unlike(*given.unlike)
    except LookupError as error:
        print(f"{error.args[0]}.", file=sys.stderr)
        return 2
    try:
        sandbox.start()
    except OSError as error:
        print(f"Port {given.port} cannot be served: {error.strerror}.", file=sys.stderr)
        return 1
    with sandbox:
        # Before anything is printed: who reads the address finds the rows ready.
        sandbox.books.make()
        facts = about(sandbox)
        print(json.dumps(facts) if given.json else _plainly(facts), flush=True)
        while not stopped.wait(3600):
            pass
        _end_at_once()
    return 0


def _end_at_once() -> None:
    """End the process with exit code 0: without closing the database, and without the interpreter's own ending.

    A worker thread may still be inside DuckDB, for a request whose client waits. To close the database fails then, and
    the interpreter would end that thread by force, which C++ answers with `terminate called …`. Nothing is left to tidy
    up: all of it was in memory, and the system closes the connections.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _plainly(facts: dict[str, str]) -> str:
    names = {
        "base_url": "Base URL",
        "token": "Token",
        "client_id": "OAuth client id",
        "client_secret": "OAuth client secret",
        "environment": "Environment",
        "admin_url": "Admin address",
    }
    lines = [f"{names[key] + ':':<21}{value}" for key, value in facts.items()]
    return "\n".join([*lines, "Ctrl-C stops it."])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="afas-sandbox", description="AFAS Profit's REST service on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve until it is stopped, on 127.0.0.1 only")
    serve.add_argument("--port", type=int, default=0, help="default: one that the system chooses")
    serve.add_argument("--seed", type=int, default=1, help="the same seed gives the same rows (default %(default)s)")
    serve.add_argument("--entries", type=int, default=20_000, help="entry lines (default %(default)s)")
    serve.add_argument("--latency-ms", type=float, default=0, help="milliseconds that every answer takes")
    serve.add_argument("--latency-ms-per-1000-cells", type=float, default=0, help="on top, per 1,000 rows times fields")
    serve.add_argument("--latency-ms-per-1000-skipped", type=float, default=0, help="on top, per 1,000 rows skipped")
    serve.add_argument("--at-most", type=int, help="requests at a time before a row lock is the answer")
    serve.add_argument("--profit-6", action="store_true", help="write numbers and pages as Profit 6 did")
    serve.add_argument(
        "--unlike",
        action="append",
        default=[],
        metavar="SWITCH",
        help="be unlike the reference in this; may be repeated",
    )
    serve.add_argument("--json", action="store_true", help="print one line of JSON, for scripts")
    commands.add_parser("unlike", help="list the switches of `serve --unlike`")
    return parser
