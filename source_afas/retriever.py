"""Reading a GetConnector: pages of rows, in a fixed order, until there are no more."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, StreamSlice

from source_afas import answers, cursor, page, query, rest
from source_afas.errors import PageTooLarge, config_error
from source_afas.metainfo import GetConnector, Settings

logger = logging.getLogger("airbyte")

LARGEST_PAGE_CELLS = 150_000
"""Rows times fields of one answer stay below this (AFAS's advice for `take`)."""

LARGEST_PAGE_ROWS = 10_000
"""A page of a narrow GetConnector, all the same."""

LARGEST_SKIP = 100_000
"""Beyond this, AFAS gets too slow to go on skipping."""


@dataclass
class GetConnectorRetriever(Retriever):
    """Reads the rows of one GetConnector.

    A `SimpleRetriever` takes a page for the last one when its body is not what it expects, reads decimals as floats,
    and cannot write AFAS's filters. In the manifest:

        retriever:
          type: CustomRetriever
          class_name: source_afas.retriever.GetConnectorRetriever
          requester: …
          get_connector: …   # a `GetConnector` as JSON
    """

    config: Config
    requester: HttpRequester
    get_connector: str
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        rest.share_connections(self.requester)
        self._get_connector = GetConnector.from_json(self.get_connector)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a slice: all of them, or those at or after the slice's start and those without a time."""
        if self._get_connector.fault:
            raise self._get_connector.fault.error()
        for part in self._query(stream_slice).split():
            yield from self._rows(part)

    def _query(self, stream_slice: StreamSlice | None) -> query.Query:
        get_connector = self._get_connector
        clauses = []
        administrations = self.config.get("administrations")
        if administrations and get_connector.administration_field:
            clauses.append(query.one_of(get_connector.administration_field, administrations))
        clauses.extend(query.user_filters(get_connector, Settings.of(self.config, get_connector.id).filters))
        start = cursor.start(stream_slice)
        if get_connector.cursor_field and start:
            clauses.append(query.since(get_connector.cursor_field, start))
        return query.Query(query.total_order(get_connector), tuple(clauses))

    def _rows(self, part: query.Query) -> Iterator[Mapping[str, Any]]:
        dates = self._get_connector.ids_of("date")
        take = page_size(len(self._get_connector.fields), self.config.get("page_size") or 0)
        skip = 0
        while True:
            try:
                rows = self._page(part, skip, take, dates)
            except PageTooLarge as error:
                if take == 1:
                    raise
                take //= 2
                logger.info(f"{error.message} Going on with {take} rows per request.")
                continue
            yield from rows
            if len(rows) < take:
                return
            skip += len(rows)
            if skip > LARGEST_SKIP:
                raise config_error(
                    f"GetConnector {self._get_connector.id}: more than {LARGEST_SKIP:,} rows in one go, beyond which "
                    "AFAS cannot page in time. Narrow it in `streams` with `filters`, by year or administration, or "
                    "give it a later `start_date`."
                )

    def _page(self, part: query.Query, skip: int, take: int, dates: list[str]) -> list[dict[str, Any]]:
        name = self._get_connector.id
        body = rest.get(self.requester, "connectors", name, **part.parameters(skip=skip, take=take))
        try:
            return page.read_rows(body, dates)
        except ValueError:
            raise answers.unexpected(f"/connectors/{name}", "no page of rows", self.config) from None


def page_size(fields: int, wanted: int = 0) -> int:
    """Return the rows to ask for in one request of so many fields: as wanted (0: no wish), within AFAS's bounds."""
    within_budget = max(1, (LARGEST_PAGE_CELLS - 1) // max(1, fields))
    return min(wanted or LARGEST_PAGE_ROWS, within_budget)
