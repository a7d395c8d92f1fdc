"""How AFAS shows a value, in SQL and in Python.

Numbers are bare text with every digit, never a float. Times are rounded half up to whole seconds and carry a `Z` that
means nothing: they are Amsterdam's [D:get, official; the rounding: client code]. What is empty is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from afas_sandbox.definition import Field

_HALF_A_SECOND = timedelta(milliseconds=500)


@dataclass(frozen=True)
class Style:
    """How numbers and pages are written."""

    profit_6: bool = False
    """As up to Profit 6: `-.5`, which is no JSON, and skip and take on lines of their own [D:news7, official]."""
    trailing_zeros: bool = False
    """Whether a decimal shows as many decimals as metainfo says; which zeros AFAS shows is not known [our guess]."""


PROFIT_7 = Style()


def text_in_sql(field: Field, style: Style) -> str:
    """Return SQL for a field's value as text, without quotation marks; NULL where it is empty."""
    column = field.column
    if field.data_type == "decimal":
        text = f"CAST({column} AS VARCHAR)"
        if field.decimals and not style.trailing_zeros:
            text = f"rtrim(rtrim({text}, '0'), '.')"
        return f"regexp_replace({text}, '^(-?)0\\.', '\\1.')" if style.profit_6 else text
    if field.data_type == "date":
        return f"strftime({column} + INTERVAL 500 MILLISECOND, '%Y-%m-%dT%H:%M:%SZ')"
    return f"CAST({column} AS VARCHAR)"


def json_in_sql(field: Field, style: Style) -> str:
    """Return SQL for a field's value as JSON text."""
    text = text_in_sql(field, style)
    if field.data_type == "date":
        text = f"'\"' || {text} || '\"'"
    elif field.sql_type == "VARCHAR":
        text = f"CAST(to_json({field.column}) AS VARCHAR)"
    return f"coalesce({text}, 'null')"


def in_python(field: Field, value: Any) -> Any:
    """Return a stored value as a client reads it from AFAS: a decimal is a Decimal, a date its shown text."""
    if value is None:
        return None
    if isinstance(value, datetime):
        # Years before 1000 keep their four digits, which strftime does not promise.
        return (value + _HALF_A_SECOND).replace(microsecond=0).isoformat() + "Z"
    return Decimal(value) if field.data_type == "decimal" else value
