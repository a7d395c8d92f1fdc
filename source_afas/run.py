"""The command line: `source-afas spec | check | discover | read`."""

import logging
import signal
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification, FailureType
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.errors import config_error
from source_afas.exact_json import message_to_string
from source_afas.source import SourceAfas


def run() -> None:
    """Run the command that the arguments name; the console script `source-afas`."""
    # Python's own way with Ctrl-C is a traceback, and a wait for the requests that are under way.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = Entrypoint.parse_args(sys.argv[1:] or ["--help"])
    with PRINT_BUFFER:
        try:
            entrypoint = Entrypoint(_source(arguments))
            for handler in logging.getLogger().handlers:
                handler.addFilter(_without_traceback_of_known_faults)
            for line in entrypoint.run(arguments):
                print(f"{line}\n", end="")
        except AirbyteTracedException as error:
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
        """Yield the messages of a sync."""
        return map(_without_traceback, super().read(source_spec, config, catalog, state))


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

    return SourceAfas(
        catalog=file("catalog", SourceAfas.read_catalog),
        config=file("config", SourceAfas.read_config),
        state=file("state", SourceAfas.read_state),
    )


_SHAPES = {
    "config": "a JSON object with the configuration",
    "catalog": "a configured catalog in JSON, as the Airbyte protocol has it",
    "state": "a JSON list of state messages, as the Airbyte protocol has it",
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
