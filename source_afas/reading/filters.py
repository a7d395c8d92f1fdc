"""A user's filters on a GetConnector, checked against its fields and put as AFAS takes them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from source_afas.afas.errors import config_error
from source_afas.afas.query import (
    COMPARING,
    NEGATIVE,
    OPERATORS,
    WITHOUT_VALUE,
    Alternatives,
    Condition,
    as_text,
    plain,
)
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.order import is_empty


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
        check = operator in COMPARING
        texts = [
            _text(get_connector.id, f"filters[{number}]", field, data_type if check else "string", v) for v in values
        ]
        # What AFAS holds equal must not come twice: a long list is cut, and both halves would bring the row.
        different = {_same(text, data_type if check else "string"): text for text in texts}
        clauses.append(tuple((Condition(field, OPERATORS[operator], text),) for text in different.values()))
    return tuple(clauses)


def left_out(get_connector: GetConnector, filters: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> str:
    """Return the filter that surely leaves out a row that came all the same; empty if none does."""
    for number, given in enumerate(filters):
        field, operator, value = given["field"], given["operator"], given.get("value")
        data_type = get_connector.data_type(field) or "string"
        values = value if isinstance(value, list) else [value]
        if not any(_may_hold(data_type, operator, row.get(field), one) for one in values):
            return f"filters[{number}] ({field} {operator})"
    return ""


def _may_hold(data_type: str, operator: str, shown: Any, value: Any) -> bool:
    """Return whether a condition may hold of a value as AFAS shows it. What only AFAS can tell may hold."""
    if operator == "quick_filter":
        return True
    if operator in WITHOUT_VALUE:
        return is_empty(shown) is (operator == "is_empty")
    if is_empty(shown):
        return operator in NEGATIVE
    if operator in COMPARING and data_type in ("int", "decimal", "boolean"):
        try:
            mine, theirs = Decimal(as_number(shown)), Decimal(as_number(value))
        except ArithmeticError:
            return True
        return bool(_COMPARISONS[operator](mine, theirs))
    if data_type not in ("string", "blob"):
        return True
    mine_text, their_text = plain(as_text(shown)), plain(as_text(value))
    return _TEXTS[operator](mine_text, their_text) if operator in _TEXTS else True


def as_number(value: Any) -> str:
    """Return a number, or a boolean as one, as text."""
    text = as_text(value).strip().lower()
    return {"true": "1", "false": "0"}.get(text, text)


_COMPARISONS: Mapping[str, Any] = {"=": eq, "!=": ne, ">=": ge, "<=": le, ">": gt, "<": lt}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": eq,
    "contains": lambda text, part: part.strip("%") in text,
    "starts_with": lambda text, part: text.startswith(part.strip("%")),
    "ends_with": lambda text, part: text.endswith(part.strip("%")),
}
"""What AFAS does at least: its own comparison may overlook more."""


def _text(get_connector: str, key: str, field: str, data_type: str, value: Any) -> str:
    """Return a value as AFAS takes it for a field. Raises a configuration error for one of another kind."""
    text = as_text(value).strip() if data_type != "string" else as_text(value)
    expected = _EXPECTED.get(data_type)
    if expected and not expected[0].fullmatch(text):
        raise config_error(
            f"`streams` for GetConnector {get_connector}: `{key}.value` must be {expected[1]}, as {field} is "
            f"{data_type}; it is {value!r}."
        )
    if data_type == "date":
        return _as_moment(get_connector, key, text)
    return text.lower() if data_type == "boolean" else text


_EXPECTED = {
    "int": (re.compile(r"[+-]?[0-9]+"), "a whole number"),
    "decimal": (re.compile(r"[+-]?[0-9]*\.?[0-9]+"), "a number, such as 12.5"),
    "boolean": (re.compile(r"true|false|0|1", re.IGNORECASE), "true or false"),
    "date": (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?)?"),
        "a date, 2024-01-31, or a time, 2024-01-31T13:00:00",
    ),
}


def _as_moment(get_connector: str, key: str, text: str) -> str:
    """Return a date, or a time in whole seconds without the `Z` that AFAS shows it with and refuses in a filter."""
    text = text.removesuffix("Z").partition(".")[0]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise config_error(
            f"`streams` for GetConnector {get_connector}: `{key}.value` is {text}, which does not exist."
        ) from None
    return moment.isoformat() if "T" in text else text


def _same(text: str, data_type: str) -> Any:
    """Return what two values have in common that AFAS holds equal."""
    if data_type in ("int", "decimal"):
        return Decimal(text)
    return datetime.fromisoformat(text) if data_type == "date" else plain(text)
