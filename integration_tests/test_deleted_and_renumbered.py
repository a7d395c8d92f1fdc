"""What AFAS does not signal: deleted rows, renumbered accounts, entries that moved to another day."""

import pytest

from afas_sandbox import Sandbox
from integration_tests.command_line import CommandLine
from integration_tests.destination import MARKS, Destination

ACCOUNTS = {"get_connector": "Profit_Accounts", "track_changes": "snapshot"}
ENTRIES = {"get_connector": "Profit_Transactions", "track_changes": "booking_days"}
KEY = ("UnitId", "JournalId", "EntryNo", "SeqNo")


def without_marks(row):
    return {name: value for name, value in row.items() if name not in MARKS}


def as_read(rows):
    """AFAS's rows, with times as the source gives them."""
    return [{n: v.removesuffix("Z") if str(v)[10:11] == "T" else v for n, v in row.items()} for row in rows]


class Tracked:
    """One tracked stream, synced into a destination time and again."""

    def __init__(self, source_afas, sandbox, entry, key):
        self.source_afas, self.sandbox, self.entry = source_afas, sandbox, entry
        self.stream = entry["get_connector"]
        self.destination = Destination(*key)
        self.state = None

    def sync(self, **settings):
        """Sync, and return the records; the destination must have AFAS's rows then."""
        output = self.output(**settings)
        assert output.exit_code == 0, output.log
        assert self.destination.rows == self.destination.in_order(as_read(self.sandbox.rows(self.stream)))
        return output.rows(self.stream)

    def output(self, **settings):
        entry = {**self.entry, **settings}
        output = self.source_afas.read(self.stream, state=self.state, streams=[entry])
        self.destination.apply(output.rows(self.stream))
        self.state = output.states or self.state
        return output

    def full(self):
        stream = self.source_afas.discover(get_connectors=[self.stream], streams=[self.entry]).streams[self.stream]
        stream["supported_sync_modes"] = ["full_refresh"]
        return self.source_afas.read_catalog([stream], {**self.source_afas.config, "streams": [self.entry]})


@pytest.fixture
def accounts(source_afas, sandbox):
    tracked = Tracked(source_afas, sandbox, ACCOUNTS, ("Account",))
    tracked.sync()
    return tracked


@pytest.fixture
def entries(source_afas, sandbox):
    tracked = Tracked(source_afas, sandbox, ENTRIES, KEY)
    tracked.sync()
    return tracked


# snapshot


