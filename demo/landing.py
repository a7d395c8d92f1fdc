"""Rows into DuckDB, with the types that the catalogue gives them.

DuckDB's own JSON reader does the work. A number goes to it as text: as a JSON number it would pass through a float, and
an amount of AFAS's may have more digits than that.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import duckdb

DELETED_AT = "_ab_cdc_deleted_at"
"""The field by which a source says that a row is gone, as Airbyte's destinations know it."""


class Landing:
    """A folder where the rows of a sync wait, a file for each stream, and the database that they go into."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self._folder = folder
        self._files: dict[str, TextIO] = {}

    def receive(self, stream: str, line: str) -> None:
        """Keep the row of a RECORD line."""
        if stream not in self._files:
            self._files[stream] = (self._folder / f"{len(self._files)}.jsonl").open("w", encoding="utf-8")
        row = json.loads(line, parse_float=str)["record"]["data"]
        self._files[stream].write(json.dumps(row) + "\n")

    def land(self, stream: Mapping[str, Any], *, append: bool) -> None:
        """Put the rows received for a stream of the catalogue into its table.

        Appended rows go by their key, as in a destination that deduplicates: of each key the row with the latest
        cursor stays, and one that says that it was deleted does not. A field that is new in AFAS becomes a column.
        Otherwise the table is made anew.
        """
        name, key = stream["name"], [part for (part,) in stream.get("source_defined_primary_key") or ()]
        columns = {column: _type(schema) for column, schema in stream["json_schema"]["properties"].items()}
        if not columns:
            return
        table = _quoted(name)
        definition = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns.items())
        self.connection.execute(
            f"CREATE {'TABLE IF NOT EXISTS' if append else 'OR REPLACE TABLE'} {table} ({definition})"
        )
        for column, kind in columns.items():
            self.connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {_quoted(column)} {kind}")
        if name not in self._files:
            return
        file = self._files.pop(name)
        file.close()
        typed = ", ".join(f"{_literal(column)}: {_literal(kind)}" for column, kind in columns.items())
        self.connection.execute("BEGIN")
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE received AS "
            f"SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{typed}}})",
            [file.name],
        )
        if append and key:
            self._deduplicate(table, stream, key)
        else:
            self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM received")
        self.connection.execute("COMMIT")
        Path(file.name).unlink()

    def _deduplicate(self, table: str, stream: Mapping[str, Any], key: list[str]) -> None:
        latest = [f"{_quoted(part)} DESC NULLS LAST" for part in stream.get("default_cursor_field") or ()]
        there = f"AND {_quoted(DELETED_AT)} IS NULL" if DELETED_AT in stream["json_schema"]["properties"] else ""
        self.connection.execute(
            f"""
            CREATE OR REPLACE TABLE {table} AS
            SELECT * EXCLUDE (_arrived)
            FROM (SELECT *, -1 AS _arrived FROM {table} UNION ALL BY NAME SELECT *, rowid AS _arrived FROM received)
            QUALIFY row_number() OVER (
                PARTITION BY {", ".join(map(_quoted, key))} ORDER BY {", ".join([*latest, "_arrived DESC"])}
            ) = 1 {there}
            """
        )

    def rows(self, sql: str) -> Iterable[tuple[Any, ...]]:
        """Return what a query finds."""
        return self.connection.execute(sql).fetchall()


def _type(schema: Mapping[str, Any]) -> str:
    (kind,) = (t for t in schema["type"] if t != "null")
    if schema.get("format") == "date-time":
        return "TIMESTAMPTZ" if schema.get("airbyte_type") == "timestamp_with_timezone" else "TIMESTAMP"
    types = {"integer": "BIGINT", "number": "DECIMAL(38, 10)", "boolean": "BOOLEAN", "object": "JSON"}
    return types.get(kind, "VARCHAR")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
