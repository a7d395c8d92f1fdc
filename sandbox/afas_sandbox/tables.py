"""GetConnectors over a table of one's own: any fields, any rows, made in a moment."""

# ruff: noqa: S608 - names come from definitions, values travel as parameters

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from afas_sandbox.clock import AMSTERDAM
from afas_sandbox.database import Database
from afas_sandbox.definition import Field, GetConnector, make_field, make_text

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?")

ROW = "_row"
"""The hidden column that tells rows apart."""


def define(
    name: str, fields: Mapping[str, Any] | Sequence[Mapping[str, Any]], number: int, description: Any = None
) -> GetConnector:
    """Return a GetConnector over a table that `create` will make.

    `fields` maps ids to data types or to what metainfo says of them (`dataType`, `label`, `length`, `decimals`,
    `controlType`, `values`); as a list each also holds its `id`, and an id may come twice.
    """
    if isinstance(fields, Mapping):
        fields = [
            {"id": each, "dataType": facts} if isinstance(facts, str) else {"id": each, **facts}
            for each, facts in fields.items()
        ]
    table = f"own_{number}"
    made = tuple(make_field(facts, n, column=f"c{n}") for n, facts in enumerate(fields, start=1))
    columns = ", ".join([ROW, *(field.column for field in made)])
    return GetConnector(
        id=name,
        description=make_text(description or name),
        fields=made,
        select=f"SELECT {columns} FROM {table}",
        identity=(ROW,),
        own_table=table,
    )


class Tables:
    """The tables behind the GetConnectors that were defined."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, get_connector: GetConnector, rows: Iterable[Mapping[str, Any]]) -> None:
        """Make the table, instead of the one that may be there, and fill it."""
        columns = "".join(f", {field.column} {field.sql_type}" for field in get_connector.fields)
        with self._database.writing() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {get_connector.own_table}")
            connection.execute(f"CREATE TABLE {get_connector.own_table} ({ROW} BIGINT{columns})")
            self.insert(get_connector, rows)

    def insert(self, get_connector: GetConnector, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows; fields that a row leaves out are empty."""
        table = _own(get_connector)
        with self._database.writing() as connection:
            found = connection.execute(f"SELECT coalesce(max({ROW}), 0) FROM {table}").fetchone()
            first = (found or (0,))[0] + 1
            stored = [[number, *_stored_row(get_connector, row)] for number, row in enumerate(rows, start=first)]
            columns = [(ROW, "BIGINT"), *((field.column, field.sql_type) for field in get_connector.fields)]
            self._database.insert(table, columns, stored)

    def update(self, get_connector: GetConnector, where: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
        """Change the rows whose fields equal `where` exactly, and return how many."""
        assignments = [(_field(get_connector, name), value) for name, value in changes.items()]
        sets = ", ".join(f"{field.column} = CAST(? AS {field.sql_type})" for field, _ in assignments)
        condition, parameters = _matching(get_connector, where)
        values = [stored(field, value) for field, value in assignments]
        return self._changed(f"UPDATE {_own(get_connector)} SET {sets} WHERE {condition}", [*values, *parameters])

    def delete(self, get_connector: GetConnector, where: Mapping[str, Any]) -> int:
        """Delete the rows whose fields equal `where` exactly, and return how many."""
        condition, parameters = _matching(get_connector, where)
        return self._changed(f"DELETE FROM {_own(get_connector)} WHERE {condition}", parameters)

    def _changed(self, sql: str, parameters: Sequence[Any]) -> int:
        with self._database.writing() as connection:
            found = connection.execute(sql, list(parameters)).fetchone()
        return int(found[0]) if found else 0


def stored(field: Field, value: Any) -> Any:
    """Return a value as it is kept, as text for the database: an empty text is null, a time is Amsterdam's.

    A `Z` is taken off, as it is false in AFAS; a datetime with a zone is taken to Amsterdam.
    """
    if value is None or value == "":
        return None
    if field.data_type == "date":
        if isinstance(value, datetime):
            value = value if value.tzinfo is None else value.astimezone(AMSTERDAM).replace(tzinfo=None)
        text = str(value).removesuffix("Z")
        if not _TIME.fullmatch(text):
            raise ValueError(f"{field.id}: {value} is no date or time")
        return text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Decimal, float)):
        return format(Decimal(str(value)), "f")
    return str(value)


def _stored_row(get_connector: GetConnector, row: Mapping[str, Any]) -> list[Any]:
    unknown = set(row) - set(get_connector.by_id)
    if unknown:
        raise ValueError(f"{get_connector.id} has no field {', '.join(sorted(unknown))}")
    return [stored(field, row.get(field.id)) for field in get_connector.fields]


def _own(get_connector: GetConnector) -> str:
    if get_connector.own_table is None:
        raise ValueError(f"{get_connector.id} stands on the books: change those, or define a GetConnector")
    return get_connector.own_table


def _field(get_connector: GetConnector, name: str) -> Field:
    if name not in get_connector.by_id:
        raise ValueError(f"{get_connector.id} has no field {name}")
    return get_connector.by_id[name]


def _matching(get_connector: GetConnector, where: Mapping[str, Any]) -> tuple[str, list[Any]]:
    fields = [(_field(get_connector, name), value) for name, value in where.items()]
    condition = " AND ".join(f"{field.column} IS NOT DISTINCT FROM CAST(? AS {field.sql_type})" for field, _ in fields)
    return condition or "TRUE", [stored(field, value) for field, value in fields]


def without_rows(get_connector: GetConnector) -> GetConnector:
    """Return the same GetConnector without a table."""
    return replace(get_connector, select=None, identity=(), own_table=None)
