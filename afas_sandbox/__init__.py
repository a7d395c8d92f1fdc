"""AFAS Profit's REST service on a developer's own machine.

    from afas_sandbox import Sandbox

A development tool: strict where AFAS is strict, with books that add up and misbehaviour to order. docs/sandbox.md is
its page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afas_sandbox.entries import EntryKey
    from afas_sandbox.errors import Fault
    from afas_sandbox.latency import Latency
    from afas_sandbox.reply import Reply
    from afas_sandbox.request_log import RecordedRequest
    from afas_sandbox.sandbox import Sandbox

__all__ = ["EntryKey", "Fault", "Latency", "RecordedRequest", "Reply", "Sandbox"]

_HOMES = {
    "EntryKey": "entries",
    "Fault": "errors",
    "Latency": "latency",
    "RecordedRequest": "request_log",
    "Reply": "reply",
    "Sandbox": "sandbox",
}


def __getattr__(name: str) -> Any:
    """Import on first use: the command line must be able to say that a package is missing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
