"""PyAirbyte's PostgreSQL, with texts as texts.

PyAirbyte 0.71.3 brings rows to PostgreSQL by way of pandas, which takes a column of texts for numbers where it can:
account 0100 becomes 100, and where some are empty, VAT code 1 becomes 1.0. Here PostgreSQL reads PyAirbyte's files
itself.
"""

import gzip
from urllib.parse import quote

from airbyte._processors.sql.postgres import PostgresSqlProcessor
from airbyte.caches import PostgresCache
from sqlalchemy import make_url


def at(address):
    """Return the cache at an address such as postgresql://user:password@host:5432/database."""
    url = make_url(address)
    return PostgreSQL(
        host=url.host,
        port=url.port or 5432,
        database=url.database,
        username=quote(url.username or "", safe=""),
        password=quote(url.password or "", safe=""),
        schema_name="profit",
    )


class _Copying(PostgresSqlProcessor):
    def _write_files_to_new_table(self, files, stream_name, batch_id):
        name = self._create_table_for_loading(stream_name, batch_id)
        table = self._fully_qualified(name)
        with self.get_sql_connection() as connection, connection.connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE lines (line json) ON COMMIT DROP")
            for file in files:
                with gzip.open(file, "rt", encoding="utf-8") as lines:
                    # No line of JSON holds these two characters, so each is taken whole.
                    cursor.copy_expert(r"COPY lines FROM STDIN (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')", lines)
            cursor.execute(f"INSERT INTO {table} SELECT (json_populate_record(NULL::{table}, line)).* FROM lines")
        return name


class PostgreSQL(PostgresCache):
    """A cache whose tables hold texts as they came."""

    _sql_processor_class = _Copying
