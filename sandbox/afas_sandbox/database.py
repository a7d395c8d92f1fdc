"""The DuckDB database behind one sandbox: in memory, read from many threads, written by one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import duckdb


class Database:
    """One database in memory.

    Every thread reads through a cursor of its own; a query sees the rows as they stood when it began, whatever is
    written meanwhile. Writers take turns.
    """

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:", config={"threads": 2})
        self._threads = threading.local()
        self._writing = threading.RLock()

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        """The cursor of the thread that asks."""
        cursor = getattr(self._threads, "cursor", None)
        if cursor is None:
            cursor = self._threads.cursor = self._connection.cursor()
        return cursor

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.cursor.execute(sql, list(parameters)).fetchall()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the one connection that may write, in a transaction that ends with the block.

        May be entered again inside itself; the outermost block commits.
        """
        with self._writing:
            nested = getattr(self, "_nested", False)
            if nested:
                yield self._connection
                return
            self._nested = True
            self._connection.begin()
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            else:
                self._connection.commit()
            finally:
                self._nested = False

    def insert(self, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows into a table; `columns` are (name, type), a value is its text or an int.

        One statement for all rows, a list per column: DuckDB takes a millisecond for each statement.
        """
        if not rows:
            return
        lists = [[None if row[n] is None else str(row[n]) for row in rows] for n in range(len(columns))]
        names = ", ".join(name for name, _ in columns)
        values = ", ".join(f"CAST(unnest(CAST(? AS VARCHAR[])) AS {sql_type})" for _, sql_type in columns)
        with self.writing() as connection:
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {values}", lists)

    def close(self) -> None:
        """Forget everything, without waiting for what is still being asked by somebody who has gone."""
        with suppress(duckdb.Error):
            self._connection.close()
