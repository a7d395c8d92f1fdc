"""The rows of one query, page after page: each page begins at the last border of the one before.

A walk never continues after the last row, nor by skipping: what AFAS holds equal cannot be told from here, and rows may
come and go elsewhere in the table meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from source_afas.afas import rest
from source_afas.afas.page import Page, Row
from source_afas.afas.query import Query
from source_afas.reading.answer import Answer
from source_afas.reading.order import Border, Order

LARGEST_SKIP = 100_000
"""Beyond this, AFAS gets too slow to go on skipping."""


class Asker(Protocol):
    """What a walk needs of the GetConnector that it reads."""

    whole_order: Order
    checking: bool

    def ask(self, wanted: Query, skip: int, columns: Sequence[str], *, expected: bool) -> Answer:
        """Return AFAS's answer to a query for a page."""
        ...

    def warn_of_nothing(self, page: Page, wanted: Query) -> None:
        """Warn if a page without rows is not what the user may expect."""
        ...

    def no_way_on(self) -> Exception:
        """Return the error for rows that a filter would have kept out."""
        ...

    def too_many_alike(self, rows: int) -> Exception:
        """Return the error for rows that no field tells apart."""
        ...


class Walk:
    """Reads the rows of one query."""

    def __init__(
        self, asker: Asker, wanted: Query, order: Order, *, columns: Sequence[str] = (), expected: bool = False
    ) -> None:
        self._asker = asker
        self._wanted = wanted
        """What is left to be read."""
        self._order = self._first_order = order
        self._columns = columns
        self._expected = expected
        """Whether the next page should have rows."""
        self._skip = 0
        self._preceding: Row | None = None
        """The row before the next page, where rows are skipped."""

    def pages(self, first: Answer | None = None) -> Iterator[Page]:
        """Yield the pages; `first` is the answer to the query, if it has been asked already."""
        while True:
            asker = self._asker
            answer = first or asker.ask(self._wanted, self._skip, self._columns, expected=self._expected)
            first, page = None, answer.page
            if answer.is_last or asker.checking:
                asker.warn_of_nothing(page, self._wanted)
                yield page
                return
            if found := self._last_border(page):
                border, parts = found
                if parts == [self._wanted]:
                    raise asker.no_way_on()
                yield page.first(border.position)
                if len(parts) > 1:
                    for part in parts:
                        yield from Walk(asker, part, self._order, columns=self._columns, expected=True).pages()
                    return
                self._go_on_with(parts[0])
            elif self._order is not asker.whole_order:
                self._tell_apart_by_all_fields()
            else:
                yield from self._skip_over(page)

    def _last_border(self, page: Page) -> tuple[Border, list[Query]] | None:
        """Return the border to go on from, and the query for what comes after it, or several where it is too long.

        None where there is no border. The first choice is nearly always taken, and the others cost a look at many rows.
        """
        border = None
        for border in self._order.last_borders(page, self._preceding):
            following = replace(self._wanted, after=replace(border, row=page.exact_row(border.position)).after)
            if rest.fits(following.parameters(skip=LARGEST_SKIP, take=LARGEST_SKIP)):
                return border, [following]
        return (border, following.split()) if border else None

    def _go_on_with(self, wanted: Query) -> None:
        self._wanted, self._skip, self._preceding, self._expected = wanted, 0, None, True

    def _tell_apart_by_all_fields(self) -> None:
        """Sort by all fields: more rows than a page holds share a key."""
        self._order = self._asker.whole_order
        self._wanted = replace(self._wanted, order=self._order.fields)
        if not self._order.refines(self._first_order):
            self._wanted = replace(self._wanted.where(self._wanted.after), after=())

    def _skip_over(self, page: Page) -> Iterator[Page]:
        """Yield a page of rows that are alike in all fields, and skip over it: any of them stands for any other."""
        if not self._order.is_total:
            raise self._asker.too_many_alike(len(page))
        yield page
        self._skip, self._preceding, self._expected = self._skip + len(page), page[-1], True
        if self._skip > LARGEST_SKIP:
            raise self._asker.too_many_alike(LARGEST_SKIP)
