"""What `examples/pyairbyte/README.md` says of PyAirbyte, seen to be so.

Run by `test_pyairbyte.py`, in the environment that the README makes. Where it does not matter which source it is, a
small one says the rows: `said_source.py`, which starts in no time.
"""

import re
import socket
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import airbyte as ab
import pytest
from airbyte.caches import PostgresCache
from airbyte.exceptions import (
    AirbyteConnectorCheckFailedError,
    AirbyteConnectorFailedError,
    PyAirbyteNameNormalizationError,
)
from airbyte.shared.sql_processor import SQLRuntimeError
from sqlalchemy import make_url

from examples.pyairbyte.postgresql import at
from integration_tests.tools.environments import CHECKOUT

COMMANDS = Path(sys.executable).parent
SAID = Path(__file__).with_name("said_source.py")


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch):
    """No registry and no telemetry: nobody else is looked up."""
    looked_up, look_up = set(), socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *to, **how: looked_up.add(host) or look_up(host, *to, **how)
    )
    yield
    assert looked_up <= {"127.0.0.1", "localhost"}


@pytest.fixture
def duckdb(tmp_path):
    return ab.DuckDBCache(db_path=tmp_path / "afas.duckdb", schema_name="profit")


@pytest.fixture
def postgres(postgresql):
    return at(postgresql)


