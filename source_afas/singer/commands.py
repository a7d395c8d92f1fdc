"""The commands of `tap-afas`: discover, test, and a sync, from Airbyte's messages to Singer's.

Standard output holds Singer's messages alone. What else there is to tell goes to standard error, a line each.
"""

import json
import logging
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer, AirbyteStreamStatus, Status, Type
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import cdk
from source_afas.command_line.entrypoint import Entrypoint
from source_afas.command_line.files import file, json_in, settings_in
from source_afas.reading.page_message import PageMessage
from source_afas.singer.catalog import Selected, configured, selected, to_singer
from source_afas.singer.messages import STATE, Messages, OutputClosedError, name_in
from source_afas.source import SourceAfas

logger = logging.getLogger("airbyte")


def main(arguments: Namespace) -> int:
    """Run a command; return its exit code."""
    _log_to_standard_error()
    try:
        with redirect_stdout(sys.stderr):
            return _run(arguments)
    except AirbyteTracedException as error:
        logger.error(error.message or error.internal_message)
    except OutputClosedError as error:
        logger.error(f"Standard output takes no more: {error}. Did the loader fail?")
        # The threads that read wait for room that nobody makes any more.
        os._exit(1)
    except Exception:
        logger.exception("Something went wrong that this tap has no words for.")
    return 1


def _run(arguments: Namespace) -> int:
    config = file("config", arguments.config, "a JSON object with the settings", settings_in)
    if arguments.test:
        return _test(config)
    if arguments.discover:
        print(json.dumps(_discover(config), ensure_ascii=False, indent=2), file=sys.__stdout__)
        return 0
    streams = _selected(arguments.catalog) if arguments.catalog else selected(_discover(config))
    if not streams:
        logger.warning("The catalog selects no stream: nothing is read.")
        return 0
    return _sync(config, streams, _states(arguments.state))


def _test(config: Mapping[str, Any]) -> int:
    source = SourceAfas(config=config)
    result = _entrypoint(source, config).source.check(source.logger, config)
    if result.status is Status.SUCCEEDED:
        return 0
    logger.error(result.message)
    return 1


def _discover(config: Mapping[str, Any]) -> dict[str, Any]:
    source = SourceAfas(config=config)
    return to_singer(_entrypoint(source, config).source.discover(source.logger, config))


def _sync(config: Mapping[str, Any], streams: list[Selected], states: list[dict[str, Any]]) -> int:
    catalog = configured(streams)
    known = [AirbyteStateMessageSerializer.load(state) for state in states]
    source = SourceAfas(catalog, config, known)
    source.writes_pages = True
    messages = Messages(streams, states)
    entrypoint = _entrypoint(source, config, messages.page)
    for message in entrypoint.read(source.spec(source.logger), config, catalog, known):
        _pass_on(message, messages)
    for name in sorted(messages.unwritten):
        logger.error(f"{name} has no fields in the catalog: AFAS refused it then. Discover again: it has rows now.")
    return 1 if messages.unwritten else 0


def _pass_on(message: AirbyteMessage, messages: Messages) -> None:
    if message.type is Type.STATE:
        messages.state(message)
    elif message.log:
        logger.log(getattr(logging, message.log.level.value, logging.INFO), message.log.message)
    elif message.trace and message.trace.error:
        logger.error(message.trace.error.message)
    elif (told := message.trace and message.trace.stream_status) and told.status is AirbyteStreamStatus.COMPLETE:
        # A stream without rows is a table all the same.
        messages.schema(told.stream_descriptor.name)


def _entrypoint(
    source: SourceAfas, config: Mapping[str, Any], write: Callable[[PageMessage], None] | None = None
) -> Entrypoint:
    """Return the CDK's way to run a source, with the secrets kept out of the log."""
    entrypoint = Entrypoint(source, write) if write else Entrypoint(source)
    entrypoint.set_up_secret_filter(config, source.spec(source.logger).connectionSpecification)
    entrypoint.put_log_right()
    return entrypoint


# What the arguments name


def _selected(path: str) -> list[Selected]:
    shape = "a Singer catalog, as `tap-afas --discover` prints one"
    streams: list[Selected] = file("catalog", path, shape, lambda path: selected(json_in(path)))
    return streams


def _states(path: str | None) -> list[dict[str, Any]]:
    """Return Airbyte's states in a Singer state; none where it is of another tap."""
    if not path:
        return []
    value = file("state", path, "the JSON value of a STATE message", json_in)
    if not value:
        return []
    try:
        states: list[dict[str, Any]] = value[STATE]
        for state in states:
            name_in(state)
            AirbyteStateMessageSerializer.load(state)
    except Exception:
        logger.warning(f"--state {path} is not a state of this tap: everything is read from the beginning.")
        return []
    return states


# The log


class _Line(logging.Formatter):
    """A line that holds no secret."""

    def format(self, record: logging.LogRecord) -> str:
        return filter_secrets(super().format(record))


def _log_to_standard_error() -> None:
    """Have the CDK write lines to standard error, and not messages to standard output."""
    cdk.log_to(
        {"class": "logging.StreamHandler", "stream": sys.__stderr__},
        {"()": _Line, "format": "%(levelname)s %(message)s"},
    )
