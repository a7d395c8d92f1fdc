"""The forms in which AFAS takes a filter, and which of them this AFAS was seen to understand.

AFAS's samples have lists for conditions that must all hold and for alternatives, and `filterjson` for both together;
they have the words `[is leeg]` beside an operator that compares with nothing. Whether the lists of a request may mix
`,` and `;`, and what that means, is told in two ways that contradict each other. So a form is tried on known rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

FILLER = "[is leeg]"
"""What stands beside `is_empty` and `is_not_empty` in AFAS's samples [official samples]."""


@dataclass(frozen=True)
class Form:
    """One way to write a filter."""

    json: Literal["where both are needed", "always", "never"] = "where both are needed"
    """When a filter goes by `filterjson`: where conditions and alternatives are needed together, for one."""
    filler: str = FILLER


FORMS = tuple(
    Form(json, filler) for filler in (FILLER, "", "null") for json in ("where both are needed", "always", "never")
)
"""Preferred first."""

Shape = tuple[tuple[str, ...], ...]
"""What a filter is like, whatever its fields and values: for each alternative, its operators and types."""


@dataclass
class Forms:
    """What this command has learned of the AFAS that it talks to."""

    form: Form = FORMS[0]
    """The form to use."""

    def candidates(self, written: Callable[[Form], object]) -> Iterator[Form]:
        """Yield the forms in which a filter is written differently, the one in use first."""
        seen: list[object] = []
        for form in (self.form, *FORMS):
            if (text := written(form)) not in seen:
                seen.append(text)
                yield form
