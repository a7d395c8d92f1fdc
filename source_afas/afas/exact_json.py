"""JSON without a float: a decimal of AFAS's may have more digits than one holds."""

import json
from decimal import Decimal
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Return a value as one line of JSON, its `Decimal`s digit for digit."""
    return orjson.dumps(value, default=_as_sent)


def loads(text: str | bytes) -> Any:
    """Return the value of a JSON text, with exact decimals.

    Raises `ValueError` for anything else, and for lists too deep or numbers too large to be held.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_int=_integer, parse_constant=_no_number)
    except (RecursionError, ArithmeticError):
        raise ValueError("lists too deep, or numbers too large") from None


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raises `ValueError` where it is anything else."""
    try:
        answer = json.loads(body)
    except RecursionError:
        raise ValueError("lists within lists, too deep") from None
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")
    found: dict[str, Any] = whole(answer)
    return found


def digits(value: Decimal) -> str:
    """Return a decimal without an exponent, unless a few bytes of it would become gigabytes of zeros."""
    return f"{value:f}" if abs(value.adjusted()) < 1000 else str(value)


def whole(value: Any) -> Any:
    """Return a value of JSON without half characters, as a column that is too short leaves behind: they are no text."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(one) for one in value]
    return {whole(name): whole(one) for name, one in value.items()} if isinstance(value, dict) else value


def _as_sent(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(digits(value))
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _integer(digits: str) -> int | Decimal:
    # orjson writes no integer beyond 64 bits.
    return int(digits) if len(digits) < 19 else Decimal(digits)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
