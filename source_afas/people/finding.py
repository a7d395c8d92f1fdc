"""What a probe finds of a fact. It holds no value of a row: its words and counts go into the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["holds", "does not hold", "could not be seen"]


@dataclass(frozen=True)
class Finding:
    """What was found of one fact."""

    verdict: Verdict
    words: str = ""
    """A few words on what was seen."""
    counts: Mapping[str, int] = field(default_factory=dict)


def holds(words: str = "", **counts: int) -> Finding:
    """Return that a fact holds."""
    return Finding("holds", words, counts)


def fails(words: str, **counts: int) -> Finding:
    """Return that a fact does not hold."""
    return Finding("does not hold", words, counts)


def unseen(words: str, **counts: int) -> Finding:
    """Return that a fact could not be seen."""
    return Finding("could not be seen", words, counts)


def found(right: bool, words: str, otherwise: str, **counts: int) -> Finding:
    """Return that a fact holds, or that it does not, each in its words."""
    return holds(words, **counts) if right else fails(otherwise, **counts)


def together(*findings: Finding) -> Finding:
    """Return several findings as one: it holds where a part does and none does not."""
    counts = {name: count for each in findings for name, count in each.counts.items()}
    for verdict in ("does not hold", "holds"):
        if parts := [each for each in findings if each.verdict == verdict]:
            return Finding(verdict, "; ".join(each.words for each in parts if each.words), counts)
    return Finding("could not be seen", "; ".join(dict.fromkeys(each.words for each in findings)), counts)
