"""A switch: one fact of the reference in doubt, and what the sandbox does where it is false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.query import Condition, Query

KINDS: Mapping[int, str] = {
    1: "a short page is not the end",
    2: "null and ''",
    3: "sort and comparison by different rules",
    4: "filters mean something else",
    5: "times",
    6: "order",
    7: "no progress",
    8: "answers",
    9: "refusals by another status",
    10: "keys that are none",
    11: "changed booking days",
    12: "the user's own filters",
}
"""The kinds of doubt."""

STAGES: Mapping[str, str] = {
    "parameters": "the request's parameters, names in lower case, for a GetConnector",
    "query": "what they ask, for a GetConnector",
    "condition": "the SQL of a condition",
    "compared": "the SQL of either side of a comparison, for a condition; the value's holds a `?`",
    "where": "the SQL of all conditions, given group by group, for a query; None is OR of ANDs",
    "sorted": "the SQL that rows are sorted by, for a field",
    "direction": "`ASC NULLS FIRST`, for a field",
    "stored": "the SQL of a stored value, for a field and a GetConnector",
    "source": "the SQL that rows come from, for a GetConnector at a time",
    "visible": "the SQL condition on rows that is checked after paging, for a GetConnector",
    "shown": "the SQL of a value's JSON, for a field",
    "rows": "the rows of a page, as JSON, for a query and the call's number",
    "head": "what stands before the rows, for a number of rows",
    "answer": "the answer, for a number of rows and the call's number",
    "remembered": "the parameters that an answer is remembered by, None to forget it",
    "refused": "the answer to a request for what is not open",
    "listed": "the GetConnectors that metainfo lists, given those that were closed",
    "metainfo": "what metainfo says of a field",
    "touched": "whether a booking day is listed as changed, for `inserted`, `changed`, `moved` or `deleted`",
}
"""Where a switch may step in, and what it is given there; it returns what goes on in its place."""


@dataclass(frozen=True)
class Switch:
    """One fact in doubt: `changes` has what it does at which stage."""

    name: str
    kind: int
    says: str
    changes: Mapping[str, Callable[..., Any]]


def switch(kind: int, name: str, says: str, **changes: Callable[..., Any]) -> Switch:
    """Return a switch."""
    unknown = set(changes) - set(STAGES)
    if unknown or kind not in KINDS:
        raise ValueError(f"{name}: no stage {', '.join(unknown)}, or no kind {kind}")
    return Switch(name, kind, says, changes)


def is_text(field: Field) -> bool:
    """Return whether a field holds text."""
    return field.sql_type == "VARCHAR"


def of_type(*data_types: str) -> Callable[[Field], bool]:
    """Return whether a field is of one of the types."""
    return lambda field: field.data_type in data_types


def some_rows(get_connector: GetConnector, one_in: int) -> str:
    """Return SQL that holds for one in so many rows, always the same ones."""
    return f"hash({', '.join(get_connector.identity) or '1'}) % {one_in} = 0"


def each_condition(change: Callable[[Condition], Condition | None]) -> Callable[[Query, GetConnector], Query]:
    """Return a change of a query that changes its conditions, or leaves them out where it returns None."""

    def changed(query: Query, _: GetConnector) -> Query:
        groups = (tuple(c for c in map(change, group) if c) for group in query.groups)
        return replace(query, groups=tuple(groups))

    return changed


def each_group(
    change: Callable[[tuple[Condition, ...]], tuple[Condition, ...]],
) -> Callable[[Query, GetConnector], Query]:
    """Return a change of a query that changes what must hold together."""
    return lambda query, _: replace(query, groups=tuple(map(change, query.groups)))
