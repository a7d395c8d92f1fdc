"""From a query to SQL: comparisons as SQL Server makes them, which AFAS stands on.

Text compares without regard to case, but to accents; what is empty sorts first and matches no comparison
[our guess: the collation is not documented]. A time is compared with the stored one, fractions and all [client code].
Values travel as parameters, never in the text of the statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from afas_sandbox.clause import Clause, joined
from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.errors import Fault, FunctionalError
from afas_sandbox.query import Condition, Query
from afas_sandbox.quick_filter import quick_conditions
from afas_sandbox.shown import PROFIT_7, text_in_sql
from afas_sandbox.unlike import Unlike

SYMBOLS = {1: "=", 2: ">=", 3: "<=", 4: ">", 5: "<", 7: "<>"}

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
# Whole seconds, and no Z: with one AFAS refuses the filter [client code]. Fractions are refused too [our guess].
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2})?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def where(query: Query, unlike: Unlike) -> Clause:
    """Return the condition that a row must meet."""
    if not query.groups:
        return "TRUE", []
    groups = [[_condition(each, unlike) for each in group] for group in query.groups]
    return unlike.where(groups, query) or joined("OR", [joined("AND", group) for group in groups])


def order_by(query: Query, get_connector: GetConnector, call: int, unlike: Unlike) -> str:
    """Return the order of the rows.

    Where the request leaves it open, the rows stand as the call's number shuffles them: AFAS promises no order that was
    not asked for, and neither does SQL Server between rows that are equal in it [D:get, official].
    """
    parts = []
    for field, downwards in query.order:
        direction = "DESC NULLS LAST" if downwards else "ASC NULLS FIRST"
        parts.append(f"{_without_case(unlike.sorted(field), field)} {unlike.direction(direction, field)}")
    identity = get_connector.identity
    if identity and not {field.column for field, _ in query.order}.issuperset(identity):
        parts.append(f"hash({', '.join(identity)}, {call})")
    return f"ORDER BY {', '.join(parts)}" if parts else ""


def _condition(condition: Condition, unlike: Unlike) -> Clause:
    return unlike.condition(_COMPARISONS[condition.operator](condition, unlike), condition)


def _without_case(sql: str, field: Field) -> str:
    """Have a text sort and compare without regard to case, where no other rule was given."""
    return f"{sql} COLLATE NOCASE" if field.sql_type == "VARCHAR" and sql == field.column else sql


def _compare(condition: Condition, unlike: Unlike) -> Clause:
    field, symbol = condition.field, SYMBOLS[condition.operator]
    if field.data_type in ("int", "decimal"):
        return _compare_number(condition, symbol, unlike)
    column, value = unlike.compared(field.column, condition), unlike.compared("?", condition)
    if field.data_type == "date":
        return f"{column} {symbol} {value}", [_time(condition.value)]
    if field.data_type == "boolean":
        wanted = _BOOLEANS.get(condition.value.lower())
        if wanted is None:
            raise FunctionalError(Fault.UNEXPECTED)
        return f"{column} {symbol} {value}", [wanted]
    return f"{_without_case(column, field)} {symbol} {value}", [condition.value]


def _compare_number(condition: Condition, symbol: str, unlike: Unlike) -> Clause:
    """Compare exactly, also with a number of more digits than the column has."""
    field, text = condition.field, condition.value
    if not _NUMBER.fullmatch(text):
        raise FunctionalError(Fault.UNEXPECTED)
    value = Decimal(text)
    digits, scale = (18, 0) if field.data_type == "int" else (max(26, min(38, field.length)), field.decimals)
    if value.adjusted() >= digits - scale:
        always = symbol == "<>" or symbol.startswith("<" if value > 0 else ">")
        return f"{field.column} IS {'NOT NULL' if always else 'NULL AND FALSE'}", []
    floor = _floor(value, scale)
    if floor != value:
        if symbol in ("=", "<>"):
            return f"{field.column} IS {'NOT NULL' if symbol == '<>' else 'NULL AND FALSE'}", []
        symbol = ">" if symbol.startswith(">") else "<="
    sql_type = "BIGINT" if field.data_type == "int" else field.sql_type
    column = unlike.compared(field.column, condition)
    return f"{column} {symbol} {unlike.compared(f'CAST(? AS {sql_type})', condition)}", [format(floor, "f")]


def _floor(value: Decimal, scale: int) -> Decimal:
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent >= -scale:
        return value
    # Not by quantize(): its precision depends on the thread's context.
    whole = int(Decimal((sign, digits, exponent + scale)).to_integral_value(ROUND_FLOOR))
    return Decimal(f"{whole}E-{scale}")


def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise FunctionalError(Fault.UNEXPECTED)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FunctionalError(Fault.UNEXPECTED) from None


def _holds(function: str, negated: bool = False) -> Callable[[Condition, Unlike], Clause]:
    def compare(condition: Condition, unlike: Unlike) -> Clause:
        text = _text_sought(function, condition.value)
        word = "NOT " if negated else ""
        # On other fields than text the comparison is with the value as shown [our guess].
        return f"{word}{function}(lower({text_in_sql(condition.field, PROFIT_7)}), lower(?))", [text]

    return compare


def _text_sought(function: str, value: str) -> str:
    """Take off the per cent signs with which older clients wrap the text [client code]."""
    before = function in ("contains", "suffix") and value.startswith("%")
    after = function in ("contains", "prefix") and value.endswith("%")
    if function == "contains" and not (before and after and len(value) > 1):
        return value
    return value[1 if before else 0 : -1 if after else None]


def _empty(condition: Condition, unlike: Unlike) -> Clause:
    return f"{condition.field.column} IS NULL", []


def _not_empty(condition: Condition, unlike: Unlike) -> Clause:
    return f"{condition.field.column} IS NOT NULL", []


def _quick(condition: Condition, unlike: Unlike) -> Clause:
    groups = [[_condition(each, unlike) for each in group] for group in quick_conditions(condition)]
    return joined("OR", [joined("AND", group) for group in groups])


_COMPARISONS: dict[int, Callable[[Condition, Unlike], Clause]] = {
    **dict.fromkeys(SYMBOLS, _compare),
    6: _holds("contains"),
    8: _empty,
    9: _not_empty,
    10: _holds("prefix"),
    11: _holds("contains", negated=True),
    12: _holds("prefix", negated=True),
    13: _holds("suffix"),
    14: _holds("suffix", negated=True),
    15: _quick,
}
