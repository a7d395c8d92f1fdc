"""A piece of SQL with its parameters: values never travel in the text of a statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Clause = tuple[str, list[Any]]
"""A piece of SQL and its parameters."""


def joined(word: str, clauses: Sequence[Clause]) -> Clause:
    """Return conditions joined by AND or OR; none of them hold always."""
    if not clauses:
        return "TRUE", []
    return f"({f' {word} '.join(text for text, _ in clauses)})", [value for _, values in clauses for value in values]
