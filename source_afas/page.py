"""A page of rows: AFAS's answer to /connectors/{id}."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

_BARE_POINT = re.compile(rb'"(?:[^"\\]|\\.)*"|(?<![0-9])\.[0-9]')
"""A text, to be passed over, or a decimal point without a digit before it, as Profit 6 and older write `-.5`."""


def read_rows(body: bytes, date_fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a page, decimals to the last digit, dates without AFAS's false `Z`.

    Raises `ValueError` where the body is not a page.
    """
    page = _parse(body)
    rows = page.get("rows") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no page")
    for row in rows:
        for field in date_fields:
            value = row.get(field)
            if isinstance(value, str) and value.endswith("Z"):
                row[field] = value[:-1]
    return rows


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal, parse_int=_integer)
    except ValueError:
        mended = _BARE_POINT.sub(lambda m: m[0] if m[0].startswith(b'"') else b"0" + m[0], body)
        return json.loads(mended, parse_float=Decimal, parse_int=_integer)


def _integer(digits: str) -> int | Decimal:
    # What is beyond 64 bits would not leave as JSON.
    return int(digits) if len(digits) < 19 else Decimal(digits)
