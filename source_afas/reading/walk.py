"""The rows of one query, page after page: each page begins at the last border of the one before.

A walk never continues after the last row: what AFAS holds equal cannot be told from here, and rows may come and go
elsewhere in the table meanwhile. Nor does it skip, unless AFAS does not bear out reading by key. Each page must begin
with the row that it was asked to begin with, and the end of the last one is made sure of.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from source_afas.afas import rest
from source_afas.afas.page import Page, Row
from source_afas.afas.query import Query
from source_afas.reading import doubt
from source_afas.reading.answer import Answer
from source_afas.reading.asking import Asking
from source_afas.reading.doubt import AROUND, LARGEST_SKIP, MANY
from source_afas.reading.order import Border

logger = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Place:
    """Where a page begins: so many rows into a query."""

    query: Query
    skip: int = 0


class Walk:
    """Reads the rows of one query."""

    def __init__(
        self,
        asking: Asking,
        wanted: Query,
        *,
        expected: bool = False,
        sure_from: int = doubt.MADE_SURE_FROM,
        due: int | None = None,
    ) -> None:
        self._asking = asking
        self._whole = wanted
        self._here = Place(wanted)
        self._order = self._first_order = asking.order
        self._head: Row | None = None
        """The row that the page here should begin with, if one is known."""
        self._seen_at = Place(wanted)
        """Where the head was seen, in the page before."""
        self._last: Row | None = None
        """The last row that has been yielded."""
        self._by_key = True
        """Whether the next page is asked for by its key, not by skipping."""
        self._sure_from = sure_from
        self._due = due
        """The number of rows, if planning has seen it."""
        self._expected = expected
        """Whether the page here should have rows."""
        self.rows = 0
        """Rows that have been yielded."""
        self._before_whole = 0
        """Rows that were yielded before those of the whole, where that has become what is left, in another order."""
        self._is_first = True
        """Whether the page here is the first."""

    def pages(self, first: Answer | None = None) -> Iterator[Page]:
        """Yield the pages; `first` is the answer to the query, if it has been asked already."""
        while True:
            answer = first or self._ask()
            first = None
            if self._asking.checking:
                yield answer.page
                return
            answer = self._beginning_with_the_head(answer)
            page = answer.page
            in_order = self._asking.look_at(page, self._order)
            if answer.is_short and self._is_the_end(answer):
                yield self._counted(page)
                return
            if not in_order:
                self._stop_reading_by_key("its rows do not come in the order that was asked for")
            self._is_first = False
            rows, places = self._next(page)
            yield self._counted(page.first(rows))
            if len(places) > 1:
                yield from self._in_parts([place.query for place in places])
                return
            self._here = places[0]

    def _ask(self) -> Answer:
        return self._asking.ask(self._here.query, self._here.skip, expected=self._expected)

    def _counted(self, page: Page) -> Page:
        self.rows += len(page)
        return page

    def _in_parts(self, parts: list[Query]) -> Iterator[Page]:
        """Yield the rows of what is left, in queries that AFAS accepts."""
        for part in parts:
            walk = Walk(self._asking, part, expected=True)
            yield from walk.pages()
            self.rows += walk.rows

    # Going on

    def _next(self, page: Page) -> tuple[int, list[Place]]:
        """Return how many rows of a page lie before the next one, and where that is: in parts, if it is too long."""
        if not self._by_key:
            return self._by_skipping(page)
        if not (found := self._last_border(page)):
            if self._order.fields != self._asking.whole_order.fields:
                return self._by_all_fields()
            if not self._asking.whole_order.is_total and not self._is_one_large_row(page):
                raise self._asking.too_many_alike(len(page))
            return self._by_skipping(page)
        border, parts = found
        if parts == [self._here.query]:
            raise self._asking.no_way_on()
        if len(parts) == 1 and not self._is_borne_out(page, border, parts[0]):
            self._stop_reading_by_key("AFAS does not bring the rows that it should for a key")
            return self._by_skipping(page)
        self._note_head(page, border.position, parts[0] if len(parts) == 1 else None)
        return border.position, [Place(part) for part in parts]

    def _is_one_large_row(self, page: Page) -> bool:
        return len(page) == 1 and bool(self._asking.described.primary_key)

    def _note_head(self, page: Page, position: int, following: Query | None) -> None:
        self._expected = True
        self._head = page.exact_row(position) if following else None
        if position:
            self._last = page.exact_row(position - 1)
        self._seen_at = Place(self._here.query, self._here.skip + position)

    def _last_border(self, page: Page) -> tuple[Border, list[Query]] | None:
        """Return the border to go on from, and the query for what comes after it, or several where it is too long.

        None where there is no border. The first choice is nearly always taken, and the others cost a look at many rows.
        """
        border = None
        for border in self._order.last_borders(page, self._last if self._here.skip else None):
            following = self._after(border, page)
            if rest.fits(following.parameters(skip=LARGEST_SKIP, take=LARGEST_SKIP)):
                return border, [following]
        return (border, following.split()) if border else None

    def _after(self, border: Border, page: Page) -> Query:
        return replace(self._here.query, after=replace(border, row=page.exact_row(border.position)).after)

    def _by_all_fields(self) -> tuple[int, list[Place]]:
        """Sort by all fields: more rows than a page holds share a key."""
        self._order, wanted = self._asking.whole_order, self._here.query
        wanted = replace(wanted, order=self._order.fields)
        if not self._order.refines(self._first_order):
            wanted = self._whole = replace(wanted.where(wanted.after), after=())
            self._before_whole, self._last = self.rows, None
        self._head = None
        return 0, [Place(wanted)]

    def _by_skipping(self, page: Page) -> tuple[int, list[Place]]:
        """Skip to the last row of a page, which the next one should begin with."""
        position = len(page) - 1 or 1
        skip = self._here.skip + position
        if skip > LARGEST_SKIP:
            raise self._asking.too_many_alike(LARGEST_SKIP) if self._order.is_total else self._asking.no_way_on()
        self._note_head(page, min(position, len(page) - 1), self._here.query if len(page) > 1 else None)
        self._last = page.exact_row(position - 1)
        return position, [Place(self._here.query, skip)]

    def _stop_reading_by_key(self, why: str) -> None:
        if self._by_key:
            self._by_key = False
            logger.warning(
                f"{self._asking.name}: {why}, so it is read by skipping, up to {LARGEST_SKIP:,} rows. This AFAS is "
                "unlike what is known of AFAS: report it."
            )

    # Making sure

    def _is_borne_out(self, page: Page, border: Border, following: Query) -> bool:
        """Return whether a query like the next one brings what it should of the rows that are known."""
        if len(following.groups()) < 2 or following.shape() in self._asking.proven:
            return True
        position = self._order.example_of(border, page)
        if position is None:
            return True  # the next page must begin with the row of the border, which will tell
        like_it = self._after(replace(border, position=position), page)
        if like_it.shape() != following.shape():
            return True
        known = [page.exact_row(n) for n in range(position, min(position + AROUND, len(page)))]
        here = replace(self._here, skip=self._here.skip + position)

        def fresh() -> list[Row]:
            return self._asking.rows_at(here.query, here.skip, len(known))

        return doubt.brings(self._asking, like_it, known, fresh, self._order)

    def _beginning_with_the_head(self, answer: Answer) -> Answer:
        """Return the page here, beginning with the row that it should begin with, unless that row is gone.

        Raises an error where AFAS has the row, and does not bring it.
        """
        for _ in range(MANY):
            if self._head is None or (answer.page and self._order.same(self._head, answer.page.exact_row(0))):
                return answer
            skip = max(0, self._seen_at.skip - AROUND)
            around = self._asking.rows_at(self._seen_at.query, skip, 2 * AROUND + 1)
            if not any(self._order.same(self._head, row) for row in around):
                return answer
            if self._by_key and not self._asking.understands(self._here.query, self._head):
                self._stop_reading_by_key("AFAS does not bring the row that it should for a key")
                self._here = self._seen_at
            answer = self._ask_again()
        raise self._asking.no_way_on()

    def _ask_again(self) -> Answer:
        return self._asking.ask(self._here.query, self._here.skip, expected=self._expected, again=True)

    def _is_the_end(self, answer: Answer) -> bool:
        """Return whether no rows come after a page that has fewer than were asked for."""
        page = answer.page
        few = len(page) < min(self._sure_from, answer.take // 20)
        if self._is_first and few and not answer.says_otherwise:
            return True
        if self.rows + len(page) == self._due:
            return True
        last = page.exact_row(len(page) - 1) if page else self._last
        query, seen = replace(self._whole, order=self._order.fields), self.rows - self._before_whole + len(page)
        if seen > LARGEST_SKIP:
            query, seen = self._here.query, self._here.skip + len(page)
        if last is None or not seen:
            return True
        ended = doubt.is_the_end(self._asking, query, seen, last, self._order, alone=len(page) == 1)
        if not ended and not page:
            raise self._asking.no_way_on()
        return ended
