"""`read`: a sync of the streams in a catalog."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from queue import Queue
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    FailureType,
    Level,
    StreamDescriptor,
    SyncMode,
    Type,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import cdk
from source_afas.afas import environment
from source_afas.afas.errors import config_error, transient_error
from source_afas.components import Components
from source_afas.reading.settings import Settings, as_set

LARGEST_QUEUE = 10_000
"""Messages on their way from the threads that read to the one that writes."""


def sync(
    components: Components,
    catalog: ConfiguredAirbyteCatalog,
    state: list[AirbyteStateMessage],
    logger: logging.Logger,
) -> Iterator[AirbyteMessage]:
    """Yield the messages of a sync.

    Raises an `AirbyteTracedException` at its end that names the streams that failed; each has an error of its own.
    """
    _warn(catalog, state, logger)
    offered, gone = _offered(components, catalog)
    failed, transient = [stream.name for stream in gone], not gone
    for stream in gone:
        # The CDK alone would end such a stream without a word.
        yield stream_status(stream, AirbyteStreamStatus.INCOMPLETE)
        yield _not_offered(components, stream.name).as_airbyte_message(StreamDescriptor(name=stream.name))
    for part in _in_order(offered, components.config):
        try:
            for message in _messages(components, part, state, logger):
                error = message.trace.error if message.trace else None
                if error and error.stream_descriptor:
                    failed.append(error.stream_descriptor.name)
                    transient &= error.failure_type is FailureType.transient_error
                yield message
        except AirbyteTracedException as error:
            # The CDK's summary of a sync repeats its errors as Python would show them, and blames the user for all.
            if not failed:
                raise error
    if failed:
        names = ", ".join(dict.fromkeys(failed))
        raise (transient_error if transient else config_error)(
            f"Not read to the end, as their own errors say: {names}."
        )


def _messages(
    components: Components,
    catalog: ConfiguredAirbyteCatalog,
    state: list[AirbyteStateMessage],
    logger: logging.Logger,
) -> Iterator[AirbyteMessage]:
    """Yield the messages of streams that are read side by side."""
    queue: Queue[QueueItem] = Queue(maxsize=LARGEST_QUEUE)
    messages = ConcurrentMessageRepository(queue, InMemoryMessageRepository(Level.INFO))
    names = [configured.stream.name for configured in catalog.streams]
    in_full = {s.stream.name for s in catalog.streams if s.sync_mode is SyncMode.full_refresh}
    of_these = replace(components.only(names), message_repository=messages)
    made = {s.name: s for s in of_these.streams(ConnectorStateManager(state), in_full)}
    reading = ConcurrentSource.create(
        num_workers=components.workers,
        # Most streams are one page, which the thread that plans a stream reads. One thread is enough for reading on.
        initial_number_of_partitions_to_generate=components.workers - 1,
        logger=logger,
        slice_logger=DebugSliceLogger(),
        message_repository=messages,
        queue=queue,
    )
    for message in reading.read([made[name] for name in names]):
        if message.type is Type.RECORD and message.record:
            message.record.data = cdk.ExactRow(message.record.data)
        yield message


def _offered(
    components: Components, catalog: ConfiguredAirbyteCatalog
) -> tuple[ConfiguredAirbyteCatalog, list[AirbyteStream]]:
    """Return the catalog without the streams that the app connector does not open, and those streams."""
    opened = components.get_connectors.app_connector().get_connectors
    return (
        ConfiguredAirbyteCatalog(streams=[s for s in catalog.streams if s.stream.name in opened]),
        [s.stream for s in catalog.streams if s.stream.name not in opened],
    )


def _warn(catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage], logger: logging.Logger) -> None:
    """Warn of a catalog, and of states, that may not be meant. Raises a configuration error for a stream twice."""
    names = [configured.stream.name for configured in catalog.streams]
    if not names:
        logger.warning("The catalogue holds no streams: nothing is read.")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise config_error(f"The catalogue holds {', '.join(twice)} more than once.")
    for configured in catalog.streams:
        modes = configured.stream.supported_sync_modes or []
        if configured.sync_mode is SyncMode.incremental and SyncMode.incremental not in modes:
            logger.warning(f"{configured.stream.name} has no cursor: it is read in full, not incrementally.")
    # A platform passes the states of streams that are no longer chosen, too.
    states = [s.stream.stream_descriptor.name for s in state if s.stream]
    if states and not set(names).intersection(states):
        logger.warning(
            f"The state is of {', '.join(states[:5])}, and of no stream in the catalogue: all are read from the "
            "beginning. Does it belong to this source?"
        )


def _not_offered(components: Components, *names: str) -> AirbyteTracedException:
    return config_error(
        f"The app connector of {environment.describe(components.config)} does not open {', '.join(names)}. Was it "
        "renamed or taken out in Profit? Add it under Algemeen > Beheer > App connector, or refresh the schema."
    )


def _in_order(catalog: ConfiguredAirbyteCatalog, config: Mapping[str, Any]) -> list[ConfiguredAirbyteCatalog]:
    """Return a catalog in the parts that are read one after the other: changed booking days before their rows."""
    names = {s.stream.name for s in catalog.streams}
    days = {as_set(Settings.of(config, name).entry, {}) for name in names}
    first = {tracking.changed_days.lower() for tracking in days if tracking}
    parts = (
        [s for s in catalog.streams if s.stream.name.lower() in first],
        [s for s in catalog.streams if s.stream.name.lower() not in first],
    )
    return [ConfiguredAirbyteCatalog(streams=part) for part in parts if part]