def test_a_tracked_stream_is_incremental_by_the_time_of_the_sync(source_afas):
    stream = source_afas.discover(get_connectors=["Profit_Accounts"], streams=[ACCOUNTS]).streams["Profit_Accounts"]

    assert stream["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert stream["default_cursor_field"] == ["_ab_cdc_updated_at"]
    assert stream["source_defined_cursor"] is True
    assert stream["source_defined_primary_key"] == [["Account"]]
    assert {"_ab_cdc_updated_at", "_ab_cdc_deleted_at", "_afas_renumbered_from"} <= set(
        stream["json_schema"]["properties"]
    )


def test_what_is_as_it_was_does_not_come_again(accounts):
    assert accounts.sync() == []


def test_a_table_of_ones_own_with_rows_deleted_changed_and_new(source_afas, sandbox):
    rows = [{"Code": f"{n}", "Naam": f"Plaats {n}"} for n in range(10)]
    sandbox.define("Plaatsen", fields={"Code": "string", "Naam": "string"}, rows=rows)
    places = Tracked(
        source_afas,
        sandbox,
        {"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot"},
        ["Code"],
    )
    first = places.sync()
    sandbox.delete("Plaatsen", {"Code": "3"})
    sandbox.update("Plaatsen", {"Code": "4"}, Naam="Utrecht")
    sandbox.insert("Plaatsen", {"Code": "10", "Naam": "Zwolle"})

    new, changed, deleted = places.sync()

    assert len(first) == 10
    assert without_marks(changed) == {"Code": "4", "Naam": "Utrecht"}
    assert without_marks(new) == {"Code": "10", "Naam": "Zwolle"}
    assert new["_ab_cdc_updated_at"] > first[0]["_ab_cdc_updated_at"]
    assert deleted == {
        "Code": "3",
        "_ab_cdc_updated_at": new["_ab_cdc_updated_at"],
        "_ab_cdc_deleted_at": new["_ab_cdc_updated_at"],
    }


def test_a_renumbered_account_says_which_one_it_was(accounts, sandbox):
    sandbox.renumber_account("4300", "4305")

    output = accounts.output()

    new, deleted = output.rows("Profit_Accounts")
    assert (new["Account"], new["_afas_renumbered_from"]) == ("4305", {"Account": "4300"})
    assert (deleted["Account"], deleted["_ab_cdc_deleted_at"]) == ("4300", new["_ab_cdc_updated_at"])
    assert 'Profit_Accounts: "4300" was renumbered to "4305".' in output.log


def test_accounts_renumbered_in_one_go_are_told_one_by_one(accounts, sandbox):
    moved = {"4300": "4361", "4310": "4362", "8010": "8961", "8100": "8962", "1510": "1561"}
    sandbox.renumber_accounts(moved)

    records = accounts.sync()

    told = {row["_afas_renumbered_from"]["Account"]: row["Account"] for row in records if row.get("Description")}
    assert told == moved


def test_two_accounts_that_swap_their_numbers_both_change(accounts, sandbox):
    sandbox.renumber_accounts({"4300": "4310", "4310": "4300"})

    records = accounts.sync()

    assert sorted(row["Account"] for row in records) == ["4300", "4310"]
    assert not any(row["_ab_cdc_deleted_at"] or row["_afas_renumbered_from"] for row in records)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"A": "Huur"}, {"B": "Huur en servicekosten"}, id="renamed too"),
        pytest.param({"A": "Huur", "B": "Huur"}, {"C": "Huur"}, id="two that it may have been"),
        pytest.param({"A": "Huur"}, {"B": "Huur", "C": "Huur"}, id="two that it may be"),
        pytest.param({"A": "Huur", "Z": "Huur"}, {"B": "Huur", "Z": "Huur"}, id="another one looks like it"),
        pytest.param({"A": None}, {"B": None}, id="nothing to know it by"),
    ],
)
def test_where_there_is_a_doubt_there_is_no_guess(source_afas, sandbox, before, after):
    fields = {"Code": "string", "Naam": "string", "Geblokkeerd": "boolean"}
    others = [{"Code": f"x{n}", "Naam": f"Ander {n}", "Geblokkeerd": False} for n in range(5)]
    sandbox.define("Codes", fields=fields, rows=[*rows_of(before), *others])
    codes = Tracked(
        source_afas, sandbox, {"get_connector": "Codes", "primary_key": ["Code"], "track_changes": "snapshot"}, ["Code"]
    )
    codes.sync()
    for code in before:
        sandbox.delete("Codes", {"Code": code})
    sandbox.insert("Codes", *rows_of(after))

    records = codes.sync()

    assert {row["Code"] for row in records if row["_ab_cdc_deleted_at"]} == set(before) - set(after)
    assert not any(row.get("_afas_renumbered_from") for row in records)


def rows_of(names):
    return [{"Code": code, "Naam": name, "Geblokkeerd": False} for code, name in names.items()]


@pytest.mark.parametrize("rows_left", [0, 4])
def test_a_read_of_suspiciously_little_deletes_nothing(source_afas, sandbox, rows_left):
    sandbox.define("Plaatsen", fields={"Code": "int"}, rows=[{"Code": n} for n in range(10)])
    entry = {"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot"}
    places = Tracked(source_afas, sandbox, entry, ["Code"])
    places.sync()
    for code in range(rows_left, 10):
        sandbox.delete("Plaatsen", {"Code": code})

    output = places.output()

    assert output.exit_code == 1
    assert output.rows("Plaatsen") == []
    error = output.error("Plaatsen")
    assert error["failure_type"] == "config_error"
    assert f"{rows_left} rows, where the last sync knew 10. Nothing is deleted." in error["message"]
    assert "allow_mass_deletes" in error["message"]
    deleted = places.sync(allow_mass_deletes=True)
    assert sorted(row["Code"] for row in deleted) == list(range(rows_left, 10))


def test_a_sync_that_fails_half_way_deletes_nothing(source_afas, sandbox):
    sandbox.define("Plaatsen", fields={"Code": "int"}, rows=[{"Code": n} for n in range(10)])
    entry = {"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot"}
    places = Tracked(source_afas, sandbox, entry, ["Code"])
    places.sync()
    sandbox.delete("Plaatsen", {"Code": 9})
    sandbox.answer_once(401, on="/connectors/Plaatsen", nth=2)

    output = source_afas.read("Plaatsen", state=places.state, streams=[entry], page_size=4)

    assert output.exit_code == 1
    assert output.rows("Plaatsen") == []
    assert [row["Code"] for row in places.sync()] == [9]


