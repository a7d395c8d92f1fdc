"""Which GetConnectors there are: the streams, found in /metainfo and /metainfo/get/{id}."""

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import InitVar, dataclass
from fnmatch import fnmatchcase
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas import environment, rest
from source_afas.afas.command import command_of
from source_afas.afas.errors import NotServed, config_error
from source_afas.afas.metainfo import AppConnector, read_app_connector, read_metainfo
from source_afas.reading.describe import describe, unknown
from source_afas.reading.filters import user_filters
from source_afas.reading.get_connector import Fault, GetConnector
from source_afas.reading.settings import Settings

logger = logging.getLogger("airbyte")


@dataclass
class GetConnectorsRetriever(Retriever):
    """Finds the GetConnectors, and all that a stream needs to know of each.

    A `SimpleRetriever` would ask for their metainfo one after the other. This one asks `num_workers` at a time. In the
    manifest, as the retriever of an `HttpComponentsResolver`:

        retriever:
          type: CustomRetriever
          class_name: source_afas.reading.get_connectors.GetConnectorsRetriever
          metainfo_requester: …
    """

    config: Config
    metainfo_requester: HttpRequester
    parameters: InitVar[Mapping[str, Any]]

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[Mapping[str, Any]]:
        """Yield the values for the manifest's template, one GetConnector after the other."""
        for get_connector in self.get_connectors():
            yield {
                "id": get_connector.id,
                "primary_key": list(get_connector.primary_key),
                "get_connector": get_connector.to_json(),
            }

    def app_connector(self) -> AppConnector:
        """Return what /metainfo says of the token's app connector."""
        answers = command_of(self.config).metainfo
        if "/metainfo" not in answers:
            answers["/metainfo"] = rest.get(
                self.metainfo_requester, "metainfo", read=read_app_connector, what="no list of GetConnectors"
            )
        app_connector: AppConnector = answers["/metainfo"]
        return app_connector

    def selected(self) -> Mapping[str, str]:
        """Return the GetConnectors that become streams, descriptions by id.

        Raises a configuration error where there are none.
        """
        app_connector = self.app_connector()
        opened = app_connector.get_connectors
        if not opened:
            raise config_error(
                f'The app connector "{app_connector.name}" of {environment.describe(self.config)} opens no '
                "GetConnector: add the ones to read under Algemeen > Beheer > App connector, tab GetConnectoren."
            )
        patterns = self.config.get("get_connectors") or ["*"]
        chosen = {
            name: description
            for name, description in opened.items()
            if any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)
        }
        if not chosen:
            raise config_error(
                f"`get_connectors` matches none of the {len(opened)} GetConnectors that the app connector opens: "
                f"{', '.join(list(opened)[:10])}{', …' if len(opened) > 10 else ''}."
            )
        return chosen

    def get_connectors(self) -> list[GetConnector]:
        """Return the GetConnectors that become streams, in AFAS's order."""
        chosen = self.selected()
        with ThreadPoolExecutor(int(self.config.get("num_workers") or 4), thread_name_prefix="metainfo") as workers:
            return list(workers.map(self._get_connector, chosen, chosen.values()))

    def get_connector(self, name: str) -> GetConnector:
        """Return one GetConnector that the app connector opens. Raises a configuration error where it does not."""
        self._require(name)
        opened = self.app_connector().get_connectors
        return next(self._get_connector(one, opened[one]) for one in opened if one.lower() == name.lower())

    def _require(self, name: str) -> None:
        """Raise a configuration error where a GetConnector that another one is tracked by is not there."""
        app_connector = self.app_connector()
        if name and name.lower() not in map(str.lower, app_connector.get_connectors):
            raise config_error(
                f'`track_changes` is booking_days, which needs {name}, and the app connector "{app_connector.name}" '
                "does not open it: add it under Algemeen > Beheer > App connector, or name a copy of it as "
                "`changed_days_get_connector` in `streams`."
            )

    def _get_connector(self, name: str, description: str) -> GetConnector:
        answers, path = command_of(self.config).metainfo, f"/metainfo/get/{name}"
        if path not in answers:
            answers[path] = self._describe(name, description)
        described: GetConnector = answers[path]
        return described

    def _describe(self, name: str, description: str) -> GetConnector:
        settings = Settings.of(self.config, name)
        try:
            described, fields = rest.get(
                self.metainfo_requester,
                "metainfo",
                "get",
                name,
                read=read_metainfo,
                what="no description of its fields",
            )
        except AirbyteTracedException as error:
            return unknown(name, description, settings, _fault(error))
        try:
            get_connector = describe(name, described or description, fields, settings)
            user_filters(get_connector, settings.filters)
            if get_connector.tracking:
                self._require(get_connector.tracking.changed_days)
            return get_connector
        except AirbyteTracedException as error:
            fault = Fault(str(error.message), error.failure_type, lasting=False)
            return GetConnector(name, description, fields, fault=fault)


def _fault(error: AirbyteTracedException) -> Fault:
    lasting = isinstance(error, NotServed)
    if lasting:
        logger.warning(f"{error.message} Its stream has no columns until then.")
    return Fault(str(error.message), error.failure_type or FailureType.system_error, lasting=lasting)
