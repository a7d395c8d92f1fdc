"""The manifest's components, made for one command and its configuration."""

import glob
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.models.declarative_component_schema import (
    ConcurrencyLevel,
    CustomRetriever,
    CustomSchemaLoader,
    HttpComponentsResolver,
)
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import ModelToComponentFactory
from airbyte_cdk.sources.message import MessageRepository, NoopMessageRepository
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from source_afas.afas.command import Configuration
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.get_connectors import GetConnectorsRetriever
from source_afas.streams import StreamFactory


@dataclass
class Components:
    """Makes the components that the manifest declares."""

    manifest: Mapping[str, Any]
    config: Configuration
    message_repository: MessageRepository = field(default_factory=NoopMessageRepository)

    def __post_init__(self) -> None:
        self._factory = ModelToComponentFactory(message_repository=self.message_repository)

    def only(self, names: Iterable[str]) -> "Components":
        """Return the components for these GetConnectors alone, so that no more of their metainfo is asked for."""
        patterns = [glob.escape(name) for name in names]
        return Components(self.manifest, self.config.with_settings(get_connectors=patterns), self.message_repository)

    @property
    def get_connectors(self) -> GetConnectorsRetriever:
        """What finds the GetConnectors."""
        retriever: GetConnectorsRetriever = self._resolver.retriever
        return retriever

    @property
    def workers(self) -> int:
        """The number of requests at a time."""
        level = self._factory.create_component(ConcurrencyLevel, self.manifest["concurrency_level"], self.config)
        workers: int = level.get_concurrency_level()
        return workers

    def streams(
        self, state_manager: ConnectorStateManager | None = None, read_in_full: Iterable[str] = ()
    ) -> Iterator[DefaultStream]:
        """Yield a stream for each GetConnector, some of them to be read in full."""
        in_full = set(read_in_full)
        streams = StreamFactory(state_manager or ConnectorStateManager(), self.message_repository, self.get_connectors)
        for definition in self._resolver.resolve_components(self._dynamic_streams["stream_template"]):
            rows = self._factory.create_component(CustomRetriever, definition["retriever"], self.config)
            schema_loader = self._factory.create_component(CustomSchemaLoader, definition["schema_loader"], self.config)
            # A row that is changed leaves its window, but not its place in the key: a full refresh reads by key.
            yield streams.make(rows, schema_loader, incremental=rows.described.id not in in_full)

    def described(self) -> list[GetConnector]:
        """Return the GetConnectors that become streams."""
        return self.get_connectors.get_connectors()

    @property
    def _dynamic_streams(self) -> Mapping[str, Any]:
        definition: Mapping[str, Any] = self.manifest["dynamic_streams"][0]
        return definition

    @property
    def _resolver(self) -> Any:
        definition = self._dynamic_streams
        return self._factory.create_component(
            HttpComponentsResolver, definition["components_resolver"], self.config, stream_name=definition["name"]
        )
