"""Reading a GetConnector: pages of rows, in a fixed order, each going on where the one before it ended."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace
from hashlib import blake2b
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, StreamSlice

from source_afas import query, rest, suspicion
from source_afas.error_handler import CHECK
from source_afas.errors import PageTooLarge, config_error, transient_error
from source_afas.filters import user_filters
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
        """Whether the query has no more rows. An AFAS that gives fewer rows than asked for says so in its `take`."""
        taken = self.page.take if self.page.take and self.page.take > 0 else self.take
        return len(self.page) < min(self.take, taken)


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
        return blake2b(repr(self.everything().clauses).encode(), digest_size=8).hexdigest()

    def _administrations(self) -> list[int]:
        return (self.config.get("administrations") or []) if self.described.administration_field else []

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a slice: as pages where a page can be written at once, else one by one."""
        for page in self.pages_of(stream_slice):
            yield from self.messages(page.with_fields(self.marks), stream_slice)

    def pages_of(self, stream_slice: StreamSlice | None) -> Iterator[Page]:
        """Yield the pages of a slice that `streams.Slicer` has cut; note in it how new its newest row is."""
        extra: Any = stream_slice.extra_fields if stream_slice else {}
        columns = extra.get("columns", ())
        expected = bool(extra.get("expected"))
        for page in self.pages(extra["query"], extra.pop("first", None), columns=columns, expected=expected):
            if "newest" in extra:
                extra["newest"] = max(extra["newest"], self._newest(page, extra["began"]))
            yield page

    def messages(
        self, page: Page, stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield the rows of a page: as a page where one can be written at once, else one by one."""
        if not page:
            return
        self._progress.count(len(page), stream_slice)
        if self.config.get(PAGES):
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
        expected = expected and not self.config.get(CHECK)
        answer = self._ask(wanted, 0, (*key, time_field) if time_field else key, expected=expected)
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
        """Yield the rows of a query, page by page, each going on from the last border of the one before.

        `columns` names fields to look at; `expected` says that there should be rows.
        """
        order, skip, before = self.order, 0, None
        while True:
            answer, first = first or self._ask(wanted, skip, columns, expected=expected), None
            page = answer.page
            if answer.is_last or self.config.get(CHECK):
                self._warn_of_nothing(page, wanted)
                yield page
                return
            if found := self._reading_on(wanted, page, order.last_borders(page, before)):
                border, parts = found
                if parts == [wanted]:
                    raise self.no_way_on()
                yield page.first(border.position)
                if len(parts) > 1:
                    for part in parts:
                        yield from self.pages(part, columns=columns, expected=True)
                    return
                (wanted,), skip, before, expected = parts, 0, None, True
            elif order is not self.whole_order:
                # More rows than a page holds share a key: tell them apart by their other fields.
                order, wanted = self.whole_order, replace(wanted, order=self.whole_order.fields)
                if not order.refines(self.order):
                    wanted = replace(wanted.where(wanted.after), after=())
            elif not order.is_total:
                raise self._too_many_alike(len(page))
            else:
                yield page
                skip, before, expected = skip + len(page), page[-1], True
                if skip > LARGEST_SKIP:
                    raise self._too_many_alike(LARGEST_SKIP)

    def _newest(self, page: Page, began: str) -> str:
        times = (str(row.get(self.described.cursor_field) or "").removesuffix("Z") for row in page.columns)
        return max((moment for moment in times if moment <= began), default="")

    def _warn_of_nothing(self, page: Page, wanted: Query) -> None:
        if not page and self._administrations() and wanted.clauses == self.everything().clauses:
            logger.warning(
                f"{self.described.id}: no rows in the `administrations` given. Do they exist, and may the token's user "
                "see them?"
            )

    @staticmethod
    def _reading_on(wanted: Query, page: Page, borders: Iterator[Border]) -> tuple[Border, list[Query]] | None:
        """Return the border to go on from, and the query for what comes after it, or several where it is too long.

        None where there is no border. The first choice is nearly always taken, and the others cost a look at many rows.
        """
        border = None
        for border in borders:
            following = replace(wanted, after=replace(border, row=page.exact_row(border.position)).after)
            if rest.fits(following.parameters(skip=LARGEST_SKIP, take=LARGEST_SKIP)):
                return border, [following]
        return (border, following.split()) if border else None

    def _too_many_alike(self, rows: int) -> Exception:
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

    def _ask(self, wanted: Query, skip: int, columns: Sequence[str], *, expected: bool) -> Answer:
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
