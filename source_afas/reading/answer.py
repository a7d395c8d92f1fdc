"""What AFAS answered to a query for rows."""

from dataclasses import dataclass

from source_afas.afas.page import Page


@dataclass(frozen=True)
class Answer:
    """A page, and how many rows were asked for. AFAS's own word for that decides nothing: its samples differ."""

    page: Page
    take: int

    @property
    def says_otherwise(self) -> bool:
        """Whether AFAS says that it was asked for another number of rows."""
        return self.page.take not in (None, self.take)

    @property
    def is_short(self) -> bool:
        """Whether fewer rows came than were asked for, as at the end of a query."""
        return len(self.page) < self.take
