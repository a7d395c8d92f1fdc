"""Asking AFAS for rows of one GetConnector: a page of them, or a few to make sure by."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester

from source_afas.afas import rest
from source_afas.afas.answers import unexpected
from source_afas.afas.command import command_of
from source_afas.afas.errors import NotUnderstood, PageTooLarge, config_error, transient_error
from source_afas.afas.failure import ONCE
from source_afas.afas.forms import Form
from source_afas.afas.page import Page, PageReader, Row
from source_afas.afas.query import Query
from source_afas.reading import suspicion
from source_afas.reading.answer import Answer
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.order import Order, order_of, total_order

logger = logging.getLogger("airbyte")

LARGEST_PAGE_CELLS = 150_000
"""Rows times fields of one answer stay below this (AFAS's advice for `take`)."""

LARGEST_PAGE_ROWS = 10_000
"""A page of a narrow GetConnector, all the same."""


MOST_LOOKS = 100
"""Looks at what answers do not agree on, in one read of a stream."""

_WHAT = "no page of rows"
"""What an answer is that is no page."""


def page_size(fields: int, wanted: int = 0) -> int:
    """Return the rows to ask for in one request of so many fields: as wanted (0: no wish), within AFAS's bounds."""
    within_budget = max(1, (LARGEST_PAGE_CELLS - 1) // max(1, fields))
    return min(wanted or LARGEST_PAGE_ROWS, within_budget)


class Asking:
    """Asks AFAS for rows of one GetConnector, for one read of its stream."""

    def __init__(self, described: GetConnector, requester: HttpRequester, page_size_wanted: int) -> None:
        self.name = described.id
        self.described = described
        self.requester = requester
        command = command_of(requester.config)
        self.checking, self.forms = command.checking, command.forms
        self.order, self.whole_order = order_of(described), total_order(described)
        self.take = 1 if self.checking else page_size(len(described.fields), page_size_wanted)
        """Rows to ask for in one request."""
        self.proven: set[object] = set()
        """Shapes of filters that have brought what they should."""
        self._reader = PageReader(described.fields)
        self._asked: set[int] = set()
        self._looked_again = 0
        self._failed: Exception | None = None
        self._warned: set[str] = set()

    def begin(self, wanted: Query, *, expected: bool, again: bool = False) -> tuple[Query, Answer]:
        """Return AFAS's first answer to a query, and the query: sorted on fewer fields, if AFAS refuses some."""
        try:
            return wanted, self.ask(wanted, 0, expected=expected, again=again, patient=False)
        except NotUnderstood:
            wanted = self._sorted_on_fewer_fields(wanted) or wanted
            return wanted, self.ask(wanted, 0, expected=expected, again=True)

    def ask(self, wanted: Query, skip: int, *, expected: bool, again: bool = False, patient: bool = True) -> Answer:
        """Return AFAS's answer to a query for a page, halved until AFAS can carry it.

        Where rows are due and none come, AFAS is asked three times more. Raises an error for a query that has been
        asked before, but for one that is asked `again` on purpose: AFAS would go round in a circle.
        """
        while True:
            take = self.take
            try:
                page = self._in_some_form(wanted, skip, take, again=again, patient=patient)
                if expected and not page:
                    logger.info(f"{self.name}: no rows where some were expected. Asking again to be sure.")
                    if any(self._page(wanted, place, 1, again=True) for place in (skip, skip + 1, skip)):
                        page = self._with_rows(wanted, skip, take)
                if expected and not page.named:
                    raise unexpected(f"/connectors/{self.name}", _WHAT, self.requester.config).error
                return Answer(page, take)
            except PageTooLarge as error:
                if take == 1:
                    raise
                self.take = min(self.take, take // 2)
                logger.info(f"{error.message} Going on with {self.take} rows per request.")

    def _with_rows(self, wanted: Query, skip: int, take: int) -> Page:
        """Return a page that is known to have rows. Raises `PageTooLarge` if AFAS brings none of so many."""
        page = self._page(wanted, skip, take, again=True)
        if not page:
            said = f"GetConnector {self.name}: AFAS brings no rows where it has some, if it is asked for {take}."
            raise PageTooLarge(said, said, FailureType.transient_error)
        return page

    def rows_at(self, wanted: Query, skip: int, take: int) -> list[Row]:
        """Return a few rows of a query, however often they have been asked for."""
        return self._few(wanted, skip, take)

    def look_again(self) -> None:
        """Count a look at what two answers do not agree on. Raises an error after many: they never will."""
        self._looked_again += 1
        if self._looked_again > MOST_LOOKS:
            raise self.no_way_on()

    def row_at(self, wanted: Query, position: int) -> Row | None:
        """Return the row at a position of a query's order, None if the query has no more than that."""
        rows = self.rows_at(wanted, position, 1)
        return rows[0] if rows else None

    def rows_in(self, form: Form, wanted: Query, take: int) -> list[Row] | None:
        """Return the first rows of a query in a form of its filter; None if AFAS does not take it."""
        try:
            return self._few(wanted, 0, take, form=form, tries=ONCE)
        except NotUnderstood:
            return None

    def _few(self, wanted: Query, skip: int, take: int, **how: Any) -> list[Row]:
        """Return a few rows, in more requests where they are too large for one."""
        try:
            rows: list[Row] = [*self._page(wanted, skip, take, again=True, **how).exact()]
            return rows[:take]
        except PageTooLarge:
            if take == 1:
                raise
        half = take // 2
        rows = self._few(wanted, skip, half, **how)
        return rows + self._few(wanted, skip + half, take - half, **how) if len(rows) == half else rows

    def forms_of(self, wanted: Query) -> Iterator[Form]:
        """Yield the forms in which a query's filter can be written, the one in use first."""
        return self.forms.candidates(lambda form: wanted.parameters(skip=0, take=1, form=form))

    def understands(self, wanted: Query, head: Row) -> bool:
        """Return whether a query begins with a row, in some form, which is used from then on."""
        return self.finds(wanted, lambda rows: bool(rows) and self.order.same(rows[0], head), 1)

    def finds(self, wanted: Query, found: Callable[[list[Row]], bool], take: int = 50) -> bool:
        """Return whether what should come comes of a query, in some form, which is used from then on."""
        for form in self.forms_of(wanted):
            rows = self.rows_in(form, wanted, take)
            if rows is not None and found(rows):
                self.forms.form = form
                return True
        return False

    def _in_some_form(self, wanted: Query, skip: int, take: int, *, again: bool, patient: bool) -> Page:
        """Return a page of a query; where AFAS does not understand it, in another form of its filter.

        AFAS says of what it does not understand what it says on a bad day. So the query is asked as it was once more
        before another is believed to be what helped.
        """
        try:
            return self._page(wanted, skip, take, tries=2, again=again)
        except NotUnderstood:
            for form in self.forms_of(wanted):
                if self._helps(wanted, form):
                    self.forms.form = form
                    break
            return self._page(wanted, skip, take, tries=None if patient else ONCE, again=True)

    def _helps(self, wanted: Query, form: Form) -> bool:
        return (
            form != self.forms.form
            and self.rows_in(form, wanted, 1) is not None
            and self.rows_in(self.forms.form, wanted, 1) is None
        )

    def _sorted_on_fewer_fields(self, wanted: Query) -> Query | None:
        """Return a query on fewer fields, where AFAS refuses to sort on some, or on so many; None if that is not it.

        From then on, rows that are alike in the fields that are left are not told apart.
        """
        for order in self.order.with_fewer_fields():
            fewer = Query(order.fields, wanted.clauses)
            if self.rows_in(self.forms.form, fewer, 1) is not None:
                if self.rows_in(self.forms.form, wanted, 1) is not None:
                    return None  # it was a bad day
                logger.warning(
                    f"{self.name}: AFAS refuses to sort on {', '.join(self.order.fields[:6])}. Its rows are sorted on "
                    f"{', '.join(order.fields)}."
                )
                self.order = self.whole_order = order
                return fewer
        return None

    def look_at(self, page: Page, order: Order) -> bool:
        """Warn once of what looks wrong in a page; return whether its rows are in order."""
        for warning in (*suspicion.of(self.described, page), *self._reader.warnings()):
            if (kind := warning[:40]) not in self._warned:
                self._warned.add(kind)
                logger.warning(f"{self.name}: {warning}")
        return order.is_kept_by(page)

    def no_way_on(self) -> Exception:
        """Return the error for rows that contradict what was asked; nothing more is asked then."""
        self._failed = self._failed or transient_error(
            f"GetConnector {self.name}: AFAS gave the same rows again where the next ones were asked for, or not in "
            "the order asked for, or not as many as it counts itself, as if it took no filter: is `base_url` AFAS's "
            "own, and is there a proxy in between that answers for it? If it is AFAS, it is unlike what is known of "
            "AFAS: report it."
        )
        return self._failed

    def too_many_alike(self, rows: int) -> Exception:
        """Return the error for rows that no field tells apart."""
        return config_error(
            f"GetConnector {self.name}: {rows:,} rows or more cannot be told apart by the fields that AFAS can sort on "
            f"({', '.join(self.whole_order.fields[:6])}), so they cannot be read page by page. Name its key as "
            "`primary_key` in `streams`, add a field to it that is different in each row, or narrow it with `filters`."
        )

    def _page(
        self,
        wanted: Query,
        skip: int,
        take: int,
        *,
        form: Form | None = None,
        tries: int | None = None,
        again: bool = False,
    ) -> Page:
        if self._failed:
            raise self._failed
        parameters = wanted.parameters(skip=skip, take=take, form=form or self.forms.form)
        if not again:
            question = hash(tuple(parameters.items()))
            if question in self._asked:
                raise self.no_way_on()
            self._asked.add(question)
        page = self._got(parameters, tries)
        if not page.named:
            logger.warning(f"{self.name}: an answer says nothing of rows. Asking again (attempt 2 of 2).")
            page = self._got(parameters, tries)
        return page

    def _got(self, parameters: Mapping[str, Any], tries: int | None) -> Page:
        read = self._reader.read
        return rest.get(self.requester, "connectors", self.name, read=read, what=_WHAT, tries=tries, **parameters)