def test_more_rows_than_a_state_may_remember_are_refused_before_the_first_one(source_afas, sandbox):
    sandbox.define("Plaatsen", fields={"Code": "int"}, rows=[{"Code": n} for n in range(60)])
    entry = {"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot", "tracked_rows": 50}

    output = source_afas.read("Plaatsen", streams=[entry], page_size=10)

    assert output.rows("Plaatsen") == []
    error = output.error("Plaatsen")
    assert error["failure_type"] == "config_error"
    assert "more than 50 rows" in error["message"]
    assert "booking_days" in error["message"]


def test_a_key_that_is_not_one_is_refused(source_afas, sandbox):
    sandbox.define("Plaatsen", fields={"Code": "int", "Naam": "string"}, rows=[{"Code": 1, "Naam": n} for n in "ab"])
    entry = {"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot"}

    output = source_afas.read("Plaatsen", streams=[entry])

    assert "several rows have the key Code = 1" in output.error("Plaatsen")["message"]


def test_a_full_refresh_brings_all_rows_and_no_deletions(accounts, sandbox):
    number = len(sandbox.rows("Profit_Accounts"))

    rows = accounts.full().rows("Profit_Accounts")

    assert len(rows) == number
    assert all(row["_ab_cdc_updated_at"] and row["_ab_cdc_deleted_at"] is None for row in rows)


def test_a_state_of_5000_accounts_is_small(source_afas, sandbox):
    rows = [{"Account": f"{1000 + n}", "Omschrijving": f"Kosten {n}"} for n in range(5_000)]
    sandbox.define("Rekeningen", fields={"Account": "string", "Omschrijving": "string"}, rows=rows)
    entry = {"get_connector": "Rekeningen", "primary_key": ["Account"], "track_changes": "snapshot"}

    output = source_afas.read("Rekeningen", streams=[entry])

    (state,) = [line for line in output.lines if line.startswith('{"type":"STATE"')][-1:]
    assert len(state) < 100_000


def test_a_state_of_another_key_is_not_compared_with(source_afas, sandbox):
    rows = [{"Code": n, "Naam": f"n{n}"} for n in range(3)]
    sandbox.define("Plaatsen", fields={"Code": "int", "Naam": "string"}, rows=rows)
    entry = {"get_connector": "Plaatsen", "primary_key": ["Code"], "track_changes": "snapshot"}
    first = source_afas.read("Plaatsen", streams=[entry])

    second = source_afas.read("Plaatsen", state=first.states, streams=[{**entry, "primary_key": ["Naam"]}])

    assert "of another key" in second.log
    assert len(second.rows("Plaatsen")) == 3


def test_keys_that_afas_holds_equal_are_told_apart(source_afas, sandbox):
    sandbox.define("Codes", fields={"Code": "string"}, rows=[{"Code": c} for c in ("abc", "ABC", "d", "e", "f", "g")])
    entry = {"get_connector": "Codes", "primary_key": ["Code"], "track_changes": "snapshot"}
    codes = Tracked(source_afas, sandbox, entry, ["Code"])
    codes.sync()
    sandbox.delete("Codes", {"Code": "abc"})

    assert [row["Code"] for row in codes.sync()] == ["abc"]


# booking days


def test_entries_that_are_deleted_changed_and_new_in_open_and_closed_years(entries, sandbox):
    keys = sandbox.entry_keys()
    by_year = {key.year: key for key in keys}
    for year in (2023, 2025):
        sandbox.delete_entry(by_year[year].unit_id, by_year[year].entry_no)
    sandbox.change_entry(by_year[2026].unit_id, by_year[2026].entry_no, Description="Gewijzigd")
    sandbox.insert_entry(EntryDate="2023-03-01")
    sandbox.insert_entry(EntryDate="2026-03-01")

    records = entries.sync()

    deleted = [row for row in records if row["_ab_cdc_deleted_at"]]
    assert len(deleted) == len(by_year[2023].seq_nos) + len(by_year[2025].seq_nos)
    assert set(deleted[0]) == {*KEY, "_ab_cdc_updated_at", "_ab_cdc_deleted_at", "_afas_read_at"}
    assert all(row["_afas_read_at"] == row["_ab_cdc_updated_at"] for row in records)


