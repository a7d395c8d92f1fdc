"""A GetConnector as a stream of the CDK's: what reads it, what cuts it into slices, what keeps its state."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import isodate
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.declarative.schema.caching_schema_loader_decorator import CachingSchemaLoaderDecorator
from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.declarative.stream_slicers.declarative_partition_generator import (
    DeclarativePartitionFactory,
    StreamSlicerPartitionGenerator,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, FinalStateCursor
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.stream_slicer import StreamSlicer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.reading.cursor import GetConnectorCursor, StateCursor
from source_afas.reading.get_connectors import GetConnectorsRetriever
from source_afas.reading.retriever import GetConnectorRetriever
from source_afas.reading.settings import BOOKING_DAYS
from source_afas.reading.slice import stream_slice
from source_afas.reading.slicer import Slicer
from source_afas.tracking import marks
from source_afas.tracking.booking_days import BookingDaysRetriever, BookingDaysSlicer
from source_afas.tracking.booking_days_cursor import BookingDaysCursor
from source_afas.tracking.changed_days import ChangedDays
from source_afas.tracking.cursor import TrackingCursor
from source_afas.tracking.snapshot import SnapshotRetriever


@dataclass
class StreamFactory:
    """Makes the streams of a command. The CDK's own way knows two kinds of cursor, and ours is neither."""

    state_manager: ConnectorStateManager
    message_repository: MessageRepository
    get_connectors: GetConnectorsRetriever

    def make(self, rows: GetConnectorRetriever, schema_loader: SchemaLoader, *, incremental: bool) -> DefaultStream:
        """Return the stream of a GetConnector, read in full unless `incremental`."""
        described = rows.described
        name = described.id
        cursor = self._cursor(rows) if incremental else None
        reader, slicer = self._reading(rows, cursor)
        schema_loader = CachingSchemaLoaderDecorator(schema_loader)
        factory = DeclarativePartitionFactory(name, schema_loader, reader, self.message_repository)
        final: Cursor = cursor or FinalStateCursor(name, None, self.message_repository)
        if described.fault:
            # Without metainfo it is not known whether the stream has a cursor: its state must stay as it is.
            final = NoState(name, None, self.message_repository)
        return DefaultStream(
            partition_generator=StreamSlicerPartitionGenerator(factory, slicer),
            name=name,
            json_schema=schema_loader.get_json_schema,
            primary_key=list(described.primary_key),
            cursor_field=cursor.cursor_field if cursor else None,
            logger=rows.requester.logger,
            cursor=final,
        )

    def _cursor(self, rows: GetConnectorRetriever) -> StateCursor | None:
        described, config = rows.described, rows.config
        state: dict[str, Any] = {"state_manager": self.state_manager, "message_repository": self.message_repository}
        since: dict[str, Any] = {
            "start_date": config.get("start_date"),
            "lookback": isodate.parse_duration(config.get("lookback_window") or "PT1H"),
        }
        if described.tracking and described.tracking.changes == BOOKING_DAYS:
            scope = "" if described.fault else rows.scope()
            return BookingDaysCursor(described.id, described.tracking, described.primary_key, scope, **since, **state)
        if described.tracking:
            return TrackingCursor(described.id, **state)
        if described.cursor_field:
            return GetConnectorCursor(described.id, described.cursor_field, **since, **state)
        return None

    def _reading(self, rows: GetConnectorRetriever, cursor: StateCursor | None) -> tuple[Retriever, StreamSlicer]:
        """Return what reads a stream, and what cuts it into slices."""
        tracked = rows.described.tracking
        if tracked and (cursor is None or rows.checking):
            rows.marks = marks.marks(tracked, marks.read_at())
        elif tracked and isinstance(cursor, BookingDaysCursor):
            changed = ChangedDays(tracked.changed_days, self.get_connectors, rows.requester, rows.config)
            retriever = BookingDaysRetriever(rows, tracked, cursor)
            return retriever, BookingDaysSlicer(rows, cursor, changed.since)
        elif tracked and isinstance(cursor, TrackingCursor):
            return SnapshotRetriever(rows, tracked, cursor), OneSlice()
        return rows, Slicer(rows, cursor if isinstance(cursor, GetConnectorCursor) else None)


class OneSlice(StreamSlicer):
    """A stream that is read in one go."""

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield the slice."""
        yield stream_slice(None)


class NoState(FinalStateCursor):
    """The cursor of a stream that cannot be read: it tells no state."""

    def ensure_at_least_one_state_emitted(self) -> None:
        """Tell nothing."""
