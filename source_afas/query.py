"""A query to a GetConnector: which rows, in which order.

AFAS takes a filter as an OR of ANDs: three parallel lists of fields, values and operators, `,` between what must hold
together and `;` between alternatives. A user's wishes are the other way round, an AND of ORs: these administrations,
those values, changed since then. So they are multiplied out. The lists have no way to write a `,` or `;` within a
value; a query that needs one goes by `filterjson` as a whole, for AFAS gets one kind of filter in a request.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from source_afas.errors import config_error
from source_afas.metainfo import GetConnector
from source_afas.rest import fits

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

WITHOUT_VALUE = ("is_empty", "is_not_empty")
NEGATIVE = ("!=", "not_contains", "not_starts_with", "not_ends_with")


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

    def parameters(self, *, skip: int, take: int) -> dict[str, Any]:
        """Return the query parameters of the request for one page."""
        parameters: dict[str, Any] = {"skip": skip, "take": take, "orderbyfieldids": ",".join(self.order)}
        groups = [tuple(c for part in parts for c in part) for parts in product(*self.clauses)] if self.clauses else []
        if any(_separator_in(condition) for group in groups for condition in group):
            parameters["filterjson"] = _filter_json(groups)
        elif groups:
            parameters["filterfieldids"] = _list(groups, "field")
            parameters["filtervalues"] = _list(groups, "value")
            parameters["operatortypes"] = _list(groups, "operator")
        return parameters

    def split(self) -> list["Query"]:
        """Return queries that AFAS will each take and that give every row once between them.

        A query that is too long is cut along its longest list of values that exclude each other. Raises a
        configuration error where there is nothing left to cut.
        """
        if fits(self.parameters(skip=100_000, take=100_000)):
            return [self]
        longest = max(
            (i for i, clause in enumerate(self.clauses) if len(clause) > 1 and _exclude_each_other(clause)),
            key=lambda i: len(self.clauses[i]),
            default=None,
        )
        if longest is None:
            raise config_error(
                "`streams`: the filters are too long for one request to AFAS (2,049 characters): use fewer or shorter "
                "values, or several filters with `=`."
            )
        clause = self.clauses[longest]
        half = len(clause) // 2
        return [
            part
            for values in (clause[:half], clause[half:])
            for part in Query(self.order, (*self.clauses[:longest], values, *self.clauses[longest + 1 :])).split()
        ]


def _exclude_each_other(clause: Alternatives) -> bool:
    return len({c.field for group in clause for c in group}) == 1 and all(
        len(group) == 1 and group[0].operator == OPERATORS["="] for group in clause
    )


def _list(groups: Iterable[tuple[Condition, ...]], part: str) -> str:
    return ";".join(",".join(str(getattr(condition, part)) for condition in group) for group in groups)


def _separator_in(condition: Condition) -> bool:
    return any(separator in text for separator in ",;" for text in (condition.field, condition.value))


def _filter_json(groups: Iterable[tuple[Condition, ...]]) -> str:
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


def one_of(field: str, values: Iterable[Any]) -> Alternatives:
    """Return that a field has one of the values."""
    return tuple((Condition(field, OPERATORS["="], text),) for text in dict.fromkeys(map(as_text, values)))


def since(field: str, moment: str) -> Alternatives:
    """Return that a date field is at or after a moment, or empty: an empty one says nothing about a change."""
    return (Condition(field, OPERATORS[">="], moment),), (Condition(field, OPERATORS["is_empty"], ""),)


def user_filters(get_connector: GetConnector, filters: Sequence[Mapping[str, Any]]) -> tuple[Alternatives, ...]:
    """Return the clauses of a user's filters.

    Raises a configuration error for a field that the GetConnector lacks.
    """
    clauses = []
    for number, given in enumerate(filters):
        field, operator = given["field"], given["operator"]
        data_type = get_connector.data_type(field)
        if data_type is None:
            raise config_error(
                f"`streams` for GetConnector {get_connector.id}: `filters[{number}].field` names {field}, which it "
                f"does not have; its fields are {', '.join(f.id for f in get_connector.fields)}."
            )
        value = "" if operator in WITHOUT_VALUE else given["value"]
        values = value if isinstance(value, list) else [value]
        texts = dict.fromkeys(_as_moment(as_text(v)) if data_type == "date" else as_text(v) for v in values)
        clauses.append(tuple((Condition(field, OPERATORS[operator], text),) for text in texts))
    return tuple(clauses)


def as_text(value: Any) -> str:
    """Return a value as AFAS takes it in a filter."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _as_moment(text: str) -> str:
    # AFAS shows times with a Z, and refuses one in a filter.
    return text[:-1] if text[:1].isdigit() and text.endswith("Z") else text


def total_order(get_connector: GetConnector) -> tuple[str, ...]:
    """Return the fields to sort on: the key, else as many fields as one request can name.

    AFAS fails on sorting by an id with a dot in it, and blobs cannot be sorted; integers sort fastest.
    """
    if get_connector.primary_key:
        return get_connector.primary_key
    by_speed = [
        field_id
        for data_type in ("int", "date", "string", "decimal", "boolean")
        for field_id in get_connector.ids_of(data_type)
    ]
    sortable = [field_id for field_id in by_speed if not set(".,") & set(field_id)] or by_speed[:1]
    # Half of the query string is left to the filters.
    while len(",".join(sortable)) > 900:
        sortable.pop()
    return tuple(sortable)
