"""Reading a GetConnector: pages of rows, in a fixed order, each going on where the one before it ended."""

import logging
import time
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import InitVar, dataclass, replace
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, StreamSlice

from source_afas import answers, query, rest
from source_afas.errors import PageTooLarge, config_error
from source_afas.metainfo import GetConnector, Settings
from source_afas.order import Border, order_of, total_order
from source_afas.page import Page, read_page
from source_afas.progress import Progress
from source_afas.query import Query
from source_afas.writer import PageMessage

logger = logging.getLogger("airbyte")

LARGEST_PAGE_CELLS = 150_000
"""Rows times fields of one answer stay below this (AFAS's advice for `take`)."""

LARGEST_PAGE_ROWS = 10_000
"""A page of a narrow GetConnector, all the same."""

LARGEST_SKIP = 100_000
"""Beyond this, AFAS gets too slow to go on skipping."""

PAGES = "__pages"
"""Set in the configuration where rows are written to standard output, which takes a page at a time."""


@dataclass(frozen=True)
class Answer:
    """What AFAS answered to a query for rows."""

    page: Page
    take: int
    """The rows that were asked for."""

    @property
    def is_last(self) -> bool:
        """Whether the query has no more rows."""
        return len(self.page) < self.take


@dataclass
class GetConnectorRetriever(Retriever):
    """Reads the rows of one GetConnector.

    A `SimpleRetriever` takes a page for the last one when its body is not what it expects, reads decimals as floats,
    goes on by skipping, and cannot write AFAS's filters. In the manifest:

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
        self.described = GetConnector.from_json(self.get_connector)
        self.order = order_of(self.described)
        self.whole_order = total_order(self.described)
        self.take = page_size(len(self.described.fields), int(self.config.get("page_size") or 0))
        """Rows to ask for in one request."""
        self._dates = self.described.ids_of("date")
        self._progress = Progress(self.described.id)

    def everything(self) -> Query:
        """Return the query for all rows that the user wants, whenever they were changed."""
        clauses = []
        if administrations := self._administrations():
            clauses.append(query.one_of(self.described.administration_field, administrations))
        clauses.extend(query.user_filters(self.described, Settings.of(self.config, self.described.id).filters))
        return Query(self.order.fields, tuple(clauses))

    def _administrations(self) -> list[int]:
        return (self.config.get("administrations") or []) if self.described.administration_field else []

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a slice: as pages where a page can be written at once, else one by one."""
        extra: Any = stream_slice.extra_fields if stream_slice else {}
        for page in self._pages(extra["query"], extra.pop("first", None), extra):
            if not page:
                continue
            self._progress.count(len(page), stream_slice)
            if self.config.get(PAGES):
                yield PageMessage.of(self.described.id, page, int(time.time() * 1000))
            else:
                yield from page.exact()

    def first_page(self, wanted: Query) -> Answer:
        """Return the first answer to a query. Raises the fault that kept the GetConnector's metainfo from being had."""
        if self.described.fault:
            raise self.described.fault.error()
        return self._ask(wanted, 0, self.described.cursor_field)

    def row_at(self, wanted: Query, position: int) -> Mapping[str, Any] | None:
        """Return the row at a position of a query's order, None where the query has no more than that."""
        page = self._page(self._get(wanted, position, 1))
        return page[0] if page else None

    def _pages(self, wanted: Query, first: Answer | None, extra: MutableMapping[str, Any]) -> Iterator[Page]:
        """Yield the rows of a query, page by page, each going on from the last border of the one before."""
        order, skip, before = self.order, 0, None
        times_of = self.described.cursor_field if "newest" in extra else ""
        while True:
            answer, first = first or self._ask(wanted, skip, times_of), None
            page = answer.page
            if times_of:
                extra["newest"] = max(extra["newest"], *(time for time in page.times if time <= extra["began"]), "")
            if answer.is_last or self.config.get(answers.CHECK):
                self._warn_of_nothing(page, wanted)
                yield page
                return
            if borders := list(order.last_borders(page, before)):
                border, parts = self._reading_on(wanted, borders)
                yield page.first(border.position)
                if len(parts) > 1:
                    for part in parts:
                        yield from self._pages(part, None, extra)
                    return
                (wanted,), skip, before = parts, 0, None
            elif order is not self.whole_order:
                # More rows than a page holds share a key: tell them apart by their other fields.
                order, wanted = self.whole_order, replace(wanted, order=self.whole_order.fields)
                if not order.refines(self.order):
                    wanted = replace(wanted.where(wanted.after), after=())
            elif not order.is_total:
                raise self._too_many_alike(len(page))
            else:
                yield page
                skip, before = skip + len(page), page[-1]
                if skip > LARGEST_SKIP:
                    raise self._too_many_alike(LARGEST_SKIP)

    def _warn_of_nothing(self, page: Page, wanted: Query) -> None:
        if not page and self._administrations() and wanted.clauses == self.everything().clauses:
            logger.warning(
                f"{self.described.id}: no rows in the `administrations` given. Do they exist, and may the token's user "
                "see them?"
            )

    @staticmethod
    def _reading_on(wanted: Query, borders: list[Border]) -> tuple[Border, list[Query]]:
        """Return the border to go on from, and the query for what comes after it, or several where it is too long."""
        for border in borders:
            following = replace(wanted, after=border.after)
            if rest.fits(following.parameters(skip=LARGEST_SKIP, take=LARGEST_SKIP)):
                return border, [following]
        return border, following.split()

    def _too_many_alike(self, rows: int) -> Exception:
        return config_error(
            f"GetConnector {self.described.id}: {rows:,} rows or more cannot be told apart by the fields that AFAS can "
            f"sort on ({', '.join(self.whole_order.fields[:6])}), so they cannot be read page by page. Name its key as "
            "`primary_key` in `streams`, add a field to it that is different in each row, or narrow it with `filters`."
        )

    def _ask(self, wanted: Query, skip: int, times_of: str) -> Answer:
        while True:
            take = self.take
            try:
                return Answer(self._page(self._get(wanted, skip, take), times_of), take)
            except PageTooLarge as error:
                if take == 1:
                    raise
                self.take = min(self.take, take // 2)
                logger.info(f"{error.message} Going on with {self.take} rows per request.")

    def _get(self, wanted: Query, skip: int, take: int) -> bytes:
        return rest.get(self.requester, "connectors", self.described.id, **wanted.parameters(skip=skip, take=take))

    def _page(self, body: bytes, times_of: str = "") -> Page:
        try:
            return read_page(body, self._dates, times_of)
        except ValueError:
            raise answers.unexpected(f"/connectors/{self.described.id}", "no page of rows", self.config) from None


def page_size(fields: int, wanted: int = 0) -> int:
    """Return the rows to ask for in one request of so many fields: as wanted (0: no wish), within AFAS's bounds."""
    within_budget = max(1, (LARGEST_PAGE_CELLS - 1) // max(1, fields))
    return min(wanted or LARGEST_PAGE_ROWS, within_budget)
