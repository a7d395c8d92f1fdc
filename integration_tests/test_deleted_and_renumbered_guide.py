"""docs/deleted-and-renumbered.md: its SQL in DuckDB, on tables that syncs have left, in the situations it is for."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import jsonschema
import pytest
import yaml

from afas_sandbox import Sandbox
from demo.landing import Landing
from integration_tests.command_line import CommandLine
from source_afas.tracking.remembered_days import RememberedDays

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "deleted-and-renumbered.md").read_text(encoding="utf-8")
SQL = {
    section.partition("\n")[0]: re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
    for section in re.split(r"^#+ ", PAGE, flags=re.MULTILINE)
    if "```sql" in section
}
"""The statements of the page, by their heading."""
MAPPING_FOLLOWED, *MOVE_MAPPING = SQL["A mapping that moves along"]
(CURRENT_ACCOUNTS,) = SQL["Current rows"]
(CURRENT_ENTRIES,) = SQL["Days that are forgotten"]

ACCOUNTS = {"get_connector": "Profit_Accounts", "track_changes": "snapshot"}
ENTRIES = {"get_connector": "Profit_Transactions", "track_changes": "booking_days"}
ALLOCATED = {"get_connector": "Profit_Transactions_Allocated", "track_changes": "booking_days"}
CHANGED_DAYS = "Profit_Fin_ChangedEntrydate"

LINE = ("UnitId", "EntryNo", "SeqNo", "AccountNo", "AmtDebit", "AmtCredit", "Description")


class Warehouse:
    """Tables in DuckDB, as the syncs of a connection leave them in a destination that deduplicates, or only appends."""

    def __init__(self, source_afas, folder, *settings, beside=(), deduplicates=True):
        self.connection = duckdb.connect()
        self._source_afas, self._landing = source_afas, Landing(self.connection, folder)
        self._deduplicates = deduplicates
        self.states = {}
        self.set(*settings, beside=beside)

    def set(self, *settings, beside=()):
        """Set the settings of GetConnectors, whose streams are read with those beside; refresh the schema."""
        self._config = {**self._source_afas.config, "streams": list(settings)}
        names = [*(entry["get_connector"] for entry in settings), *beside]
        offered = self._source_afas.discover(streams=list(settings), get_connectors=names).streams
        self._streams = {name: offered[name] for name in names}

    def sync(self):
        """Read on from the last sync; of a stream that fails, nothing comes."""
        output = self._source_afas.read_catalog(
            list(self._streams.values()), self._config, list(self.states.values()) or None
        )
        for line, message in zip(output.lines, output.messages, strict=True):
            if message["type"] == "RECORD":
                self._landing.receive(message["record"]["stream"], line)
        complete = [name for name in self._streams if output.stream_status(name) == "COMPLETE"]
        for name in complete:
            key = self._streams[name].get("source_defined_primary_key") if self._deduplicates else None
            self._landing.land({**self._streams[name], "source_defined_primary_key": key}, append=True)
        states = {state["stream"]["stream_descriptor"]["name"]: state for state in output.states}
        self.states |= {name: states[name] for name in complete}
        return output

    def run(self, *statements):
        for statement in statements:
            self.connection.execute(statement)

    def rows(self, table, *columns):
        """Return columns of all rows of a table or view, and how often each comes."""
        return Counter(self.connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall())


@pytest.fixture
def warehouse(source_afas, tmp_path):
    """Return a maker of warehouses, each with its first sync."""

    def make(*settings, **options):
        warehouse = Warehouse(source_afas, tmp_path, *settings, **options)
        assert warehouse.sync().exit_code == 0
        return warehouse

    return make


def in_afas(sandbox, get_connector, *columns):
    return Counter(tuple(row[column] for column in columns) for row in sandbox.rows(get_connector))


def entries_by_day(sandbox):
    """Return the keys of the entries of each booking day, the oldest day first."""
    days = {}
    for row in sorted(sandbox.rows("Profit_Transactions"), key=lambda row: row["EntryDate"]):
        days.setdefault(row["EntryDate"], {})[row["UnitId"], row["EntryNo"]] = None
    return {day: list(entries) for day, entries in days.items()}


# Current rows


@pytest.mark.parametrize("deduplicates", [False, True], ids=["appended", "deduplicated"])
def test_of_all_versions_the_current_accounts_remain(sandbox, warehouse, deduplicates):
    tables = warehouse(ACCOUNTS, deduplicates=deduplicates)
    for renumbering in ({"4600": "4610"}, {"4610": "4600", "4500": "4520"}):
        sandbox.renumber_accounts(renumbering)
        tables.sync()

    tables.run(CURRENT_ACCOUNTS)

    assert tables.rows("current_accounts", "Account", "Description") == in_afas(
        sandbox, "Profit_Accounts", "Account", "Description"
    )
    if not deduplicates:
        assert tables.rows("Profit_Accounts", "Account")["4600",] == 3  # as it was, gone, and back again


# A mapping that moves along


@pytest.fixture
def mapped(warehouse):
    """Make a warehouse with a mapping of all accounts to a group of their own."""
    tables = warehouse(ACCOUNTS)
    tables.run(
        "CREATE TABLE mapping AS SELECT Account AS account, 'group of ' || Account AS \"group\" FROM Profit_Accounts",
        MAPPING_FOLLOWED,
    )
    return tables


def group_of(tables, account):
    return [group for (group,) in tables.rows(f"mapping WHERE account = '{account}'", '"group"').elements()]


def sync_and_move(tables):
    tables.sync()
    tables.run("BEGIN", *MOVE_MAPPING, "COMMIT")


def test_a_mapping_moves_along_with_a_renumbered_account_once(sandbox, mapped):
    sandbox.renumber_account("4600", "4610")
    for _ in range(2):
        sync_and_move(mapped)

        assert group_of(mapped, "4610") == ["group of 4600"]
        assert group_of(mapped, "4600") == []


@pytest.mark.parametrize("of_the_old", [["group of 4600"], []], ids=["mapped-before", "not-mapped-before"])
def test_a_number_that_is_used_again_keeps_the_group_of_its_new_account(sandbox, mapped, of_the_old):
    if not of_the_old:
        mapped.run("DELETE FROM mapping WHERE account = '4600'")
    sandbox.renumber_account("4600", "4610")
    sync_and_move(mapped)
    sandbox.renumber_account("4500", "4600")
    for _ in range(2):
        sync_and_move(mapped)

        assert group_of(mapped, "4610") == of_the_old
        assert group_of(mapped, "4600") == ["group of 4500"]


def test_an_account_that_is_mapped_already_keeps_its_group(sandbox, mapped):
    mapped.run("INSERT INTO mapping VALUES ('4610', 'chosen before')")
    sandbox.renumber_account("4600", "4610")
    sync_and_move(mapped)

    assert group_of(mapped, "4610") == ["chosen before"]


# Days that are forgotten


@pytest.fixture(
    params=[(ENTRIES, True), (ENTRIES, False), (ALLOCATED, False)],
    ids=["deduplicated", "appended", "without-a-key"],
)
def entries(request, warehouse):
    """Make a warehouse whose state remembers few days or none, with the view of the current entries."""
    settings, deduplicates = request.param
    tables = warehouse({**settings, "tracked_rows": 20}, beside=[CHANGED_DAYS], deduplicates=deduplicates)
    tables.name = settings["get_connector"]
    tables.run(CURRENT_ENTRIES.replace("Profit_Transactions", tables.name))
    return tables


def test_what_was_deleted_from_forgotten_days_is_left_out(sandbox, entries):
    several = [keys for keys in entries_by_day(sandbox).values() if len(keys) > 1]
    (one, *_), whole_day = several[0], several[1]
    for key in (one, *whole_day):
        sandbox.delete_entry(*key)
    synced = entries.sync()

    assert entries.rows("current_entries", *LINE) == in_afas(sandbox, entries.name, *LINE)
    assert entries.rows(entries.name, *LINE) != in_afas(sandbox, entries.name, *LINE)
    assert ("the state remembers the days from" in synced.log) == (entries.name == "Profit_Transactions")


def test_the_current_entries_stay_right_through_more_syncs(sandbox, entries):
    for change in ("delete", "change", "move to another day", "insert", "nothing"):
        (first, *_), (second, *_), (third, *_), *_ = (keys for keys in entries_by_day(sandbox).values())
        if change == "delete":
            sandbox.delete_entry(*first)
        elif change == "change":
            sandbox.change_entry(*second, Description="Gewijzigd")
        elif change == "move to another day":
            sandbox.change_entry(*third, EntryDate="2025-02-20")
        elif change == "insert":
            sandbox.insert_entry(EntryDate="2023-01-03")
        entries.sync()

        assert entries.rows("current_entries", *LINE) == in_afas(sandbox, entries.name, *LINE), change


def test_a_sync_that_brings_the_days_but_not_the_entries_leaves_the_view_as_it_was(sandbox, entries):
    before = entries.rows("current_entries", *LINE)
    sandbox.delete_entry(*next(keys for keys in entries_by_day(sandbox).values() if len(keys) > 1)[0])
    sandbox.block(entries.name)
    assert entries.sync().exit_code == 1

    assert entries.rows("current_entries", *LINE) == before

    sandbox.unblock(entries.name)
    entries.sync()

    assert entries.rows("current_entries", *LINE) == in_afas(sandbox, entries.name, *LINE)


def test_a_row_that_came_to_a_day_unseen_brings_the_rest_of_that_day(sandbox, warehouse):
    """A change while the rows are read may be told with one of its two days."""
    day, other = "2026-01-01T00:00:00", "2026-01-02T00:00:00"
    sandbox.define(
        "Boekdagen",
        fields={"EntryDate": "date", "Modified": "date"},
        rows=[
            {"EntryDate": day, "Modified": "2026-01-05T12:00:00"},
            {"EntryDate": other, "Modified": "2026-01-05T09:00:00"},
        ],
    )
    sandbox.define(
        "Mutaties",
        fields={"EntryNo": "int", "EntryDate": "date"},
        rows=[{"EntryNo": number, "EntryDate": day if number < 3 else other} for number in range(6)],
    )
    tables = warehouse(
        {
            "get_connector": "Mutaties",
            "primary_key": ["EntryNo"],
            "track_changes": "booking_days",
            "entry_date_field": "EntryDate",
            "changed_days_get_connector": "Boekdagen",
        },
        beside=["Boekdagen"],
    )
    tables.run(CURRENT_ENTRIES.replace("Profit_Transactions", "Mutaties").replace(CHANGED_DAYS, "Boekdagen"))

    sandbox.update("Mutaties", {"EntryNo": 0}, EntryDate=other)
    sandbox.update("Boekdagen", {"EntryDate": day}, Modified="2026-01-06T09:00:00")
    tables.sync()

    assert tables.rows("current_entries", "EntryNo") == in_afas(sandbox, "Mutaties", "EntryNo")


# On an existing connection


def test_the_first_sync_after_it_is_set_reads_everything_and_the_next_ones_little(sandbox, source_afas):
    streams = ("Profit_Transactions", "Profit_Accounts")
    before = source_afas.read("Profit_Transactions")
    switched = source_afas.read(*streams, state=before.states, streams=[ENTRIES, ACCOUNTS])
    after = source_afas.read(*streams, state=switched.states, streams=[ENTRIES, ACCOUNTS])

    assert [len(switched.rows(name)) for name in streams] == [len(sandbox.rows(name)) for name in streams]
    assert len(after.rows("Profit_Transactions")) < 10
    assert after.rows("Profit_Accounts") == []


def test_what_was_deleted_before_did_not_come_again(sandbox, warehouse):
    tables = warehouse({"get_connector": "Profit_Transactions"})
    sandbox.delete_entry(*entries_by_day(sandbox)["2023-10-06T00:00:00Z"][0])
    tables.set(ENTRIES)
    tables.sync()

    tables.run("DELETE FROM Profit_Transactions WHERE _ab_cdc_updated_at IS NULL")

    assert tables.rows("Profit_Transactions", *LINE) == in_afas(sandbox, "Profit_Transactions", *LINE)


def test_a_full_refresh_takes_no_notice_of_what_was_known(sandbox, source_afas):
    known = source_afas.read("Profit_Accounts", streams=[ACCOUNTS])
    sandbox.renumber_account("4600", "4610")
    stream = source_afas.discover(streams=[ACCOUNTS]).streams["Profit_Accounts"]
    in_full = {**stream, "supported_sync_modes": ["full_refresh"]}
    sync = source_afas.read_catalog([in_full], {**source_afas.config, "streams": [ACCOUNTS]}, known.states)

    assert [row["Account"] for row in sync.rows("Profit_Accounts")] == [
        row["Account"] for row in sandbox.rows("Profit_Accounts")
    ]
    assert all(row["_ab_cdc_updated_at"] for row in sync.rows("Profit_Accounts"))


# Limits


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param({"4600": "Huur"}, {"4610": "Huur"}, {"4600": "gone", "4610": "was 4600"}, id="renumbered"),
        pytest.param(
            {"4600": "Huur", "4700": "Energie"},
            {"4700": "Huur", "4600": "Energie"},
            {"4600": "changed", "4700": "changed"},
            id="swapped",
        ),
        pytest.param(
            {"4600": "Huur", "4610": "Energie"},
            {"4610": "Huur", "4620": "Energie"},
            {"4600": "gone", "4610": "changed", "4620": "changed"},
            id="passed-on-in-a-row",
        ),
        pytest.param(
            {"4600": "Huur"}, {"4610": "Huur pand"}, {"4600": "gone", "4610": "changed"}, id="renumbered-and-renamed"
        ),
        pytest.param(
            {"4600": "Huur", "4601": "Huur"},
            {"4610": "Huur", "4601": "Huur"},
            {"4600": "gone", "4610": "changed"},
            id="two-alike",
        ),
        pytest.param(
            {"460": "Huur", "470": "Energie"},
            {"4600": "Huur", "4700": "Energie"},
            {"460": "gone", "470": "gone", "4600": "was 460", "4700": "was 470"},
            id="longer-numbers",
        ),
    ],
)
def test_what_is_told_of_numbers_that_change(sandbox, warehouse, before, after, told):
    def define(accounts):
        rows = [{"Rekening": number, "Omschrijving": name} for number, name in accounts.items()]
        sandbox.define("Rekeningen", fields={"Rekening": "string", "Omschrijving": "string"}, rows=rows)

    define(before)
    tables = warehouse({"get_connector": "Rekeningen", "primary_key": ["Rekening"], "track_changes": "snapshot"})
    define(after)
    records = tables.sync().rows("Rekeningen")

    def says(record):
        if record["_ab_cdc_deleted_at"]:
            return "gone"
        old = record["_afas_renumbered_from"]
        return f"was {old['Rekening']}" if old else "changed"

    assert {record["Rekening"]: says(record) for record in records} == told


# What the page says


def test_every_statement_is_run_above():
    assert list(SQL) == ["Current rows", "A mapping that moves along", "Days that are forgotten"]


def test_the_configuration_is_one():
    manifest = yaml.safe_load((ROOT / "source_afas" / "manifest.yaml").read_text(encoding="utf-8"))
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    jsonschema.validate(json.loads(example), manifest["spec"]["connection_specification"])


# What it costs


def test_what_a_renumbered_account_with_lines_on_many_days_costs(tmp_path):
    with Sandbox(seed=1, entries=20_000) as sandbox:
        tables = Warehouse(CommandLine(sandbox, tmp_path), tmp_path, ENTRIES)
        tables.sync()
        sandbox.renumber_account("4600", "4610")
        sandbox.delete_entry(3, 1660)
        sandbox.requests.clear()
        rows = [row for row in tables.sync().rows("Profit_Transactions") if not row["_ab_cdc_deleted_at"]]
        requests = [request for request in sandbox.requests if "/connectors/" in request.path]

    assert f"reads {len(rows):,} of 20,000 entry lines, in {len(requests)} requests" in PAGE
    assert f"{state_size(tables, 'Profit_Transactions') / 1e6:.2f} MB for 20,000 lines" in PAGE


def test_what_the_state_of_a_snapshot_costs(sandbox, warehouse):
    rows = [{"Account": str(10_000 + n), "Description": f"Rekening {n}"} for n in range(10_000)]
    sandbox.define("Rekeningen", fields={"Account": "string", "Description": "string"}, rows=rows)
    tables = warehouse({"get_connector": "Rekeningen", "primary_key": ["Account"], "track_changes": "snapshot"})

    assert f"some {state_size(tables, 'Rekeningen') / len(rows):.0f} bytes a row" in PAGE


def test_what_200_000_remembered_lines_cost():
    days = RememberedDays({}, 200_000)
    for day in range(400):
        lines = ((1, "20", 250 * day + entry, line) for entry in range(250) for line in (1, 2))
        days.replace(f"{date(2025, 1, 1) + timedelta(days=day)}", [json.dumps(line) for line in lines])

    assert days.rows == 200_000
    assert f"{len(json.dumps(days.saved())) / 1e6:.1f} MB for 200,000" in PAGE


def state_size(tables, stream):
    return len(json.dumps(tables.states[stream], default=float))
