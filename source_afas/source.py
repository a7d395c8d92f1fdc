"""The source: the manifest, and what the CDK's way with it lacks for AFAS."""

import glob
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    Status,
    StreamDescriptor,
)
from airbyte_cdk.sources.declarative.models.declarative_component_schema import HttpComponentsResolver
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status_as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import configuration, cursor, environment, exact_json
from source_afas.answers import CHECK
from source_afas.errors import NotServed, config_error
from source_afas.get_connectors import AppConnector, GetConnectorsRetriever
from source_afas.metainfo import GetConnector

exact_json.install()


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
        super().__init__(path_to_yaml="manifest.yaml", catalog=catalog, config=config, state=state)
        self._discovering = False

    def _configured(
        self,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> "SourceAfas":
        """Return the source for a command: the CDK wants to know all when it is made, some hosts tell it later."""
        return self if self._config else SourceAfas(catalog, config, state)

    def validate(self) -> None:
        """Raise a configuration error where the configuration cannot be right; warn of a key that is none."""
        specification = self.spec(self.logger).connectionSpecification
        configuration.validate(self._config, specification)
        for key in sorted(set(self._config) - set(specification["properties"]) - {CHECK}):
            self.logger.warning(f"`{key}` in the configuration is not a setting of this source and has no effect.")

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Read /metainfo and one row of one GetConnector, and say what was found or what is wrong."""
        if (source := self._configured(config)) is not self:
            return source.check(logger, config)
        configured = self._config
        self._config = {**configured, CHECK: True, "page_size": 1}
        try:
            self.validate()
            return AirbyteConnectionStatus(status=Status.SUCCEEDED, message=self._found(logger))
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=error.message)
        finally:
            self._config = configured

    def _found(self, logger: logging.Logger) -> str:
        retriever = self._get_connectors_retriever()
        app_connector = retriever.app_connector()
        self._refuse_settings_of_no_get_connector(app_connector)
        names = list(retriever.selected())
        read, refused = self._first_readable(names)
        for message in refused:
            logger.warning(message)
        sentence = (
            f'{environment.describe(self._config).capitalize()}, app connector "{app_connector.name}" in '
            f"{app_connector.environment}: {len(names)} GetConnectors; read one row of {read}."
        )
        logger.info(sentence)
        return sentence

    def _first_readable(self, names: list[str]) -> tuple[str, list[str]]:
        """Return the first GetConnector that gives rows, and what was said of those before it.

        One that is blocked or not authorised must not keep the others from being read; when the first few all are,
        something is wrong that the user should see to first.
        """
        refused: list[str] = []
        for name in names[:5]:
            with_all = self._config
            self._config = {**with_all, "get_connectors": [glob.escape(name)]}
            try:
                for stream in self.streams(self._config):
                    partition = next(iter(stream.generate_partitions()))
                    next(iter(partition.read()), None)
                return name, refused
            except NotServed as error:
                refused.append(str(error.message))
            finally:
                self._config = with_all
        raise config_error(refused[0])

    def _refuse_settings_of_no_get_connector(self, app_connector: AppConnector) -> None:
        opened = {name.lower() for name in app_connector.get_connectors}
        for number, entry in enumerate(self._config.get("streams") or ()):
            if entry["get_connector"].lower() not in opened:
                raise config_error(
                    f"`streams[{number}].get_connector` is {entry['get_connector']}, which the app connector "
                    f'"{app_connector.name}" does not open: correct the name, or add it under Algemeen > Beheer > '
                    "App connector."
                )

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """Return every GetConnector as a stream; fail rather than leave one out that is there."""
        if (source := self._configured(config)) is not self:
            return source.discover(logger, config)
        self.validate()
        self._refuse_settings_of_no_get_connector(self._get_connectors_retriever().app_connector())
        self._discovering = True
        try:
            return super().discover(logger, config)
        finally:
            self._discovering = False

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Yield the messages of a sync of the catalogue's streams."""
        if (source := self._configured(config, catalog, state)) is not self:
            yield from source.read(logger, config, catalog, state)
            return
        self.validate()
        began = cursor.now()
        offered, gone = self._offered(catalog)
        for stream in gone:
            # The CDK alone would end such a stream without a word.
            yield stream_status_as_airbyte_message(stream, AirbyteStreamStatus.INCOMPLETE)
            yield self._not_offered(stream.name).as_airbyte_message(StreamDescriptor(name=stream.name))
        if offered.streams:
            configured = self._config
            self._config = {**configured, "get_connectors": [glob.escape(s.stream.name) for s in offered.streams]}
            try:
                for message in super().read(logger, config, offered, state):
                    cursor.cap(message, began)
                    yield message
            finally:
                self._config = configured
        if gone:
            raise self._not_offered(*(stream.name for stream in gone))

    def _offered(self, catalog: ConfiguredAirbyteCatalog) -> tuple[ConfiguredAirbyteCatalog, list[AirbyteStream]]:
        """Return the catalogue without the streams that the app connector no longer opens, and those streams."""
        opened = self._get_connectors_retriever().app_connector().get_connectors
        return (
            ConfiguredAirbyteCatalog(streams=[s for s in catalog.streams if s.stream.name in opened]),
            [s.stream for s in catalog.streams if s.stream.name not in opened],
        )

    def _not_offered(self, *names: str) -> AirbyteTracedException:
        return config_error(
            f"The app connector of {environment.describe(self._config)} no longer opens {', '.join(names)}: add it "
            "again under Algemeen > Beheer > App connector, or refresh the schema and leave the stream out."
        )

    @property
    def dynamic_streams(self) -> list[dict[str, Any]]:
        """The manifest's template, filled in for each GetConnector.

        The CDK fills in values but leaves nothing out, so the cursor goes from the streams that have none here.
        """
        streams = super().dynamic_streams
        for stream in streams:
            get_connector = GetConnector.from_json(stream["retriever"]["get_connector"])
            if self._discovering and get_connector.fault and not get_connector.fault.lasting:
                raise get_connector.fault.error()
            if not get_connector.cursor_field:
                del stream["incremental_sync"]
        return streams

    def _get_connectors_retriever(self) -> GetConnectorsRetriever:
        definition = self._source_config["dynamic_streams"][0]
        resolver = self._constructor.create_component(
            HttpComponentsResolver, definition["components_resolver"], self._config, stream_name=definition["name"]
        )
        retriever: GetConnectorsRetriever = resolver.retriever
        return retriever
