"""A query to a GetConnector: which rows, in which order.

AFAS takes a filter as an OR of ANDs. A user's wishes are the other way round, an AND of ORs: these administrations,
those values, changed since then. So they are multiplied out. They go to AFAS as three parallel lists of fields, values
and operators, with `,` between what must hold together or `;` between alternatives; or, where both are needed or a
value holds a separator, as `filterjson`. A request never holds both kinds. `forms.py` has the forms.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import blake2b
from itertools import combinations, pairwise, product
from math import prod
from typing import Any, NamedTuple

from source_afas.afas.errors import config_error
from source_afas.afas.exact_json import digits
from source_afas.afas.forms import FORMS, Form, Shape
from source_afas.afas.rest import fits

OPERATORS: Mapping[str, int] = {
    "=": 1,
    ">=": 2,
    "<=": 3,
    ">": 4,
    "<": 5,
    "contains": 6,
    "!=": 7,
    "is_empty": 8,
    "is_not_empty": 9,
    "starts_with": 10,
    "not_contains": 11,
    "not_starts_with": 12,
    "ends_with": 13,
    "not_ends_with": 14,
    "quick_filter": 15,
}
"""AFAS's `operatortypes` by the names that a configuration uses."""

EQUAL, EMPTY, NOT_EMPTY = OPERATORS["="], OPERATORS["is_empty"], OPERATORS["is_not_empty"]
ORDERED = {OPERATORS[operator] for operator in (">=", "<=", ">", "<")}
COMPARING = ("=", "!=", ">=", "<=", ">", "<")
WITHOUT_VALUE = ("is_empty", "is_not_empty")
NEGATIVE = ("!=", "not_contains", "not_starts_with", "not_ends_with")


MOST_GROUPS = 200
"""Alternatives in one request; no query string holds so many."""

MOST_REQUESTS = 100
"""Requests that a page of rows may be asked for in."""


class Condition(NamedTuple):
    """One field compared with one value."""

    field: str
    operator: int
    value: str


Alternatives = tuple[tuple[Condition, ...], ...]
"""Conditions that must hold together, of which groups one must hold."""


@dataclass(frozen=True)
class Query:
    """Which rows of a GetConnector, in which order."""

    order: tuple[str, ...]
    clauses: tuple[Alternatives, ...] = ()
    """Every clause must hold."""
    after: Alternatives = ()
    """Where to go on; one more clause, which the next page replaces."""

    def where(self, *clauses: Alternatives) -> "Query":
        """Return the query with more clauses that must hold."""
        return replace(self, clauses=(*self.clauses, *(clause for clause in clauses if clause)))

    def parameters(self, *, skip: int, take: int, form: Form = FORMS[0]) -> dict[str, Any]:
        """Return the query parameters of the request for one page, its filter in a form."""
        parameters: dict[str, Any] = {"skip": skip, "take": take, "orderbyfieldids": ",".join(self.order)}
        groups = [[_filled(condition, form.filler) for condition in group] for group in self.groups()]
        if not groups:
            return parameters
        needed = any(_separator_in(condition) for group in groups for condition in group)
        both = len(groups) > 1 and any(len(group) > 1 for group in groups)
        if needed or form.json == "always" or (both and form.json == "where both are needed"):
            by_json = {**parameters, "filterjson": _filter_json(groups)}
            if needed or fits(by_json):
                return by_json
        parameters["filterfieldids"] = _list(groups, "field")
        parameters["filtervalues"] = _list(groups, "value")
        parameters["operatortypes"] = _list(groups, "operator")
        return parameters

    def groups(self) -> list[tuple[Condition, ...]]:
        """Return the filter as AFAS takes it: alternatives of conditions that must all hold."""
        clauses = [clause for clause in (*self.clauses, self.after) if clause]
        if not clauses:
            return []
        return _worth_asking([tuple(c for part in parts for c in part) for parts in product(*clauses)])

    def shape(self) -> Shape:
        """Return what the filter is like, whatever its values."""
        return tuple(sorted({tuple(f"{c.field} {c.operator}" for c in group) for group in self.groups()}))

    def split(self) -> list["Query"]:
        """Return queries that AFAS will each take and that give every row once between them.

        A query that is too long is cut along its longest list of values that exclude each other. Raises a
        configuration error where there is nothing left to cut.
        """
        if self._groups() <= MOST_GROUPS and fits(self.parameters(skip=100_000, take=100_000)):
            return [self]
        longest = max(
            (i for i, clause in enumerate(self.clauses) if len(clause) > 1 and _exclude_each_other(clause)),
            key=lambda i: len(self.clauses[i]),
            default=None,
        )
        if longest is None and self.after:
            raise config_error(
                "`streams`: reading on by key takes more than the 2,049 characters that AFAS accepts. Name a "
                "`primary_key` that tells each row from all others, of short fields and without a time in it; or use "
                "fewer filters."
            )
        if longest is None:
            raise config_error(
                "`streams`: the filters are too long for one request to AFAS (2,049 characters): use fewer or shorter "
                "values, or several filters with `=`."
            )
        if self._groups() > MOST_GROUPS * MOST_REQUESTS:
            raise config_error(
                f"`streams`: the filters come to {self._groups():,} combinations of values, too many to ask AFAS for: "
                "use shorter lists, or a list in one filter only."
            )
        clause = self.clauses[longest]
        half = len(clause) // 2
        return [
            part
            for values in (clause[:half], clause[half:])
            for part in replace(self, clauses=(*self.clauses[:longest], values, *self.clauses[longest + 1 :])).split()
        ]

    def where_any(self, groups: Sequence[tuple[Condition, ...]]) -> Iterator["Query"]:
        """Yield queries that AFAS will each take and that ask for one of the groups, as few as can be."""
        begin, end = 0, 0
        while begin < len(groups):
            while end < len(groups) and self._has_room(groups[begin : end + 1]):
                end += 1
            # One that fits in no request is cut, or told to be too long, where it is read.
            end = max(end, begin + 1)
            yield self.where(tuple(groups[begin:end]))
            begin = end

    def _has_room(self, groups: Sequence[tuple[Condition, ...]]) -> bool:
        asked = self.where(tuple(groups))
        return asked._groups() <= MOST_GROUPS and fits(asked.parameters(skip=100_000, take=100_000))

    def _groups(self) -> int:
        return prod(len(clause) for clause in (*self.clauses, self.after) if clause)


