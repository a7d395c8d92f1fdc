"""A page of rows: from query to JSON, within AFAS's limits.

DuckDB writes each row's JSON itself, so that no number passes through a float, and a page of 5,000 rows takes
milliseconds.
"""

# ruff: noqa: S608 - names come from definitions, values travel as parameters

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from afas_sandbox.database import Database
from afas_sandbox.definition import GetConnector
from afas_sandbox.errors import Fault, FunctionalError
from afas_sandbox.query import Query
from afas_sandbox.shown import Style, in_python, json_in_sql
from afas_sandbox.sql import order_by, where
from afas_sandbox.unlike import Unlike

CELL_BUDGET = 150_000
"""Rows times fields that AFAS bears in one answer [D:get, official]; beyond it memory runs out."""


@dataclass(frozen=True)
class Page:
    """The answer to a request for rows, and what it cost."""

    body: bytes
    rows: int
    cells: int
    skipped: int


def read_page(
    database: Database,
    get_connector: GetConnector,
    query: Query,
    *,
    language: str,
    call: int,
    cell_budget: int = CELL_BUDGET,
    style: Style,
    unlike: Unlike,
    now: datetime,
) -> Page:
    """Return the rows that a query asks for; raise AFAS's error where they are too many.

    `call` shuffles rows whose order was not asked for.
    """
    asked, query = query, unlike.query(query, get_connector)
    width = len(get_connector.fields)
    most = cell_budget // width
    limit = most + 1 if query.everything else min(query.take, most + 1)
    skipped = 0 if query.everything else query.skip
    condition, parameters = where(query, unlike)
    before, after = ("TRUE", condition) if query.late else (condition, "TRUE")
    sql = (
        f"SELECT {_row_as_json(get_connector, style, unlike)} "
        f"FROM (SELECT * FROM {unlike.source(get_connector, language, now)} "
        f"WHERE {before} {order_by(query, get_connector, call, unlike)} LIMIT {limit} OFFSET {skipped}) "
        f"WHERE {after} AND {unlike.visible(get_connector)}"
    )
    rows = [row for (row,) in database.rows(sql, parameters)]
    if len(rows) > most:
        raise FunctionalError(Fault.OUT_OF_MEMORY)
    rows = unlike.rows(rows, query, call)
    return Page(_page_as_json(asked, rows, style, unlike), len(rows), len(rows) * width, skipped)


def all_rows(
    database: Database, get_connector: GetConnector, unlike: Unlike, now: datetime, language: str = "nl"
) -> list[dict[str, Any]]:
    """Return every row as a client would read it from AFAS, in the order of what tells rows apart.

    It does not go through JSON, so that a test can hold the pages against it.
    """
    columns = ", ".join(field.column for field in get_connector.fields)
    order = f"ORDER BY {', '.join(get_connector.identity)}" if get_connector.identity else ""
    source = unlike.source(get_connector, language, now)
    rows = database.rows(f"SELECT {columns} FROM {source} WHERE {unlike.visible(get_connector)} {order}")
    return [
        {field.id: in_python(field, value) for field, value in zip(get_connector.fields, row, strict=True)}
        for row in rows
    ]


def _row_as_json(get_connector: GetConnector, style: Style, unlike: Unlike) -> str:
    parts = []
    for number, field in enumerate(get_connector.fields):
        name = _literal(("," if number else "{") + _json_text(field.id) + ":")
        parts += [name, unlike.shown(json_in_sql(field, style), field)]
    return " || ".join([*parts, "'}'"])


def _page_as_json(query: Query, rows: list[str], style: Style, unlike: Unlike) -> bytes:
    """Write the page: on one line from Profit 7 on; before, skip and take had lines of their own [D:get, official]."""
    line = "\r\n" if style.profit_6 else ""
    space = "  " if style.profit_6 else ""
    facts = unlike.head({"skip": query.skip, "take": query.take}, len(rows))
    head = "".join(f"{line}{space}{_json_text(name)}:{json.dumps(fact)}," for name, fact in facts.items())
    between = f",{line}"
    return f'{{{head}{line}{space}"rows":[{line}{between.join(rows)}{line}]{line}}}'.encode()


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
