"""Everything in which this source reaches into the CDK, beyond the public members that it calls and overrides.

A member that is missing would not be missed: rows would be read without what it is for. So `require` looks for each of
them before anything is read. Nothing here imports the CDK before it is called for.
"""

import threading
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from source_afas.afas.exact_json import dumps

if TYPE_CHECKING:
    from airbyte_cdk.models import AirbyteMessage


@dataclass(frozen=True)
class Hook:
    """A member of the CDK, or of what it brings along, that this source changes or counts on."""

    module: str
    member: str
    why: str
    until: str
    """What the CDK would have to offer for the hook to go."""


HOOKS = (
    Hook(
        "airbyte_cdk.entrypoint",
        "AirbyteEntrypoint.airbyte_message_to_string",
        "Hosts that run the source in their own process write its rows with it. It knows no Decimal, and leaves out "
        "fields that are null. Replaced for our rows alone: `write_rows_exactly`.",
        "A serializer that a source may choose.",
    ),
    Hook(
        "airbyte_cdk.logger",
        "PRINT_BUFFER.lock",
        "Threads log through this buffer while pages are written to standard output directly. One lock for both, which "
        "a signal waits for, too, keeps every line whole: `write_under`.",
        "A way to write bytes between messages.",
    ),
    Hook(
        "airbyte_cdk.logger",
        "LOGGING_CONFIG",
        "A Singer tap logs to standard error, and the CDK sets its log up anew time and again: `log_to`.",
        "A log handler that a host may choose.",
    ),
    Hook(
        "airbyte_cdk.sources.concurrent_source.concurrent_source",
        "ConcurrentSource.create",
        "Streams are read side by side by our own ConcurrentSource, so that all workers but one may read ahead.",
        "A setting for it in the manifest's concurrency_level.",
    ),
    Hook(
        "airbyte_cdk.sources.message.concurrent_repository",
        "ConcurrentMessageRepository",
        "States and rows share one queue: a state comes after the rows that it covers.",
        "As above.",
    ),
    Hook(
        "airbyte_cdk.sources.declarative.resolvers.http_components_resolver",
        "HttpComponentsResolver",
        "Fills in the manifest's stream template for each GetConnector, so that streams may have cursors of ours.",
        "A custom cursor in the manifest.",
    ),
)


def require() -> None:
    """Raise `RuntimeError` in one sentence if the CDK lacks a hook."""
    for hook in HOOKS:
        try:
            found: Any = import_module(hook.module)
            for name in hook.member.split("."):
                found = getattr(found, name)
        except (ImportError, AttributeError):
            raise RuntimeError(
                f"source-afas cannot work with airbyte-cdk {version('airbyte-cdk')}, which has no {hook.module}."
                f"{hook.member}: install the newest airbyte-cdk below 8."
            ) from None


class ExactRow(dict[str, Any]):
    """A row on its way through a host's process: written digit for digit, empty fields as null."""


def message_to_string(message: "AirbyteMessage") -> str:
    """Return a message as one line of JSON, decimals digit for digit and empty fields of rows as null."""
    from airbyte_cdk.models import AirbyteMessageSerializer

    written = AirbyteMessageSerializer.dump(message)
    if message.record:
        written["record"]["data"] = message.record.data
    return dumps(written).decode()


def write_rows_exactly() -> None:
    """Have the CDK's entrypoint write our rows exactly, whichever process it runs in; those of others as before."""
    from airbyte_cdk.entrypoint import AirbyteEntrypoint

    of_others = AirbyteEntrypoint.airbyte_message_to_string
    if getattr(of_others, "writes_rows_exactly", False):
        return

    def to_string(message: "AirbyteMessage") -> str:
        ours = message.record is not None and isinstance(message.record.data, ExactRow)
        return message_to_string(message) if ours else of_others(message)

    to_string.writes_rows_exactly = True  # type: ignore[attr-defined]
    AirbyteEntrypoint.airbyte_message_to_string = staticmethod(to_string)  # type: ignore[assignment]


def write_under(lock: "threading.RLock") -> None:
    """Have the CDK write its lines while it holds a lock."""
    from airbyte_cdk.logger import PRINT_BUFFER

    PRINT_BUFFER.lock = lock


def log_to(handler: dict[str, Any], formatter: dict[str, Any]) -> None:
    """Have the CDK log through a handler, described as `logging.config` wants it."""
    from airbyte_cdk.logger import LOGGING_CONFIG, init_logger

    LOGGING_CONFIG["formatters"] = {"lines": formatter}
    LOGGING_CONFIG["handlers"] = {"console": {**handler, "formatter": "lines"}}
    init_logger("airbyte")


def skip_attribute_remarks() -> None:
    """Spare serpyco, with which the CDK writes messages, the source text of every message's class.

    It parses them all for the remarks on their attributes, which nobody sees: half a second of each start. To be called
    in a process of ours alone, before the CDK is imported; it could go if the CDK built its serializers when they are
    first used.
    """
    try:
        import attributes_doc
    except ImportError:
        return
    attributes_doc.get_attributes_doc = lambda cls: {}
