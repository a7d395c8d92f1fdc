"""The command line: `source-afas spec | check | discover | read`."""

import ctypes
import logging
import signal
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification, FailureType
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.errors import config_error
from source_afas.exact_json import message_to_string
from source_afas.page_message import PageMessage
from source_afas.source import SourceAfas


def run() -> None:
    """Run the command that the arguments name; the console script `source-afas`."""
    # Python's own way with Ctrl-C is a traceback, and a wait for the requests that are under way.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _return_memory()
    AirbyteEntrypoint.airbyte_message_to_string = staticmethod(_lines)  # type: ignore[assignment]
    arguments = Entrypoint.parse_args(sys.argv[1:] or ["--help"])
    with PRINT_BUFFER:
        try:
            entrypoint = Entrypoint(_source(arguments))
            for handler in logging.getLogger().handlers:
                handler.addFilter(_without_traceback_of_known_faults)
            for line in entrypoint.run(arguments):
                print(f"{line}\n", end="")
        except Exception as error:
            if not isinstance(error, AirbyteTracedException):
                error = AirbyteTracedException.from_exception(error)
            print(message_to_string(_without_traceback(error.as_sanitized_airbyte_message())))
            sys.exit(1)


class Entrypoint(AirbyteEntrypoint):
    """The CDK's entrypoint, without its own validation: the source's names the key and what is expected."""

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Leave it to the source."""

    def read(
        self, source_spec: ConnectorSpecification, config: Mapping[str, Any], catalog: Any, state: list[Any]
    ) -> Iterable[AirbyteMessage]:
        """Yield the messages of a sync, counting the rows of pages as the CDK counts records."""
        self.set_up_secret_filter(config, source_spec.connectionSpecification)
        counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
        for message in chain(
            self.source.read(self.logger, config, catalog, state), self._emit_queued_messages(self.source)
        ):
            if isinstance(message, PageMessage):
                counts[HashableStreamDescriptor(name=message.stream, namespace=None)] += message.rows
                yield message
            else:
                yield _without_traceback(self.handle_record_counts(message, counts))
            self._memory_monitor.check_memory_usage()


def _return_memory() -> None:
    """Have the C library give pages back: by its own lights it keeps a hundred megabytes of them for each thread."""
    try:
        c_library = ctypes.CDLL(None)
        c_library.mallopt(_M_ARENA_MAX, 1)
        c_library.mallopt(_M_MMAP_THRESHOLD, 1_000_000)
    except (OSError, AttributeError):
        return  # not the GNU C library


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Numbers of the GNU C library's malloc.h."""


def _lines(message: AirbyteMessage) -> str:
    """Return a message as a line of JSON, a page as its lines."""
    if isinstance(message, PageMessage):
        message.written()
        return message.lines.decode().removesuffix("\n")
    return message_to_string(message)


def _source(arguments: Namespace) -> SourceAfas:
    """Return the source for a command; the CDK wants to know all its files before it begins."""

    def file(option: str, read: Any) -> Any:
        path = getattr(arguments, option, None)
        if not path:
            return None
        try:
            return read(path)
        except OSError as error:
            raise config_error(f"--{option} {path} cannot be read: {error.strerror}.") from None
        except Exception:
            raise config_error(f"--{option} {path} is not what it should be: {_SHAPES[option]}.") from None

    source = SourceAfas(
        catalog=file("catalog", SourceAfas.read_catalog),
        config=file("config", SourceAfas.read_config),
        state=file("state", SourceAfas.read_state),
    )
    source.pages = True
    return source


_SHAPES = {
    "config": "a JSON object with the configuration",
    "catalog": 'a configured catalog, {"streams": [{"stream": …, "sync_mode": …, "destination_sync_mode": …}]}, as '
    'the guide makes one of what discover prints (docs/afas.md, "Without Airbyte")',
    "state": 'a JSON list of what stands under `state` in STATE lines (docs/afas.md, "Without Airbyte")',
}


def _without_traceback(message: AirbyteMessage) -> AirbyteMessage:
    """Take the traceback out of a fault that we have words for: it would only hide them."""
    error = message.trace.error if message.trace else None
    if error and error.failure_type in (FailureType.config_error, FailureType.transient_error):
        error.stack_trace = None
    return message


def _without_traceback_of_known_faults(record: logging.LogRecord) -> bool:
    if record.exc_info and isinstance(record.exc_info[1], AirbyteTracedException | BaseBackoffException):
        record.exc_info = None
    return True