def fingerprint(clauses: Sequence[Alternatives]) -> str:
    """Return a short text that stands for clauses: a state keeps it, so it must not change from version to version."""
    text = json.dumps(clauses, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _worth_asking(groups: list[tuple[Condition, ...]]) -> list[tuple[Condition, ...]]:
    """Return the groups without those that no row fulfils, and without conditions that say nothing more.

    Where a page goes on, the border, the end of the slice and the filters speak of the same fields, and most of what
    they come to when they are multiplied out contradicts itself.
    """
    possible = [_without_repetition(group) for group in dict.fromkeys(groups) if not _contradicts_itself(group)]
    return list(dict.fromkeys(possible)) or groups[:1]


def _contradicts_itself(group: tuple[Condition, ...]) -> bool:
    for condition, other in combinations(group, 2):
        if condition.field == other.field:
            operators = {condition.operator, other.operator}
            if EMPTY in operators and operators & (ORDERED | {EQUAL, NOT_EMPTY}):
                return True
            same = condition.value == other.value
            if operators == {EQUAL} and not same and _are_different_values(condition.value, other.value):
                return True
            if same and EQUAL in operators and operators & {OPERATORS[">"], OPERATORS["<"]}:
                return True
    return False


def _are_different_values(text: str, other: str) -> bool:
    try:
        return Decimal(text) != Decimal(other)
    except ArithmeticError:
        return plain(text) != plain(other)


def _without_repetition(group: tuple[Condition, ...]) -> tuple[Condition, ...]:
    compared = {c.field for c in group if c.operator in ORDERED | {EQUAL}}
    equal = {(c.field, c.value) for c in group if c.operator == EQUAL}
    return tuple(
        c
        for c in dict.fromkeys(group)
        if not (c.operator == NOT_EMPTY and c.field in compared)
        and not (c.operator in {OPERATORS[">="], OPERATORS["<="]} and (c.field, c.value) in equal)
    )


def _exclude_each_other(clause: Alternatives) -> bool:
    if len({c.field for group in clause for c in group}) != 1:
        return False
    return all(len(group) == 1 and group[0].operator == EQUAL for group in clause) or _are_ranges_apart(clause)


def _are_ranges_apart(clause: Alternatives) -> bool:
    """Return whether these are ranges of times, each ending before the next one begins."""
    if any([c.operator for c in group] != [OPERATORS[">="], OPERATORS["<"]] for group in clause):
        return False
    return all(one[1].value <= following[0].value for one, following in pairwise(clause))


def _filled(condition: Condition, filler: str) -> Condition:
    """Return a condition with something beside an operator that compares with nothing: an empty element may be lost."""
    return condition._replace(value=filler) if condition.operator in {EMPTY, NOT_EMPTY} else condition


def _list(groups: Iterable[Sequence[Condition]], part: str) -> str:
    return ";".join(",".join(str(getattr(condition, part)) for condition in group) for group in groups)


def _separator_in(condition: Condition) -> bool:
    return any(separator in text for separator in ",;" for text in (condition.field, condition.value))


def _filter_json(groups: Iterable[Sequence[Condition]]) -> str:
    return json.dumps(
        {
            "Filters": {
                "Filter": [
                    {
                        "@FilterId": f"Filter {number}",
                        "Field": [
                            {"@FieldId": c.field, "@OperatorType": str(c.operator), "#text": c.value} for c in group
                        ],
                    }
                    for number, group in enumerate(groups, 1)
                ]
            }
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def one_of(field: str, values: Iterable[int]) -> Alternatives:
    """Return that a field has one of the numbers."""
    return tuple((Condition(field, OPERATORS["="], str(int(value))),) for value in dict.fromkeys(values))


def since(field: str, moment: str) -> Alternatives:
    """Return that a date field is at or after a moment, or empty: an empty one says nothing about a change."""
    return (*at_or_after(field, moment), *is_empty(field))


def at_or_after(field: str, moment: str) -> Alternatives:
    """Return that a date field is at or after a moment. Empty ones are not."""
    return ((Condition(field, OPERATORS[">="], moment),),)


def before(field: str, moment: str) -> Alternatives:
    """Return that a date field is before a moment. Empty ones are not."""
    return ((Condition(field, OPERATORS["<"], moment),),)


def is_empty(field: str) -> Alternatives:
    """Return that a field is empty."""
    return ((Condition(field, OPERATORS["is_empty"], ""),),)


def is_not_empty(field: str) -> Alternatives:
    """Return that a field is not empty."""
    return ((Condition(field, OPERATORS["is_not_empty"], ""),),)


def plain(text: str) -> str:
    """Return a text without what AFAS's database may overlook: case, accents, spaces at the end."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in folded if not unicodedata.combining(character)).rstrip()


def as_text(value: Any) -> str:
    """Return a value as AFAS takes it in a filter, numbers without an exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return digits(Decimal(repr(value)) if isinstance(value, float) else value)
    return str(value)
