"""The CDK's entrypoint, for rows that come as pages."""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStreamStatus,
    ConnectorSpecification,
    FailureType,
    StreamDescriptor,
)
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from airbyte_cdk.utils.memory_monitor import MemoryMonitor
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.command_line.writer import write
from source_afas.reading.page_message import PageMessage
from source_afas.source import SourceAfas

if TYPE_CHECKING:
    from source_afas.command_line.terminal import Terminal


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
        self._memory = MemoryMonitor()
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
        messages: Iterable[AirbyteMessage] = self.source.read(self.logger, config, catalog, state)
        for message in self._terminal.watching(messages, len(catalog.streams)) if self._terminal else messages:
            if isinstance(message, PageMessage):
                if message.stream not in self._rows:
                    self.logger.info(f"Marking stream {message.stream} as RUNNING")
                    yield as_airbyte_message(StreamDescriptor(name=message.stream), AirbyteStreamStatus.RUNNING)
                counts[HashableStreamDescriptor(name=message.stream, namespace=None)] += len(message.page)
                self._rows[message.stream] += len(message.page)
                self._write(message)
            else:
                yield presentable(self.handle_record_counts(message, counts))
            self._memory.check_memory_usage()

    def _with_rows_of_pages(self, record: logging.LogRecord) -> bool:
        """Put the rows that went out as pages into the CDK's closing line of a stream, which knows of none."""
        if isinstance(record.msg, str) and (line := _READ.fullmatch(record.msg)):
            record.msg = f"Read {self._rows[line[1]]} records from {line[1]} stream"
        return True


_READ = re.compile("Read 0 records from (.+) stream")


def presentable(message: AirbyteMessage) -> AirbyteMessage:
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
