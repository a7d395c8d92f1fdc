"""A user's filters on a GetConnector, checked against its fields and put as AFAS takes them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from source_afas.afas.errors import config_error
from source_afas.afas.query import COMPARING, OPERATORS, WITHOUT_VALUE, Alternatives, Condition, as_text, plain
from source_afas.reading.get_connector import GetConnector


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
