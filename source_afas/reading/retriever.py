"""Reading a GetConnector: pages of rows, in a fixed order, each going on where the one before it ended."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, StreamSlice

from source_afas.afas import query, rest
from source_afas.afas.command import command_of
from source_afas.afas.errors import PageTooLarge, config_error, transient_error
from source_afas.afas.page import Page, read_page
from source_afas.afas.query import Query
from source_afas.reading import suspicion
from source_afas.reading.answer import Answer
from source_afas.reading.filters import user_filters
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.order import order_of, total_order
from source_afas.reading.page_message import PageMessage
from source_afas.reading.progress import Progress
from source_afas.reading.settings import Settings
from source_afas.reading.slice import Slice, slice_in
from source_afas.reading.walk import Walk

logger = logging.getLogger("airbyte")

LARGEST_PAGE_CELLS = 150_000
"""Rows times fields of one answer stay below this (AFAS's advice for `take`)."""

LARGEST_PAGE_ROWS = 10_000
"""A page of a narrow GetConnector, all the same."""


@dataclass
class GetConnectorRetriever(Retriever):
    """Reads the rows of one GetConnector.

    A `SimpleRetriever` takes a page for the last one when its body is not what it expects, reads decimals as floats,
    goes on by skipping, and cannot write AFAS's filters. In the manifest:

        retriever:
          type: CustomRetriever
          class_name: source_afas.reading.retriever.GetConnectorRetriever
          requester: …
          get_connector: …   # a `GetConnector` as JSON
    """

    config: Config
    requester: HttpRequester
    get_connector: str
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.described = GetConnector.from_json(self.get_connector)
        self.order = order_of(self.described)
        self.whole_order = total_order(self.described)
        self.checking = command_of(self.config).checking
        wanted = 1 if self.checking else int(self.config.get("page_size") or 0)
        self.take = page_size(len(self.described.fields), wanted)
        """Rows to ask for in one request."""
        self._dates = self.described.ids_of("date")
        self._progress = Progress(self.described.id)
        self.marks: Mapping[str, Any] = {}
        """What every row says beside its own fields, where the stream tracks changes."""

    def everything(self) -> Query:
        """Return the query for all rows that the user wants, whenever they were changed."""
        clauses = []
        if administrations := self._administrations():
            clauses.append(query.one_of(self.described.administration_field, administrations))
        clauses.extend(user_filters(self.described, Settings.of(self.config, self.described.id).filters))
        return Query(self.order.fields, tuple(clauses))

    def scope(self) -> str:
        """Return a short text that tells the rows that the user wants from those of other settings."""
        return query.fingerprint(self.everything().clauses)

    def _administrations(self) -> list[int]:
        return (self.config.get("administrations") or []) if self.described.administration_field else []

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a slice: as pages where a page can be written at once, else one by one."""
        for page in self.pages_of(stream_slice):
            yield from self.messages(page.with_fields(self.marks), stream_slice)

    def pages_of(self, stream_slice: StreamSlice | None) -> Iterator[Page]:
        """Yield the pages of a slice that `Slicer` has cut; note in it how new its newest row is."""
        rows: Slice = slice_in(stream_slice)
        for page in self.pages(rows.query, rows.take_first(), columns=rows.columns, expected=rows.expected):
            if rows.began:
                rows.newest = max(rows.newest, self._newest(page, rows.began))
            yield page

    def messages(
        self, page: Page, stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a page: as a page where one can be written at once, else one by one."""
        if not page:
            return
        self._progress.count(len(page), stream_slice)
        if command_of(self.config).writes_pages:
            yield PageMessage.of(self.described.id, page, int(time.time() * 1000))
        else:
            yield from page.exact()

    def first_page(self, wanted: Query, *, expected: bool = False) -> Answer:
        """Return the first answer to a query, asked for twice where rows are expected and none come.

        Warns of what looks wrong in it. Raises the fault that kept the GetConnector's metainfo from being had.
        """
        if self.described.fault:
            raise self.described.fault.error()
        key, time_field = self.described.primary_key, self.described.window_field
        expected = expected and not self.checking
        answer = self.ask(wanted, 0, (*key, time_field) if time_field else key, expected=expected)
        for warning in suspicion.of(self.described, answer.page):
            logger.warning(f"{self.described.id}: {warning}")
        if not suspicion.is_ascending(self.order.parts[0].field, answer.page):
            raise self.no_way_on()
        return answer

    def row_at(self, wanted: Query, position: int) -> Mapping[str, Any] | None:
        """Return the row at a position of a query's order, None where the query has no more than that."""
        page = self._page(wanted, position, 1)
        return page.exact_row(0) if page else None

    def pages(
        self, wanted: Query, first: Answer | None = None, *, columns: Sequence[str] = (), expected: bool = False
    ) -> Iterator[Page]:
        """Yield the rows of a query, page by page.

        `columns` names fields to look at; `expected` says that there should be rows.
        """
        return Walk(self, wanted, self.order, columns=columns, expected=expected).pages(first)

    def _newest(self, page: Page, began: str) -> str:
        times = (str(row.get(self.described.cursor_field) or "").removesuffix("Z") for row in page.columns)
        return max((moment for moment in times if moment <= began), default="")

    def warn_of_nothing(self, page: Page, wanted: Query) -> None:
        """Warn of a whole stream without rows where the user chose administrations."""
        if not page and self._administrations() and wanted.clauses == self.everything().clauses:
            logger.warning(
                f"{self.described.id}: no rows in the `administrations` given. Do they exist, and may the token's user "
                "see them?"
            )

    def too_many_alike(self, rows: int) -> Exception:
        """Return the error for rows that no field tells apart."""
        return config_error(
            f"GetConnector {self.described.id}: {rows:,} rows or more cannot be told apart by the fields that AFAS can "
            f"sort on ({', '.join(self.whole_order.fields[:6])}), so they cannot be read page by page. Name its key as "
            "`primary_key` in `streams`, add a field to it that is different in each row, or narrow it with `filters`."
        )

    def no_way_on(self) -> Exception:
        """Return the error for rows that a filter would have kept out."""
        return transient_error(
            f"GetConnector {self.described.id}: AFAS gave the same rows again where the next ones were asked for, or "
            "not in the order asked for, as if it took no filter: is `base_url` AFAS's own, and is there a proxy in "
            "between that answers for it?"
        )

    def no_time(self, value: str) -> Exception:
        """Return the error for a value of the cursor field that is no time."""
        return transient_error(
            f"GetConnector {self.described.id}: {self.described.cursor_field} is {value[:40]!r} in a row, which is no "
            "time."
        )

    def ask(self, wanted: Query, skip: int, columns: Sequence[str], *, expected: bool) -> Answer:
        """Return AFAS's answer to a query for a page, halved until AFAS can carry it.

        Where rows are due and none come, it is asked once more.
        """
        while True:
            take = self.take
            try:
                page = self._page(wanted, skip, take, columns)
                if expected and not page:
                    logger.info(f"{self.described.id}: no rows where some were expected. Asking once more to be sure.")
                    page = self._page(wanted, skip, take, columns)
                    if not page and wanted.after:
                        logger.warning(
                            f"{self.described.id}: no rows again where the last page had ended. Whoever works in AFAS "
                            "may have deleted them just now; if not, read the stream in full."
                        )
                return Answer(page, take)
            except PageTooLarge as error:
                if take == 1:
                    raise
                self.take = min(self.take, take // 2)
                logger.info(f"{error.message} Going on with {self.take} rows per request.")

    def _page(self, wanted: Query, skip: int, take: int, columns: Sequence[str] = ()) -> Page:
        return rest.get(
            self.requester,
            "connectors",
            self.described.id,
            read=lambda body: read_page(body, self._dates, columns),
            what="no page of rows",
            **wanted.parameters(skip=skip, take=take),
        )


def page_size(fields: int, wanted: int = 0) -> int:
    """Return the rows to ask for in one request of so many fields: as wanted (0: no wish), within AFAS's bounds."""
    within_budget = max(1, (LARGEST_PAGE_CELLS - 1) // max(1, fields))
    return min(wanted or LARGEST_PAGE_ROWS, within_budget)
