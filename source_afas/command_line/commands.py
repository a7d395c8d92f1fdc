"""The commands `check`, `discover` and `read`; the console script begins in `run.py`."""

import logging
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from airbyte_cdk.logger import PRINT_BUFFER, is_platform_debug_log_enabled
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import cdk
from source_afas.command_line.entrypoint import Entrypoint, presentable
from source_afas.command_line.files import file, json_in, settings_in
from source_afas.command_line.signals import WRITING
from source_afas.source import SourceAfas

if TYPE_CHECKING:
    from source_afas.command_line.terminal import Terminal


def main(arguments: Namespace) -> None:
    """Run a command, and exit with 1 where it fails."""
    cdk.write_under(WRITING)
    terminal = _terminal()
    with PRINT_BUFFER:
        try:
            for message in _messages(arguments, terminal):
                print(f"{cdk.message_to_string(message)}\n", end="")
            PRINT_BUFFER.flush()
        except Exception as error:
            _fail(error, terminal)


def _messages(arguments: Namespace, terminal: "Terminal | None") -> Iterable[AirbyteMessage]:
    """Run a command; yield what it has to say."""
    source = SourceAfas()
    source.writes_pages = True
    entrypoint = Entrypoint(source, terminal=terminal)
    entrypoint.put_log_right()
    level = logging.DEBUG if arguments.debug or is_platform_debug_log_enabled() else logging.INFO
    for logger in (logging.getLogger("airbyte"), entrypoint.logger):
        logger.setLevel(level)

    def named(option: str, read: Callable[[str], Any]) -> Any:
        path = getattr(arguments, option, None)
        return file(option, path, _SHAPES[option], read) if path else None

    # All files before the first request: what is wrong with the last one is said at once, too.
    catalog, config, state = named("catalog", _catalog), named("config", settings_in), named("state", _states)
    specification = source.spec(source.logger)
    if arguments.command == "check":
        return entrypoint.check(specification, config)
    if arguments.command == "discover":
        return entrypoint.discover(specification, config)
    return entrypoint.read(specification, config, catalog, state or [])


def _terminal() -> "Terminal | None":
    """Return standard error where a person looks at it."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        return None
    from source_afas.command_line.terminal import Terminal

    return Terminal()


def _fail(error: Exception, terminal: "Terminal | None") -> NoReturn:
    """Say what went wrong, and end: the threads that read may wait for room in a queue that nobody empties any more."""
    reader_is_gone = isinstance(error, BrokenPipeError)
    if not isinstance(error, AirbyteTracedException):
        error = AirbyteTracedException.from_exception(error)
    message = presentable(error.as_sanitized_airbyte_message())
    with suppress(OSError):  # whoever read standard output may be gone
        print(cdk.message_to_string(message))
        PRINT_BUFFER.flush()
    if terminal and not reader_is_gone and message.trace and message.trace.error:
        terminal.say_error(message.trace.error)
    os._exit(1)


def _catalog(path: str) -> ConfiguredAirbyteCatalog:
    return ConfiguredAirbyteCatalogSerializer.load(json_in(path))


def _states(path: str) -> list[AirbyteStateMessage]:
    states = [AirbyteStateMessageSerializer.load(state) for state in json_in(path) or ()]
    if any(not (state.stream or state.data or state.global_) for state in states):
        raise ValueError("a state of nothing")
    ConnectorStateManager(states)  # raises where one is of a kind that the CDK does not go on from
    return states


_GUIDE = "https://docs.airbyte.com/integrations/sources/afas#without-airbyte"

_SHAPES = {
    "config": "a JSON object with the configuration",
    "catalog": 'a configured catalog, {"streams": [{"stream": …, "sync_mode": …, "destination_sync_mode": …}]}, as '
    f"the guide makes one of what discover prints ({_GUIDE})",
    "state": f"a JSON list of what stands under `state` in STATE lines ({_GUIDE})",
}
