"""The source, as the CDK and other hosts hold it: the manifest, and the three commands over it."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    Status,
)
from airbyte_cdk.sources.declarative.models.declarative_component_schema import Spec
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import ModelToComponentFactory
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import cdk, configuration
from source_afas.afas.command import Command, Configuration
from source_afas.checking import check
from source_afas.components import Components
from source_afas.discovering import discover
from source_afas.syncing import sync

cdk.require()
cdk.write_rows_exactly()


class SourceAfas(YamlDeclarativeSource):
    """AFAS Profit as an Airbyte source."""

    check_config_against_spec = False
    """Every command validates by itself, in words that name the key."""

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> None:
        super().__init__(path_to_yaml="manifest.yaml")
        self._given = config
        self.writes_pages = False
        """Whether rows may come as pages, for a reader that writes them out."""

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """Return the configuration. The CDK writes a copy to disk too, where a sync that is killed would leave it."""
        return config

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Read /metainfo and one row of one GetConnector, and say what was found or what is wrong."""
        try:
            found = check(self.components(config, Command(checking=True)), logger)
            return AirbyteConnectionStatus(status=Status.SUCCEEDED, message=found)
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=error.message)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """Return every GetConnector as a stream; fail rather than leave one out that is there."""
        return discover(self.components(config, Command()))

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Yield the messages of a sync of the catalogue's streams."""
        components = self.components(config, Command(writes_pages=self.writes_pages))
        yield from sync(components, catalog, state or [], self.logger)

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """Return the streams, for hosts that ask for them."""
        return list(self.components(config, Command()).streams())

    def components(self, config: Mapping[str, Any], command: Command) -> Components:
        """Return the manifest's components for a command. Raises a configuration error for an invalid configuration."""
        specification = self.spec(self.logger).connectionSpecification
        settings = dict(config or self._given or {})
        # What the manifest's `spec` declares to be filled in.
        spec = ModelToComponentFactory().create_component(Spec, self.resolved_manifest["spec"], {})
        spec.transform_config(settings)
        configuration.validate(settings, specification)
        for key in sorted(set(settings) - set(specification["properties"])):
            self.logger.warning(f"`{key}` in the configuration is not a setting of this source and has no effect.")
        return Components(self.resolved_manifest, Configuration(settings, command))