@pytest.fixture(params=["duckdb", "postgres"])
def database(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def afas(sandbox):
    """Return a source that reads GetConnectors of the sandbox."""

    def source(*get_connectors):
        config = {
            "environment": sandbox.environment,
            "base_url": sandbox.base_url,
            "credentials": {"auth_type": "token", "token": sandbox.token},
            "get_connectors": list(get_connectors),
        }
        return ab.get_source("source-afas", config, local_executable=COMMANDS / "source-afas")

    return source


def a_stream(name, key=(), **fields):
    """A stream as a source describes it."""
    properties = {field: {"type": ["null", kind]} for field, kind in fields.items()}
    stream = {"name": name, "json_schema": {"properties": properties}, "supported_sync_modes": ["full_refresh"]}
    return {**stream, "source_defined_primary_key": [[field] for field in key]}


@pytest.fixture
def said(tmp_path):
    """Return a source that says these rows, each with the stream that it is of."""
    executable = tmp_path / "source-said"
    executable.write_text(f"#!{sys.executable}\n{SAID.read_text()}")
    executable.chmod(0o700)

    def source(streams, rows):
        config = {"streams": streams, "rows": rows}
        return ab.get_source("source-said", config, streams="*", local_executable=executable)

    return source


def rows(database, table, columns="*"):
    """The rows of a table, without the columns that PyAirbyte adds."""
    found = database.run_sql_query(f'SELECT {columns} FROM profit."{table}"')
    return sorted(([v for k, v in row.items() if not k.startswith("_airbyte")] for row in found), key=str)


# Which rows a table holds

DELETION = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_without_timezone"}
FIRST, SECOND = {"EntryNo": 1, "Amount": 1.5}, {"EntryNo": 2, "Amount": 2.5}
DELETED = {"EntryNo": 1, "_ab_cdc_deleted_at": "2026-07-31T12:00:00"}


@pytest.fixture
def sync(said, database):
    """Return what brings rows of `Entries`, whose key is EntryNo, and tells what the table holds then."""

    def sync(*entries, tells_deletions=True, **how):
        stream = a_stream("Entries", ["EntryNo"], EntryNo="integer", Amount="number")
        if tells_deletions:
            stream["json_schema"]["properties"]["_ab_cdc_deleted_at"] = DELETION
        said([stream], [("Entries", entry) for entry in entries]).read(database, skip_validation=True, **how)
        return rows(database, "entries")

    return sync


def test_a_row_that_is_gone_stays_unless_the_table_is_replaced(sync):
    anew = {"write_strategy": "replace", "force_full_refresh": True}
    sync(FIRST, SECOND)

    merged = sync(SECOND)
    replaced = sync(SECOND, **anew)
    replaced_by_nothing = sync(**anew)

    assert merged == [[1, Decimal("1.5"), None], [2, Decimal("2.5"), None]]
    assert replaced == [[2, Decimal("2.5"), None]]
    assert replaced_by_nothing == replaced


def test_a_new_key_that_comes_twice_in_a_sync_stands_there_twice(sync):
    assert sync(FIRST, FIRST) == 2 * [[1, Decimal("1.5"), None]]


def test_a_row_with_an_empty_key_is_added_in_each_sync(sync):
    sync({"EntryNo": None, "Amount": 1.5})

    assert sync({"EntryNo": None, "Amount": 1.5}) == 2 * [[None, Decimal("1.5"), None]]


def test_a_deleted_row_stays_with_its_key_the_time_and_nothing_else(sync):
    sync(FIRST, SECOND)

    after = sync(DELETED, {**DELETED, "EntryNo": 9})

    then = datetime(2026, 7, 31, 12)
    assert after == [[1, None, then], [2, Decimal("2.5"), None], [9, None, then]]


def test_a_deletion_that_the_stream_has_no_column_for_empties_the_row(sync):
    sync(FIRST, SECOND, tells_deletions=False)

    assert sync(DELETED, tells_deletions=False) == [[1, None], [2, Decimal("2.5")]]


def test_a_row_that_is_new_and_deleted_in_one_sync_stands_there_twice(sync):
    assert sync(FIRST, DELETED) == [[1, Decimal("1.5"), None], [1, None, datetime(2026, 7, 31, 12)]]


def test_a_full_refresh_takes_deleted_entries_away_and_the_next_sync_goes_on(sandbox, afas, duckdb):
    source = afas("Profit_Transactions")
    source.read(duckdb, streams="*")
    first, *_ = sandbox.entry_keys()
    sandbox.delete_entry(first.unit_id, first.entry_no)

    source.read(duckdb, write_strategy="replace", force_full_refresh=True)
    replaced = rows(duckdb, "profit_transactions", "unitid, entryno, seqno")
    sandbox.insert_entry()
    again = source.read(duckdb)
    merged = rows(duckdb, "profit_transactions", "unitid, entryno, seqno")

    keys = [[key.unit_id, key.entry_no, number] for key in sandbox.entry_keys() for number in key.seq_nos]
    assert again.processed_records == len(merged) == len(replaced) + 2
    assert merged == sorted(keys, key=str)


def test_where_one_stream_is_refused_nothing_lands(sandbox, afas, duckdb):
    sandbox.block("Profit_Journals")

    with pytest.raises(AirbyteConnectorFailedError) as failed:
        afas("Profit_Accounts", "Profit_Journals").read(duckdb, streams="*")

    assert "Profit_Journals" not in str(failed.value)
    assert "Profit_Journals: it is blocked" in failed.value.log_file.read_text()
    assert not duckdb.run_sql_query("SELECT * FROM information_schema.tables WHERE table_name LIKE 'profit%'")


def test_a_check_tells_what_is_wrong(sandbox, afas):
    sandbox.revoke_token()

    with pytest.raises(AirbyteConnectorCheckFailedError, match="AFAS refuses the token for environment 12345"):
        afas().check()


def test_records_that_a_loop_asks_for_do_not_come(said):
    source = said([a_stream("Entries", EntryNo="integer")], 3 * [("Entries", FIRST)])

    in_a_loop = sum(1 for _ in source.get_records("Entries"))
    records = source.get_records("Entries")
    from_a_variable = sum(1 for _ in records)

    assert (in_a_loop, from_a_variable) == (0, 3)


# What becomes of values and names

LARGE = Decimal("63792823754.09")


def test_what_becomes_of_the_values_of_a_get_connector(sandbox, afas, database):
    """Numbers are floats on their way; times are as AFAS shows them."""
    amounts = ["0.1234567895", "1234.56", str(LARGE), "12345678901234.1234567890"]
    times = ["2026-07-31T00:00:00", "2026-07-31T12:30:00"]
    sandbox.define("Bedragen", {"Bedrag": "decimal"}, [{"Bedrag": amount} for amount in amounts])
    sandbox.define("Tijden", {"Gewijzigd op": "date"}, [{"Gewijzigd op": time} for time in times])

    read = afas("Bedragen", "Tijden", "Grootboekmutaties_BI", "123").read(database, streams="*")

    least, small, large, largest = sorted(amount for (amount,) in rows(database, "bedragen"))
    assert (least, small) == (Decimal("0.123456790"), Decimal("1234.56"))
    assert (large == LARGE) == (database.__class__.__name__ == "PostgreSQL"), "DuckDB adds noise"
    assert abs(largest - Decimal("12345678901234.123")) < Decimal("0.001"), "15 digits, and no more"
    assert [LARGE] in rows(database, "bedragen", "CAST(bedrag AS DECIMAL(18, 2))")
    assert read["Bedragen"].to_pandas()["bedrag"].dtype == "float64"
    assert rows(database, "tijden") == [[datetime.fromisoformat(time)] for time in times]
    assert read["Tijden"].to_pandas()["gewijzigd_op"].dtype == "datetime64[ns]"
    assert rows(database, "grootboekmutaties_bi", "min(btw_code), max(bedrag_valuta), min(naam_relatie)")
    assert rows(database, "_123", "sum(_2024)")


def test_codes_stay_texts_in_this_postgresql_and_not_in_pyairbytes_own(said, postgresql, postgres):
    accounts = [("Accounts", {"Nr": "0100", "Vat": "1"}), ("Accounts", {"Nr": "8000", "Vat": None})]
    source = said([a_stream("Accounts", Nr="string", Vat="string")], accounts)
    url = make_url(postgresql)
    pyairbytes_own = PostgresCache(
        host=url.host, port=url.port, database=url.database, username=url.username, password="", schema_name="own"
    )

    source.read(postgres, skip_validation=True)
    source.read(pyairbytes_own, skip_validation=True)

    assert rows(postgres, "accounts") == [["0100", "1"], ["8000", None]]
    spoiled = pyairbytes_own.run_sql_query("SELECT nr, vat FROM own.accounts ORDER BY nr")
    assert [list(row.values()) for row in spoiled] == [["100", "1.0"], ["8000", None]]


def test_texts_of_all_kinds_reach_this_postgresql(said, postgres):
    texts = ['"quoted", \\ and \t', "two\nlines", "\x01\x02", "Één ½ €", "\\.", ""]
    source = said([a_stream("Texts", Text="string")], [("Texts", {"Text": text}) for text in texts])

    source.read(postgres, skip_validation=True)

    assert rows(postgres, "texts") == sorted([[text] for text in texts], key=str)


def test_names_are_in_lower_case_with_an_underscore_for_other_characters(said, database):
    fields = {"Btw-nummer": "string", "Naam relatie": "string", "2e_adres": "string", "Één": "string"}
    source = said([a_stream("Eigen lijst", **fields)], [("Eigen lijst", dict.fromkeys(fields, "x"))])

    source.read(database, skip_validation=True)

    (row,) = database.run_sql_query("SELECT * FROM profit.eigen_lijst")
    assert list(row)[:4] == ["btw_nummer", "naam_relatie", "_2e_adres", "__n"]


def test_of_two_fields_that_get_one_name_the_last_is_kept(said, duckdb):
    fields = {"Btw-code": "string", "Btw.code": "string"}
    source = said([a_stream("Lijst", **fields)], [("Lijst", {"Btw-code": "first", "Btw.code": "last"})])

    source.read(duckdb, skip_validation=True)

    assert rows(duckdb, "lijst") == [["last"]]


def test_of_two_streams_that_get_one_name_one_is_kept(said, duckdb):
    streams = [a_stream("Lijst-1", Id="integer"), a_stream("Lijst_1", Id="integer")]

    said(streams, [("Lijst-1", {"Id": 1}), ("Lijst_1", {"Id": 2})]).read(duckdb, skip_validation=True)

    assert rows(duckdb, "lijst_1") in ([[1]], [[2]])


def test_a_name_with_nothing_left_fails_the_sync(said, duckdb):
    streams = [a_stream("Korting", **{"%": "number"}), a_stream("Entries", EntryNo="integer")]

    with pytest.raises(PyAirbyteNameNormalizationError, match="'%'"):
        said(streams, [("Entries", FIRST), ("Korting", {"%": 5})]).read(duckdb, skip_validation=True)


def test_a_stream_whose_name_is_a_word_of_sql_needs_a_prefix(said, duckdb, tmp_path):
    source = said([a_stream("Order", Id="integer")], [("Order", {"Id": 1})])
    prefixing = ab.DuckDBCache(db_path=tmp_path / "prefixing.duckdb", schema_name="profit", table_prefix="afas_")

    with pytest.raises(SQLRuntimeError, match="syntax error"):
        source.read(duckdb, skip_validation=True)
    source.read(prefixing, skip_validation=True)

    assert rows(prefixing, "afas_order") == [[1]]


def test_the_sql_of_the_page_for_finance_runs_on_these_tables(afas, duckdb):
    page = (CHECKOUT / "docs/finance.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    afas(*set(re.findall(r"(?:FROM|JOIN) (Profit_\w+)", " ".join(blocks)))).read(duckdb, streams="*")

    with duckdb.get_sql_engine().connect() as connection:
        connection.exec_driver_sql("USE profit")
        found = [connection.exec_driver_sql(block).fetchall() for block in blocks]

    _, checked, trial_balance, *_ = found
    assert len(trial_balance) > 10
    assert {tuple(numbers) for _, _, _, *numbers in checked} == {(0, 0, 0)}
