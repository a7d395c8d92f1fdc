"""By which rules texts may be sorted, and which of some texts tell these rules apart."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from source_afas.afas.query import plain

Rule = Callable[[str], str]


def _natural(text: str) -> str:
    return re.sub(r"\d+", lambda number: number[0].zfill(20), text.casefold())


def _as_number(text: str) -> str:
    return text.zfill(20) if text.isdecimal() else text.casefold()


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


RULES: Mapping[str, Rule] = {
    "without case": str.casefold,
    "binary": str,
    "natural": _natural,
    "digits as numbers": _as_number,
    "without accents": _without_accents,
    "without hyphens": lambda text: text.casefold().replace("-", ""),
    "letters and digits alone": lambda text: "".join(filter(str.isalnum, text.casefold())),
    "digits last": lambda text: re.sub(r"\d", lambda digit: "\uff40" + digit[0], text.casefold()),
    "by length": lambda text: f"{len(text):04}{text.casefold()}",
    "by the first characters": lambda text: text.casefold()[:4],
}
"""What a text is sorted by, under each rule."""

MOST_BORDERS = 2


def is_sorted(values: Sequence[str], rule: Rule) -> bool:
    """Return whether texts are sorted by a rule."""
    keys = [rule(value) for value in values]
    return keys == sorted(keys)


def tell_apart(values: Sequence[str], is_whole: bool = True) -> tuple[int, int]:
    """Return how well texts tell the rules apart: the more of them order the texts differently, the better.

    Of a table that is not whole, the texts that a sorted page begins with may be others.
    """
    distinct = sorted(set(values), key=str.casefold)[:200]
    orders = {tuple(sorted(distinct, key=rule)) for rule in RULES.values()}
    return len(orders) * (2 if is_whole else 1), len(distinct)


def borders(values: Sequence[str]) -> list[int]:
    """Return places in sorted texts at which a comparison by another rule would be seen, few that show many rules.

    A text that another one may be equal to, or that does not go into a list of values, makes no border.
    """
    folded = [plain(value) for value in values]
    usable = [n for n in range(1, len(values)) if folded.count(folded[n]) == 1 and not set(",;%") & set(values[n])]
    shown = {n: {name for name, rule in RULES.items() if _differs(values, n, rule)} for n in usable}
    chosen: list[int] = []
    seen: set[str] = set()
    while usable and len(chosen) < MOST_BORDERS:
        best = max(usable, key=lambda n: (len(shown[n] - seen), n))
        if chosen and not shown[best] - seen:
            break
        chosen.append(best)
        seen |= shown[best]
    return chosen


def told(values: Sequence[str], places: Sequence[int]) -> int:
    """Return how many rules would be seen at some places in sorted texts, if texts were compared by them."""
    return sum(any(_differs(values, place, rule) for place in places) for rule in RULES.values())


def _differs(values: Sequence[str], place: int, rule: Rule) -> bool:
    """Return whether a rule puts other texts before the one at a place than stand there."""
    border = rule(values[place])
    return any((rule(value) < border) != (n < place) for n, value in enumerate(values))
