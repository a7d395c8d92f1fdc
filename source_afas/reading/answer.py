"""What AFAS answered to a query for rows."""

from dataclasses import dataclass

from source_afas.afas.page import Page


@dataclass(frozen=True)
class Answer:
    """A page, and how many rows were asked for."""

    page: Page
    take: int

    @property
    def is_last(self) -> bool:
        """Whether the query has no more rows. An AFAS that gives fewer rows than asked for says so in its `take`."""
        taken = self.page.take if self.page.take and self.page.take > 0 else self.take
        return len(self.page) < min(self.take, taken)
