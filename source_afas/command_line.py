"""The commands `check`, `discover` and `read`, as the CDK runs them; the console script begins in `run.py`."""

import logging
import os
import re
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

from airbyte_cdk.connector import BaseConnector
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConnectorSpecification,
    FailureType,
    StreamDescriptor,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager, HashableStreamDescriptor
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.exact_json import message_to_string
from source_afas.files import file, json_in, settings_in
from source_afas.signals import WRITING
from source_afas.source import SourceAfas
from source_afas.writer import PageMessage, write

if TYPE_CHECKING:
    from source_afas.terminal import Terminal


def main(arguments: Namespace) -> None:
    """Run a command, and exit with 1 where it fails."""
    BaseConnector._read_json_file = staticmethod(json_in)  # type: ignore[method-assign]
    PRINT_BUFFER.lock = WRITING
    terminal = _terminal()
    with PRINT_BUFFER:
        try:
            entrypoint = Entrypoint(_source(arguments), terminal=terminal)
            entrypoint.put_log_right()
            for line in entrypoint.run(arguments):
                print(f"{line}\n", end="")
            PRINT_BUFFER.flush()
        except Exception as error:
            _fail(error, terminal)


def _terminal() -> "Terminal | None":
    """Return standard error where a person looks at it."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        return None
    from source_afas.terminal import Terminal

    return Terminal()


def _fail(error: Exception, terminal: "Terminal | None") -> NoReturn:
    """Say what went wrong, and end: the threads that read may wait for room in a queue that nobody empties any more."""
    reader_is_gone = isinstance(error, BrokenPipeError)
    if not isinstance(error, AirbyteTracedException):
        error = AirbyteTracedException.from_exception(error)
    message = _presentable(error.as_sanitized_airbyte_message())
    with suppress(OSError):  # whoever read standard output may be gone
        print(message_to_string(message))
        PRINT_BUFFER.flush()
    if terminal and not reader_is_gone and message.trace and message.trace.error:
        terminal.say_error(message.trace.error)
    os._exit(1)


class Entrypoint(AirbyteEntrypoint):
    """The CDK's entrypoint, for rows that come as pages.

    It leaves out the CDK's own validation: the source's names the key and what is expected.
    """

    def __init__(
        self, source: SourceAfas, write: Callable[[PageMessage], None] = write, terminal: "Terminal | None" = None
    ) -> None:
        super().__init__(source)
        self._write = write
        self._terminal = terminal
        self._rows: defaultdict[str, int] = defaultdict(int)

    def put_log_right(self) -> None:
        """Spare the log what it should not repeat, and tell it of the rows in pages."""
        for handler in logging.getLogger().handlers:
            handler.addFilter(_without_traceback_of_known_faults)
            handler.addFilter(self._with_rows_of_pages)

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Leave it to the source."""

    def check(self, source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> Iterable[AirbyteMessage]:
        """Yield the messages of a check."""
        for message in super().check(source_spec, config):
            yield message
            if self._terminal:
                self._terminal.say_status(message)

    def read(
        self, source_spec: ConnectorSpecification, config: Mapping[str, Any], catalog: Any, state: list[Any]
    ) -> Iterable[AirbyteMessage]:
        """Write the pages of a sync and yield its other messages; count the rows as the CDK counts records."""
        self.set_up_secret_filter(config, source_spec.connectionSpecification)
        counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
        messages: Iterable[AirbyteMessage] = chain(
            self.source.read(self.logger, config, catalog, state), self._emit_queued_messages(self.source)
        )
        for message in self._terminal.watching(messages, len(catalog.streams)) if self._terminal else messages:
            if isinstance(message, PageMessage):
                if message.stream not in self._rows:
                    self.logger.info(f"Marking stream {message.stream} as RUNNING")
                    yield as_airbyte_message(StreamDescriptor(name=message.stream), AirbyteStreamStatus.RUNNING)
                counts[HashableStreamDescriptor(name=message.stream, namespace=None)] += len(message.page)
                self._rows[message.stream] += len(message.page)
                self._write(message)
            else:
                yield _presentable(self.handle_record_counts(message, counts))
            self._memory_monitor.check_memory_usage()

    def _with_rows_of_pages(self, record: logging.LogRecord) -> bool:
        """Put the rows that went out as pages into the CDK's closing line of a stream, which knows of none."""
        if isinstance(record.msg, str) and (line := _READ.fullmatch(record.msg)):
            record.msg = f"Read {self._rows[line[1]]} records from {line[1]} stream"
        return True


_READ = re.compile("Read 0 records from (.+) stream")


def _source(arguments: Namespace) -> SourceAfas:
    """Return the source for a command; the CDK wants to know all its files before it begins."""

    def named(option: str, read: Callable[[str], Any]) -> Any:
        path = getattr(arguments, option, None)
        return file(option, path, _SHAPES[option], read) if path else None

    source = SourceAfas(
        catalog=named("catalog", SourceAfas.read_catalog),
        config=named("config", settings_in),
        state=named("state", _states),
    )
    source.pages = True
    return source


def _states(path: str) -> list[AirbyteStateMessage]:
    states = SourceAfas.read_state(path)
    ConnectorStateManager(states)  # raises where one is of a kind that the CDK does not go on from
    return states


_SHAPES = {
    "config": "a JSON object with the configuration",
    "catalog": 'a configured catalog, {"streams": [{"stream": …, "sync_mode": …, "destination_sync_mode": …}]}, as '
    'the guide makes one of what discover prints (docs/afas.md, "Without Airbyte")',
    "state": 'a JSON list of what stands under `state` in STATE lines (docs/afas.md, "Without Airbyte")',
}


def _presentable(message: AirbyteMessage) -> AirbyteMessage:
    """Take the traceback out of a fault that we have words for: it would only hide them. No fault tells a secret."""
    error = message.trace.error if message.trace else None
    if error:
        known = error.failure_type in (FailureType.config_error, FailureType.transient_error)
        error.stack_trace = None if known else filter_secrets(error.stack_trace or "")
        error.message = filter_secrets(error.message)
        error.internal_message = filter_secrets(error.internal_message or "")
    return message


def _without_traceback_of_known_faults(record: logging.LogRecord) -> bool:
    if record.exc_info and isinstance(record.exc_info[1], AirbyteTracedException):
        record.exc_info = None
    return True
