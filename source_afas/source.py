"""The source: the manifest, and what the CDK's way with it lacks for AFAS."""

import glob
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    StreamDescriptor,
    SyncMode,
)
from airbyte_cdk.sources.declarative.models.declarative_component_schema import (
    CustomRetriever,
    CustomSchemaLoader,
    HttpComponentsResolver,
)
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status_as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import configuration, environment, exact_json
from source_afas.airbyte_streams import StreamFactory
from source_afas.changed_days import described_in
from source_afas.error_handler import CHECK
from source_afas.errors import NotServed, config_error, transient_error
from source_afas.get_connectors import MEMORY, AppConnector, GetConnectorsRetriever
from source_afas.metainfo import GetConnector, Settings
from source_afas.retriever import PAGES, GetConnectorRetriever
from source_afas.tracking import as_set

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
        super().__init__(
            path_to_yaml="manifest.yaml", catalog=catalog, config=config, state=_to_go_on_from(state, catalog)
        )
        self._catalog = catalog
        self._is_told = config is not None
        self._discovering = False
        self.pages = False
        """Whether rows may come as pages, for a reader that writes them out."""
        # Most streams are one page, which the thread that plans a stream reads. One thread is enough for reading on.
        workers = (self._config or {}).get("num_workers")
        planning = int(workers) - 1 if workers and workers in range(2, 9) else 3
        self._concurrent_source._initial_number_partitions_to_generate = planning

    def _told(
        self,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> "SourceAfas":
        """Return the source for a command: the CDK wants to know all when it is made, some hosts tell it later."""
        if self._is_told and (catalog is None or self._catalog is not None):
            return self
        return SourceAfas(catalog, self._config or config or {}, state)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """Return the configuration. The CDK writes a copy to disk too, where a sync that is killed would leave it."""
        return self._config or config

    def validate(self) -> None:
        """Raise a configuration error where the configuration cannot be right; warn of a key that is none."""
        specification = self.spec(self.logger).connectionSpecification
        configuration.validate(self._config, specification)
        for key in sorted(set(self._config) - set(specification["properties"]) - {CHECK}):
            self.logger.warning(f"`{key}` in the configuration is not a setting of this source and has no effect.")

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Read /metainfo and one row of one GetConnector, and say what was found or what is wrong."""
        if (source := self._told(config)) is not self:
            return source.check(logger, config)
        try:
            self.validate()
            with self._having(**{CHECK: True, "page_size": 1, MEMORY: {}}):
                return AirbyteConnectionStatus(status=Status.SUCCEEDED, message=self._found(logger))
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=error.message)

    def _found(self, logger: logging.Logger) -> str:
        retriever = self._get_connectors_retriever()
        app_connector = retriever.app_connector()
        self._refuse_settings_of_no_get_connector(app_connector)
        names = list(retriever.selected())
        self._refuse_settings_that_do_not_fit(names)
        read, refused = self._first_readable(names)
        for message in refused:
            logger.warning(message)
        sentence = (
            f'{environment.describe(self._config).capitalize()}, app connector "{app_connector.name}" in '
            f"{app_connector.environment}: {len(names)} GetConnectors; read one row of {read}."
        )
        if not environment.is_named(self._config, app_connector.environment):
            sentence += " AFAS's name for it is not the `environment` given: is `base_url` the right one?"
        logger.info(sentence)
        return sentence

    def _first_readable(self, names: list[str]) -> tuple[str, list[str]]:
        """Return the first GetConnector that gives rows, and what was said of those before it.

        One that is blocked or not authorised must not keep the others from being read; when the first few all are,
        something is wrong that the user should see to first.
        """
        refused: list[str] = []
        for name in names[:5]:
            try:
                with self._having(get_connectors=_only([name])):
                    for stream in self.streams(self._config):
                        partition = next(iter(stream.generate_partitions()))
                        next(iter(partition.read()), None)
                return name, refused
            except NotServed as error:
                refused.append(str(error.message))
        raise config_error(refused[0])

    @contextmanager
    def _having(self, **settings: Any) -> Iterator[None]:
        """Have settings for the length of something; the CDK makes its components with the configuration of the day."""
        configured = self._config
        self._config = {**configured, **settings}
        try:
            yield
        finally:
            self._config = configured

    def _refuse_settings_that_do_not_fit(self, names: list[str]) -> None:
        """Ask for the metainfo of the GetConnectors in `streams`; raise where a field that they name is not there."""
        with_settings = {entry["get_connector"].lower() for entry in self._config.get("streams") or ()}
        if chosen := [name for name in names if name.lower() in with_settings]:
            with self._having(get_connectors=_only(chosen)):
                retriever = self._get_connectors_retriever()
                for get_connector in retriever.get_connectors():
                    if get_connector.fault and not get_connector.fault.lasting:
                        raise get_connector.fault.error()
                    if get_connector.tracking and get_connector.tracking.changed_days:
                        described_in(retriever, get_connector.tracking.changed_days)

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
        if (source := self._told(config)) is not self:
            return source.discover(logger, config)
        self.validate()
        with self._having(**{MEMORY: {}}):
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
        if (source := self._told(config, catalog, state)) is not self:
            yield from source.read(logger, config, catalog, state)
            return
        self.validate()
        with self._having(**{MEMORY: {}, PAGES: self.pages}):
            yield from self._sync(catalog, state)

    def _sync(
        self, catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage] | None
    ) -> Iterator[AirbyteMessage]:
        self._warn_of_states_of_no_stream(catalog, state)
        offered, gone = self._offered(catalog)
        failed, transient = [stream.name for stream in gone], not gone
        for stream in gone:
            # The CDK alone would end such a stream without a word.
            yield stream_status_as_airbyte_message(stream, AirbyteStreamStatus.INCOMPLETE)
            yield self._not_offered(stream.name).as_airbyte_message(StreamDescriptor(name=stream.name))
        parts = _in_order(offered, self._config)
        for part in parts:
            try:
                # The CDK makes a source for one read.
                source = self if len(parts) == 1 else SourceAfas(part, self._config, state)
                for message in source._messages(part, state):
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
        self, catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage] | None
    ) -> Iterator[AirbyteMessage]:
        with self._having(get_connectors=_only([s.stream.name for s in catalog.streams])):
            yield from super().read(self.logger, self._config, catalog, state)

    def _offered(self, catalog: ConfiguredAirbyteCatalog) -> tuple[ConfiguredAirbyteCatalog, list[AirbyteStream]]:
        """Return the catalogue without the streams that the app connector does not open, and those streams."""
        names = [configured.stream.name for configured in catalog.streams]
        if not names:
            self.logger.warning("The catalogue holds no streams: nothing is read.")
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise config_error(f"The catalogue holds {', '.join(twice)} more than once.")
        for configured in catalog.streams:
            modes = configured.stream.supported_sync_modes or []
            if configured.sync_mode is SyncMode.incremental and SyncMode.incremental not in modes:
                self.logger.warning(f"{configured.stream.name} has no cursor: it is read in full, not incrementally.")
        opened = self._get_connectors_retriever().app_connector().get_connectors
        return (
            ConfiguredAirbyteCatalog(streams=[s for s in catalog.streams if s.stream.name in opened]),
            [s.stream for s in catalog.streams if s.stream.name not in opened],
        )

    def _warn_of_states_of_no_stream(
        self, catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage] | None
    ) -> None:
        """Say so where a state is not of this catalogue. A platform passes those of streams no longer chosen, too."""
        states = [s.stream.stream_descriptor.name for s in state or () if s.stream]
        if states and not {configured.stream.name for configured in catalog.streams}.intersection(states):
            self.logger.warning(
                f"The state is of {', '.join(states[:5])}, and of no stream in the catalogue: all are read from the "
                "beginning. Does it belong to this source?"
            )

    def _not_offered(self, *names: str) -> AirbyteTracedException:
        return config_error(
            f"The app connector of {environment.describe(self._config)} does not open {', '.join(names)}. Was it "
            "renamed or taken out in Profit? Add it under Algemeen > Beheer > App connector, or refresh the schema."
        )

    @property
    def dynamic_streams(self) -> list[dict[str, Any]]:
        """The manifest's template, filled in for each GetConnector; discovery ends at one that cannot be told."""
        streams = super().dynamic_streams
        for stream in streams:
            get_connector = GetConnector.from_json(stream["retriever"]["get_connector"])
            # The CDK takes the quotes off a name that begins and ends with them.
            stream["name"] = get_connector.id
            if self._discovering and get_connector.fault and not get_connector.fault.lasting:
                raise get_connector.fault.error()
        return streams

    def _create_streams(
        self, selected_configs: list[dict[str, Any]], all_configs: list[dict[str, Any]]
    ) -> list[AbstractStream]:
        """Make the streams; the CDK's own way gives a stream one of the CDK's own cursors."""
        streams = StreamFactory(
            self._connector_state_manager, self._message_repository, self._get_connectors_retriever()
        )
        return [self._stream(definition, streams) for definition in selected_configs]

    def _stream(self, definition: Mapping[str, Any], streams: StreamFactory) -> AbstractStream:
        make, config = self._constructor.create_component, self._config
        rows: GetConnectorRetriever = make(CustomRetriever, definition["retriever"], config)
        schema_loader = make(CustomSchemaLoader, definition["schema_loader"], config)
        # A row that is changed leaves its window, but not its place in the key: a full refresh reads by key.
        return streams.make(rows, schema_loader, incremental=rows.described.id not in _read_in_full(self._catalog))

    def _get_connectors_retriever(self) -> GetConnectorsRetriever:
        definition = self._source_config["dynamic_streams"][0]
        resolver = self._constructor.create_component(
            HttpComponentsResolver, definition["components_resolver"], self._config, stream_name=definition["name"]
        )
        retriever: GetConnectorsRetriever = resolver.retriever
        return retriever


def _only(names: list[str]) -> list[str]:
    """Return the patterns that only these GetConnectors match, so that no more of their metainfo is asked for."""
    return [glob.escape(name) for name in names]


def _to_go_on_from(
    state: list[AirbyteStateMessage] | None, catalog: ConfiguredAirbyteCatalog | None
) -> list[AirbyteStateMessage] | None:
    """Return the states of the streams that are read incrementally.

    The CDK goes on from a state in a full refresh too: a destination that overwrites would be left with what is new.
    """
    if state is None or catalog is None:
        return state
    full = _read_in_full(catalog)
    return [s for s in state if not (s.stream and s.stream.stream_descriptor.name in full)]


def _read_in_full(catalog: ConfiguredAirbyteCatalog | None) -> set[str]:
    """Return the names of the streams that a catalogue wants in full."""
    return {s.stream.name for s in catalog.streams if s.sync_mode is SyncMode.full_refresh} if catalog else set()


def _in_order(catalog: ConfiguredAirbyteCatalog, config: Mapping[str, Any]) -> list[ConfiguredAirbyteCatalog]:
    """Return a catalogue in the parts that are read one after the other: changed booking days before their rows."""
    names = {s.stream.name for s in catalog.streams}
    days = {as_set(Settings.of(config, name).entry, {}) for name in names}
    first = {tracking.changed_days.lower() for tracking in days if tracking}
    parts = (
        [s for s in catalog.streams if s.stream.name.lower() in first],
        [s for s in catalog.streams if s.stream.name.lower() not in first],
    )
    return [ConfiguredAirbyteCatalog(streams=part) for part in parts if part]
