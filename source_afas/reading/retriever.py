"""Reading a GetConnector: the component that the CDK calls for the rows of a slice."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, StreamSlice

from source_afas.afas import query
from source_afas.afas.command import command_of
from source_afas.afas.errors import transient_error
from source_afas.afas.page import Page
from source_afas.afas.query import Query
from source_afas.reading import doubt
from source_afas.reading.answer import Answer
from source_afas.reading.asking import Asking
from source_afas.reading.filters import left_out, user_filters
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.page_message import PageMessage
from source_afas.reading.progress import Progress
from source_afas.reading.settings import Settings
from source_afas.reading.slice import Slice, slice_in
from source_afas.reading.walk import Walk

logger = logging.getLogger("airbyte")

_NO_VALUE = "kqxzvjwqkxzj"


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
        self.asking = Asking(self.described, self.requester, int(self.config.get("page_size") or 0))
        self.checking = self.asking.checking
        self._filters = Settings.of(self.config, self.described.id).filters
        self._filters_doubted = False
        self._progress = Progress(self.described.id)
        self.marks: Mapping[str, Any] = {}
        """What every row says beside its own fields, where the stream tracks changes."""

    def everything(self) -> Query:
        """Return the query for all rows that the user wants, whenever they were changed."""
        clauses = []
        if administrations := self._administrations():
            clauses.append(query.one_of(self.described.administration_field, administrations))
        clauses.extend(user_filters(self.described, self._filters))
        return Query(self.asking.order.fields, tuple(clauses))

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
        """Yield the pages of a slice that `Slicer` has cut; note in it how new its newest row is.

        Raises an error if AFAS counts more rows in it than came, or fewer.
        """
        rows: Slice = slice_in(stream_slice)
        due = rows.until.count if rows.until else None
        walk = Walk(self.asking, rows.query, expected=rows.expected, due=due)
        whole = rows.query.clauses == self.everything().clauses
        lists = {clause[0][0].field for clause in rows.query.clauses if whole and _is_list(clause)}
        seen: dict[str, set[str]] = {field: set() for field in lists}
        for page in walk.pages(rows.take_first()):
            self._doubt_filters(page)
            for field in lists:
                seen[field].update(_as_listed(value) for value in page.column(field))
            if rows.began:
                rows.newest = max(rows.newest, self._newest(page, rows.began))
            yield page
        if rows.until:
            doubt.is_whole(self.asking, rows.query, walk.rows, rows.until)
        if rows.tally and (total := rows.tally.close(walk.rows)) is not None:
            doubt.are_all(self.asking, rows.tally.whole, total)
        self._doubt_lists(rows.query, seen)
        if not walk.rows:
            self._warn_of_nothing(rows.query)

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

    def begin(self, wanted: Query, *, expected: bool = False, again: bool = False) -> tuple[Query, Answer]:
        """Return the first answer to a query, asked for twice where rows are expected and none come, and the query.

        Raises the fault that kept the GetConnector's metainfo from being had.
        """
        if self.described.fault:
            raise self.described.fault.error()
        return self.asking.begin(wanted, expected=expected and not self.checking, again=again)

    def pages(
        self,
        wanted: Query,
        first: Answer | None = None,
        *,
        expected: bool = False,
        sure_from: int = doubt.MADE_SURE_FROM,
    ) -> Iterator[Page]:
        """Yield the rows of a query, page by page.

        `expected` says that there should be rows; `sure_from` how many make the end of a single page doubtful.
        """
        return Walk(self.asking, wanted, expected=expected, sure_from=sure_from).pages(first)

    def _newest(self, page: Page, began: str) -> str:
        times = (str(value or "") for value in page.column(self.described.cursor_field))
        return max((moment for moment in times if moment <= began), default="")

    def _doubt_filters(self, page: Page) -> None:
        """Warn once where a row came that the user's filters leave out."""
        if not page or not self._filters or self._filters_doubted:
            return
        looked_at = (page.exact_row(position) for position in {0, len(page) // 2, len(page) - 1})
        found = (left_out(self.described, self._filters, row) for row in looked_at)
        if which := next(filter(None, found), "") or self._without_effect:
            self._filters_doubted = True
            logger.warning(
                f"{self.described.id}: AFAS brings rows that `{which}` in `streams` leaves out. It seems to "
                "mean something else by this filter: write it otherwise, or filter in the destination."
            )

    @cached_property
    def _without_effect(self) -> str:
        """The quick filter by which rows come of a value that none can have; empty if there is no such filter.

        What a quick filter should bring cannot be told from a row.
        """
        for number, given in enumerate(self._filters):
            if given["operator"] == "quick_filter":
                none = Query(self.asking.order.fields, user_filters(self.described, [{**given, "value": _NO_VALUE}]))
                if self.asking.rows_in(self.asking.forms.form, none, 1):
                    return f"filters[{number}] ({given['field']} quick_filter)"
        return ""

    def _doubt_lists(self, wanted: Query, seen: Mapping[str, set[str]]) -> None:
        """Raise an error where AFAS has rows of a value in a list, and brought none of it with the others."""
        for number, clause in enumerate(wanted.clauses):
            if not _is_list(clause) or not seen.get(clause[0][0].field):
                continue
            missing = [group for group in clause if _as_listed(group[0].value) not in seen[group[0].field]]
            if missing:
                clauses = (*wanted.clauses[:number], (missing[0],), *wanted.clauses[number + 1 :])
                if self.asking.rows_at(Query(wanted.order, clauses), 0, 1):
                    raise self.asking.no_way_on()

    def _warn_of_nothing(self, wanted: Query) -> None:
        """Warn of a whole stream without rows where the user's settings leave none."""
        if wanted.clauses != self.everything().clauses or not wanted.clauses:
            return
        if not self.asking.rows_at(Query(wanted.order), 0, 1):
            return
        if self._administrations() and len(wanted.clauses) == 1:
            logger.warning(
                f"{self.described.id}: no rows in the `administrations` given. Do they exist, and may the token's user "
                "see them?"
            )
            return
        sent = {k: v for k, v in wanted.parameters(skip=0, take=1, form=self.asking.forms.form).items() if "f" in k[:6]}
        logger.warning(
            f"{self.described.id}: no rows, though the GetConnector has some: the `filters` in `streams` leave none. "
            f"They went to AFAS as {', '.join(f'{name}={value}' for name, value in sent.items())}. Is that meant?"
        )

    def no_time(self, value: str) -> Exception:
        """Return the error for a value of the cursor field that is no time."""
        return transient_error(
            f"GetConnector {self.described.id}: {self.described.cursor_field} is {value[:40]!r} in a row, which is no "
            "time."
        )


def _is_list(clause: query.Alternatives) -> bool:
    """Return whether a clause names several values of a field."""
    return len(clause) > 1 and all(len(group) == 1 and group[0].operator == query.EQUAL for group in clause)


def _as_listed(value: Any) -> str:
    """Return a value in a form in which those in filters and those in rows compare."""
    text = query.plain(query.as_text(value))
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return text