def test_a_whole_day_that_is_deleted(entries, sandbox):
    rows = sandbox.rows("Profit_Transactions")
    of_day = [row for row in rows if row["EntryDate"] == rows[0]["EntryDate"]]
    for unit, entry in {(row["UnitId"], row["EntryNo"]) for row in of_day}:
        sandbox.delete_entry(unit, entry)

    records = entries.sync()

    assert len([row for row in records if row["_ab_cdc_deleted_at"]]) == len(of_day)


def test_an_entry_that_moves_to_another_day_is_not_deleted(entries, sandbox):
    key = sandbox.entry_keys()[3]
    sandbox.change_entry(key.unit_id, key.entry_no, EntryDate="2026-07-04")

    records = entries.sync()

    assert not any(row["_ab_cdc_deleted_at"] for row in records)


def test_a_renumbered_account_moves_its_entries(entries, sandbox):
    sandbox.renumber_account("4300", "4305")

    records = entries.sync()

    assert "4305" in {row["AccountNo"] for row in records}
    assert "4300" not in {row["AccountNo"] for row in entries.destination.rows}


def test_three_touched_days_of_many_take_a_handful_of_requests(tmp_path):
    with Sandbox(seed=1, entries=20_000) as sandbox:
        source_afas = CommandLine(sandbox, tmp_path)
        entries = Tracked(source_afas, sandbox, ENTRIES, KEY)
        entries.sync()
        entry_of = {row["EntryDate"]: row for row in sandbox.rows("Profit_Transactions")}
        for day in (sorted(entry_of)[place] for place in (10, 400, -10)):
            sandbox.delete_entry(entry_of[day]["UnitId"], entry_of[day]["EntryNo"])
        sandbox.requests.clear()

        records = entries.output().rows("Profit_Transactions")

        touched = {row["EntryDate"] for row in records if not row["_ab_cdc_deleted_at"]}
        assert len(touched) in (3, 4), "and that of the overlap with the last sync"
        # Those of discover, /metainfo, two descriptions, the changed days, the rows, and the missing ones by name.
        assert len(sandbox.requests) <= 3 + 6


def test_of_days_that_are_no_longer_remembered_the_sync_says_so(source_afas, sandbox):
    entry = {**ENTRIES, "tracked_rows": 50}
    first = source_afas.read("Profit_Transactions", streams=[entry])
    assert len(first.state("Profit_Transactions")["booking_days"]["days"]) < 50
    oldest = min(sandbox.rows("Profit_Transactions"), key=lambda row: row["EntryDate"])
    sandbox.delete_entry(oldest["UnitId"], oldest["EntryNo"])

    second = source_afas.read("Profit_Transactions", state=first.states, streams=[entry])

    assert f"{oldest['EntryDate'][:10]} were touched" in second.log
    assert not any(row["_ab_cdc_deleted_at"] for row in second.rows("Profit_Transactions"))


def test_lines_without_a_key_come_again_with_their_day(source_afas, sandbox):
    entry = {"get_connector": "Profit_Transactions_Allocated", "track_changes": "booking_days"}
    first = source_afas.read("Profit_Transactions_Allocated", streams=[entry])
    key = sandbox.entry_keys()[0]
    sandbox.change_entry(key.unit_id, key.entry_no, Description="Gewijzigd")

    second = source_afas.read("Profit_Transactions_Allocated", state=first.states, streams=[entry])

    rows = second.rows("Profit_Transactions_Allocated")
    days = {row["EntryDate"] for row in rows}
    of_days = [r for r in as_read(sandbox.rows("Profit_Transactions_Allocated")) if r["EntryDate"] in days]
    assert len(days) == 2, "the one of the change, and the one of the overlap with the last sync"
    assert len(rows) == len(of_days)
    assert first.state("Profit_Transactions_Allocated")["booking_days"]["days"] == {}


def test_the_days_are_told_before_their_rows(source_afas):
    output = source_afas.read("Profit_Transactions", "Profit_Fin_ChangedEntrydate", streams=[ENTRIES])

    told = [trace["stream_status"] for trace in output.of_type("TRACE") if trace["type"] == "STREAM_STATUS"]
    assert [(status["stream_descriptor"]["name"], status["status"]) for status in told] == [
        (stream, status)
        for stream in ("Profit_Fin_ChangedEntrydate", "Profit_Transactions")
        for status in ("STARTED", "RUNNING", "COMPLETE")
    ]


def test_start_date_is_a_booking_day(source_afas, sandbox):
    read = source_afas.read("Profit_Transactions", streams=[ENTRIES], start_date="2025-07-01")

    expected = [row for row in sandbox.rows("Profit_Transactions") if row["EntryDate"] >= "2025-07-01"]
    assert len(read.rows("Profit_Transactions")) == len(expected)


