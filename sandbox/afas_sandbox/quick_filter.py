"""Operator 15, Profit's own quick filter: `10400..10499`, `>=100`, `@Ba`.

A range between two values was seen at work [client code]. The rest is our guess: the symbols that AFAS gives its
operators [D:get, official], `;` between values of which one must match, and a bare value for equality.
"""

from __future__ import annotations

from afas_sandbox.query import Condition

SYMBOLS = {
    "![]": 9,
    "[]": 8,
    "!*": 11,
    "!@": 12,
    "!&": 14,
    "!=": 7,
    "<>": 7,
    ">=": 2,
    "<=": 3,
    "=": 1,
    ">": 4,
    "<": 5,
    "*": 6,
    "@": 10,
    "&": 13,
}
"""Longest first: `!=` must not be read as something after a `!`."""


def quick_conditions(condition: Condition) -> list[list[Condition]]:
    """Return what a quick filter says in the other operators: an OR of ANDs."""
    return [_term(condition, term.strip()) for term in condition.value.split(";")]


def _term(condition: Condition, term: str) -> list[Condition]:
    lowest, dots, highest = term.partition("..")
    if dots:
        bounds = [(2, lowest), (3, highest)]
        return [Condition(condition.field, operator, value) for operator, value in bounds if value] or [
            Condition(condition.field, 9, "")
        ]
    for symbol, operator in SYMBOLS.items():
        if term.startswith(symbol):
            return [Condition(condition.field, operator, term[len(symbol) :].strip())]
    return [Condition(condition.field, 1, term)]
