"""The tables that `unlike.py` has read: small ones, with in them what the switches are about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]

START = datetime(2026, 7, 1, 9, 0, 0)
"""In summer, so that a time in UTC is another one."""


@dataclass(frozen=True)
class Table:
    """A table as it is at first, and how it changes between syncs."""

    name: str
    fields: dict[str, Any]
    key: tuple[str, ...]
    rows: Callable[[], list[Row]]
    cursor: str = ""


def _moment(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def _articles() -> list[Row]:
    """A whole number as key; changes with fractions, of which some share a second, and some that are empty."""
    return [
        {
            "Id": 3 * n + 1,
            "Naam": None if n % 11 == 5 else f"{'Item' if n % 2 else 'Artikel'} {n % 40}",
            "Prijs": None if n % 13 == 6 else f"{(n * 7) % 60}.{(n * 35) % 100:02}",
            "Actief": None if n % 17 == 8 else n % 3 == 0,
            "Groep": None if n % 7 == 3 else n % 5,
            "Gewijzigd_op": None if n % 19 == 4 else _moment((n // 3) * 97 + (n % 3) * 0.3 + 0.2),
        }
        for n in range(80)
    ]


CODES = (
    *(f"Item{n}" for n in range(1, 21)),
    *("2", "9", "10", "100", "1000", "007", "70", "8"),
    *("aap", "Bak", "BAL", "bal 2", "Bal-1", "bal1x", "Één", "eend", "Éénd", "zoë", "Zoe2", "zOB", "ZOA", "zo"),
    *("co-op", "coop2", "coon", "coöp", "CO OP", "a_b", "a-c", "ab", "A.D", "x'y", "x y", "X-Z", "xä", "xb"),
    *(f"Jansen {letter}" for letter in "aBcDeF"),
    *("Jansen, P.", "j;k", "J, k"),
)


def _codes() -> list[Row]:
    """A text as key: case, accents, hyphens, numbers within texts and alone, and one that is empty."""
    return [
        {
            "Code": code,
            "Omschrijving": None if n % 9 == 2 else f"Omschrijving {n}",
            "Soort": None if n % 4 == 1 else "vast" if n % 2 else "los",
            "Bedrag": f"{n}.50",
            "Gewijzigd_op": None if n % 15 == 7 else _moment(n * 1801 + 0.6),
        }
        for n, code in enumerate([None, *CODES])
    ]


def _rates() -> list[Row]:
    """A key of a whole number, a text that is often empty, and a decimal."""
    return [
        {
            "Unit": 1 + n % 3,
            "Code": None if n % 5 == 2 else f"{'ab' if n % 2 else 'AC'}{n % 8}",
            "Tarief": f"{n % 12}.{n // 12 % 10}{n % 10}",
            "Naam": f"Tarief {n}",
            "Vast": n % 2 == 0,
        }
        for n in range(72)
    ]


def _hours() -> list[Row]:
    """No key: rows repeat, and most of their fields are often empty."""
    return [
        {
            "Soort": None if n % 6 == 1 else ("Uren", "reis", "Overig")[n % 3],
            "Aantal": None if n % 5 == 3 else (n // 2) % 9,
            "Bedrag": f"{n % 4}.25",
            "Dag": None if n % 8 == 5 else f"2026-07-{1 + n % 9:02}T00:00:00",
            "Akkoord": n % 2 == 0,
        }
        for n in range(70)
    ]


ARTICLES = Table(
    "Artikelen",
    {
        "Id": "int",
        "Naam": "string",
        "Prijs": {"dataType": "decimal", "decimals": 2},
        "Actief": "boolean",
        "Groep": "int",
        "Gewijzigd_op": "date",
    },
    ("Id",),
    _articles,
    "Gewijzigd_op",
)
CODED = Table(
    "Codes",
    {
        "Code": "string",
        "Omschrijving": "string",
        "Soort": "string",
        "Bedrag": {"dataType": "decimal", "decimals": 2},
        "Gewijzigd_op": "date",
    },
    ("Code",),
    _codes,
    "Gewijzigd_op",
)
RATES = Table(
    "Tarieven",
    {
        "Unit": "int",
        "Code": "string",
        "Tarief": {"dataType": "decimal", "decimals": 2},
        "Naam": "string",
        "Vast": "boolean",
    },
    ("Unit", "Code", "Tarief"),
    _rates,
)
HOURS = Table(
    "Uren",
    {
        "Soort": "string",
        "Aantal": "int",
        "Bedrag": {"dataType": "decimal", "decimals": 2},
        "Dag": "date",
        "Akkoord": "boolean",
    },
    (),
    _hours,
)