def test_a_copy_of_ones_own_names_its_entry_date(source_afas, sandbox):
    entry = {"get_connector": "Sandbox_Entries", "track_changes": "booking_days"}

    refused = source_afas.check(streams=[entry])
    named = source_afas.check(streams=[{**entry, "entry_date_field": "EntryDate"}])

    assert "`entry_date_field` must name the date field with the booking day" in refused.status
    assert "SUCCEEDED" in named.status


def test_without_the_get_connector_of_changed_days_check_says_what_to_open(source_afas, sandbox):
    sandbox.close_connector("Profit_Fin_ChangedEntrydate")

    assert "needs Profit_Fin_ChangedEntrydate, and the app connector" in source_afas.check(streams=[ENTRIES]).status


def test_check_looks_at_the_get_connector_of_changed_days_too(source_afas, sandbox):
    days = {"get_connector": "Profit_Fin_ChangedEntrydate", "track_changes": "snapshot"}
    tracked_itself = source_afas.check(streams=[ENTRIES, days])
    sandbox.block("Profit_Fin_ChangedEntrydate")
    blocked = source_afas.check(streams=[ENTRIES])

    assert "so it cannot be tracked itself" in tracked_itself.status
    assert "FAILED: GetConnector Profit_Fin_ChangedEntrydate: it is blocked in AFAS" in blocked.status


def test_all_that_was_known_gone_is_not_believed(entries, sandbox):
    for key in sandbox.entry_keys():
        sandbox.delete_entry(key.unit_id, key.entry_no)

    output = entries.output()

    assert output.exit_code == 1
    assert output.rows("Profit_Transactions") == []
    assert "Nothing is deleted" in output.error("Profit_Transactions")["message"]
    assert all(row["_ab_cdc_deleted_at"] for row in entries.sync(allow_mass_deletes=True))


def test_all_of_one_administration_gone_is_not_believed(entries, sandbox):
    """As when the token's user loses the right to see it: of the touched days alone, it would be less than half."""
    smallest = min({key.unit_id for key in sandbox.entry_keys()}, key=lambda u: len(of_unit(sandbox, u)))
    for key in of_unit(sandbox, smallest):
        sandbox.delete_entry(key.unit_id, key.entry_no)

    output = entries.output()

    assert "all that an administration had" in output.error("Profit_Transactions")["message"]
    assert not any(row["_ab_cdc_deleted_at"] for row in output.rows("Profit_Transactions"))


def of_unit(sandbox, unit):
    return [key for key in sandbox.entry_keys() if key.unit_id == unit]


@pytest.mark.parametrize("streams", [[ACCOUNTS], [ENTRIES]])
def test_turned_on_for_a_stream_that_was_read_otherwise(source_afas, sandbox, streams):
    name = streams[0]["get_connector"]
    before = source_afas.read(name)

    after = source_afas.read(name, state=before.states, streams=streams)

    assert len(after.rows(name)) == len(sandbox.rows(name)), "everything, once, to remember it"
    assert len(source_afas.read(name, state=after.states, streams=streams).rows(name)) < 10


def test_everything_is_loaded_anew_where_afas_lists_no_changed_day(source_afas, sandbox):
    sandbox.unlike("changed-days-kept-a-day")
    entries = Tracked(source_afas, sandbox, ENTRIES, KEY)
    entries.sync()

    output = entries.output()

    assert output.exit_code == 0
    assert "so everything is loaded anew" in output.log
    keys = {tuple(row[field] for field in KEY) for row in output.rows("Profit_Transactions")}
    assert keys == {tuple(row[field] for field in KEY) for row in sandbox.rows("Profit_Transactions")}


def test_a_day_whose_rows_afas_has_and_does_not_bring_fails(source_afas, sandbox):
    """Here it shows times in UTC, and so the day before, and takes them in filters for Amsterdam's."""
    sandbox.unlike("shown-in-utc")
    entries = Tracked(source_afas, sandbox, ENTRIES, KEY)
    entries.output()
    entry = sandbox.entry_keys()[0]
    sandbox.change_entry(entry.unit_id, entry.entry_no, Description="Anders")

    output = entries.output()

    assert output.exit_code == 1
    assert "it is unlike what is known of AFAS" in output.error("Profit_Transactions")["message"]
    assert not [row for row in output.rows("Profit_Transactions") if row["_ab_cdc_deleted_at"]]
