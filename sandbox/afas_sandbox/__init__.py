"""AFAS Profit's REST service on a developer's own machine.

    from afas_sandbox import Sandbox

A development tool: strict where AFAS is strict, with books that add up and misbehaviour to order. README.md is its
page. Begin to read at `service.py` for what AFAS does, at `handle.py` for what can be done to it; `sandbox.py` serves
both.
"""

from afas_sandbox.entries import EntryKey
from afas_sandbox.errors import Fault
from afas_sandbox.latency import Latency
from afas_sandbox.reply import Reply
from afas_sandbox.request_log import RecordedRequest
from afas_sandbox.sandbox import Sandbox

__all__ = ["EntryKey", "Fault", "Latency", "RecordedRequest", "Reply", "Sandbox"]
