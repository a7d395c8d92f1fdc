"""What a request for rows asks: which rows, in which order, how many.

Filters come as three parallel lists, where a comma means AND and a semicolon OR, or as `filterjson` [D:get, official].
Either way they are an OR of groups, each an AND of conditions [client code].
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.errors import Fault, FunctionalError

DEFAULT_TAKE = 100
"""Rows in an answer when the request names no number [D:get, official]."""

EVERYTHING = -1
"""As `skip` it asks for all rows, whatever `take` says [client code]."""

OPERATORS = range(1, 16)

_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Condition:
    """One field compared with one value by an operator from 1 to 15."""

    field: Field
    operator: int
    value: str


@dataclass(frozen=True)
class Query:
    """A request for rows; no `groups` means no filter."""

    groups: tuple[tuple[Condition, ...], ...]
    order: tuple[tuple[Field, bool], ...]
    """Fields and whether they run downwards."""
    skip: int
    take: int
    by_json: bool = False
    """Whether the filters came as `filterjson`."""
    late: bool = False
    """Whether the filters take rows out of the page, instead of deciding which rows it is made of."""

    @property
    def everything(self) -> bool:
        """Whether all rows are asked for at once."""
        return self.skip == EVERYTHING


def read_query(parameters: Mapping[str, str], get_connector: GetConnector) -> Query:
    """Return what the parameters (names in lower case) ask of a GetConnector, or raise AFAS's error."""
    skip = _skip(parameters.get("skip"))
    return Query(
        groups=_groups(parameters, get_connector),
        order=tuple(_order(parameters.get("orderbyfieldids", ""), get_connector)),
        skip=skip,
        take=EVERYTHING if skip == EVERYTHING else _take(parameters.get("take")),
        by_json=bool(parameters.get("filterjson")),
    )


def _skip(text: str | None) -> int:
    """Read `skip`: below -1, or no number at all, it is 0 [client code]."""
    try:
        return max(int(text or 0), EVERYTHING) if text is None or int(text) >= EVERYTHING else 0
    except ValueError:
        return 0


def _take(text: str | None) -> int:
    """Read `take`: 0 gives one row [client code]; -1 after a skip fails [D:trouble, official], so do bad numbers."""
    if text is None:
        return DEFAULT_TAKE
    try:
        take = int(text)
    except ValueError:
        raise FunctionalError(Fault.UNEXPECTED) from None
    if not 0 <= take <= _LARGEST:
        raise FunctionalError(Fault.UNEXPECTED)
    return take or 1


def _order(text: str, get_connector: GetConnector) -> list[tuple[Field, bool]]:
    """Read `orderbyfieldids`: names with commas between them, `-` in front of one that runs downwards."""
    names = text.split(",") if text else []
    return [(_field(name.removeprefix("-"), get_connector), name.startswith("-")) for name in names]


def _field(name: str, get_connector: GetConnector) -> Field:
    found = get_connector.by_id.get(name)
    if found is None:
        raise FunctionalError(Fault.FIELD_NOT_FOUND, name)
    return found


def _groups(parameters: Mapping[str, str], get_connector: GetConnector) -> tuple[tuple[Condition, ...], ...]:
    lists = [parameters.get(name, "") for name in ("filterfieldids", "filtervalues", "operatortypes")]
    if parameters.get("filterjson"):
        if any(lists):
            # Both kinds at once: what AFAS makes of it is not known, so nothing may rest on it [our guess].
            raise FunctionalError(Fault.UNEXPECTED)
        return _from_json(parameters["filterjson"], get_connector)
    return _from_lists(lists, get_connector) if any(lists) else ()


def _from_lists(lists: list[str], get_connector: GetConnector) -> tuple[tuple[Condition, ...], ...]:
    """Read the three lists, which must have the same separators in the same places [our guess: else unexpected]."""
    shapes = [[group.split(",") for group in text.split(";")] for text in lists]
    if len({tuple(len(group) for group in shape) for shape in shapes}) != 1:
        raise FunctionalError(Fault.UNEXPECTED)
    return tuple(
        tuple(_condition(name, value, operator, get_connector) for name, value, operator in zip(*groups, strict=True))
        for groups in zip(*shapes, strict=True)
    )


def _condition(name: str, value: str, operator: str, get_connector: GetConnector) -> Condition:
    if not operator.isdecimal() or int(operator) not in OPERATORS:
        raise FunctionalError(Fault.UNEXPECTED)
    return Condition(_field(name, get_connector), int(operator), value)


def _from_json(text: str, get_connector: GetConnector) -> tuple[tuple[Condition, ...], ...]:
    """Read `filterjson`; one Filter or Field may stand there without its list, as XML made JSON does [our guess]."""
    try:
        filters = _listed(json.loads(text)["Filters"]["Filter"])
        groups = [
            [(part["@FieldId"], part.get("#text", ""), part["@OperatorType"]) for part in _listed(each["Field"])]
            for each in filters
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FunctionalError(Fault.UNEXPECTED) from None
    if not groups or not all(groups):
        raise FunctionalError(Fault.UNEXPECTED)
    return tuple(
        tuple(_condition(str(name), _as_text(value), str(operator), get_connector) for name, value, operator in group)
        for group in groups
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
