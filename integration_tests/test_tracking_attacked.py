"""What tracking could lose, or say too much of: kills, empty answers, broken states, odd keys and days."""

import base64
import zlib

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer

from integration_tests.destination import Destination
from integration_tests.in_process import Reader, sandbox_of_small_slices
from integration_tests.test_chaos import EMPTY


@pytest.fixture
def sandbox():
    with sandbox_of_small_slices() as running:
        yield running


class Entries:
    """Entries of one's own, with the days that were touched."""

    def __init__(self, sandbox, rows, fields=None, key=("Nr",), page_size=3, **entry):
        self.sandbox, self.rows, self.key, self.clock = sandbox, [dict(row) for row in rows], key, 0
        fields = fields or {"Nr": "int", "Tekst": "string", "Dag": "date"}
        sandbox.define("Dagen", fields={"Boekdag": "date", "Gewijzigd_op": "date"}, rows=[])
        sandbox.define("Regels", fields=fields, rows=self.rows)
        self.days = set()
        for row in self.rows:
            self.touch(row["Dag"])
        self.destination = Destination(*key)
        self.state = None
        if "track_changes" not in entry:
            entry |= {"track_changes": "booking_days", "entry_date_field": "Dag", "changed_days_get_connector": "Dagen"}
        self.reader = Reader(sandbox, "Regels", key, "", page_size, **entry)

    def touch(self, *days):
        for day in (f"{day[:10]}T00:00:00" for day in days if day):
            self.clock += 1
            when = f"2026-02-{1 + self.clock // 24:02}T{self.clock % 24:02}:00:00"
            if day in self.days:
                self.sandbox.update("Dagen", {"Boekdag": day}, Gewijzigd_op=when)
            else:
                self.sandbox.insert("Dagen", {"Boekdag": day, "Gewijzigd_op": when})
                self.days.add(day)

    def insert(self, **row):
        self.rows.append(row)
        self.sandbox.insert("Regels", row)
        self.touch(row["Dag"])

    def delete(self, **where):
        for row in [r for r in self.rows if all(r[n] == v for n, v in where.items())]:
            self.rows.remove(row)
            self.sandbox.delete("Regels", {name: row[name] for name in self.key})
            self.touch(row["Dag"])

    def sync(self, **options):
        sync = self.reader.read(self.state, **options)
        self.destination.apply(sync.rows)
        self.state = sync.state or self.state
        return sync

    def quiet(self):
        sync = self.sync()
        assert sync.error == ""
        assert self.destination.rows == self.destination.in_order(self.rows)
        return sync


def ten_days(per_day=3):
    return [
        {"Nr": n, "Tekst": f"Regel {n}", "Dag": f"2026-01-{1 + n // per_day:02}T00:00:00"} for n in range(10 * per_day)
    ]


# booking days


@pytest.mark.parametrize("killed_at_row", [5, 11, 23])
def test_rows_deleted_between_a_killed_first_load_and_its_end(sandbox, killed_at_row):
    entries = Entries(sandbox, ten_days())
    entries.sync(killed_at_row=killed_at_row)
    entries.delete(Nr=0)
    entries.insert(Nr=100, Tekst="Nieuw", Dag="2026-01-01T00:00:00")

    entries.quiet()


def test_the_day_that_a_killed_first_load_told_may_be_gone(sandbox):
    entries = Entries(sandbox, ten_days())
    entries.sync(killed_at_row=1)
    entries.delete(Dag="2026-01-01T00:00:00")

    entries.quiet()


def test_what_changes_during_the_first_load_is_found_by_the_next_sync(sandbox):
    entries = Entries(sandbox, ten_days())
    requests = iter(range(1_000))

    def late_in_the_load():
        if next(requests) == 20:
            entries.insert(Nr=100, Tekst="Nieuw", Dag="2026-01-01T00:00:00")
            entries.touch("2026-01-09")

    entries.sync(between_requests=late_in_the_load)

    assert next(requests) > 20
    entries.quiet()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param("date", "2026-01-01T09:00:00.400000", id="a time of which AFAS shows no fractions"),
        pytest.param("string", None, id="empty"),
    ],
)
def test_a_row_that_moved_is_found_by_a_key_with_something_special_in_it(sandbox, kind, value):
    fields = {"Nr": "int", "Deel": kind, "Tekst": "string", "Dag": "date"}
    entries = Entries(sandbox, [{**row, "Deel": value} for row in ten_days()], fields, ("Nr", "Deel"), 7)
    entries.sync()
    sandbox.update("Regels", {"Nr": 0}, Dag="2026-01-05T00:00:00")
    entries.touch("2026-01-01")

    sync = entries.sync()

    assert sync.error == ""
    assert 0 in {row["Nr"] for row in sync.rows}
    assert not any(row["_ab_cdc_deleted_at"] for row in sync.rows)


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_an_empty_answer_once_loses_no_new_row_of_a_touched_day(sandbox, nth):
    entries = Entries(sandbox, ten_days())
    entries.quiet()
    entries.insert(Nr=100, Tekst="Nieuw", Dag="2026-01-02T00:00:00")
    entries.touch("2026-01-07")
    sandbox.answer_once(**EMPTY, on="/connectors/Regels", nth=nth)
    entries.sync()
    sandbox.forget_faults()

    entries.quiet()


def test_an_empty_answer_when_a_killed_first_load_goes_on_is_asked_for_again(sandbox):
    entries = Entries(sandbox, ten_days())
    entries.sync(killed_at_row=1)
    sandbox.answer_once(**EMPTY, on="/connectors/Regels", nth=1)
    entries.sync()
    sandbox.forget_faults()

    entries.quiet()


def test_an_empty_answer_when_tracking_begins_on_another_state(sandbox):
    entries = Entries(sandbox, ten_days())
    snapshot = Reader(sandbox, "Regels", ("Nr",), "", 3, track_changes="snapshot")
    entries.state = snapshot.read(None).state
    sandbox.answer_once(**EMPTY, on="/connectors/Regels", nth=1)
    entries.sync()
    sandbox.forget_faults()

    entries.quiet()


@pytest.mark.parametrize("day", ["9999-12-31T00:00:00", "0001-01-01T00:00:00", "1753-01-01T00:00:00"])
def test_the_ends_of_the_calendar_are_booking_days_too(sandbox, day):
    entries = Entries(sandbox, [*ten_days(), {"Nr": 99, "Tekst": "Ver", "Dag": day}])
    entries.quiet()
    entries.quiet()
    entries.delete(Nr=99)
    entries.quiet()


def test_the_last_day_of_the_calendar_can_be_forgotten(sandbox):
    entries = Entries(sandbox, [*ten_days(), {"Nr": 99, "Tekst": "Ver", "Dag": "9999-12-31T00:00:00"},
                                {"Nr": 98, "Tekst": "Ver", "Dag": "9999-12-31T00:00:00"}], tracked_rows=1)  # fmt: skip

    assert entries.sync().error == ""


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59", "0001-01-01T00:00:00"])
@pytest.mark.parametrize("kind", ["booking_days", "snapshot"])
def test_the_ends_of_the_calendar_as_keys(sandbox, kind, moment):
    fields = {"Nr": "int", "Sinds": "date", "Tekst": "string", "Dag": "date"}
    rows = [{**row, "Sinds": "2026-01-01T09:00:00"} for row in ten_days()]
    entries = Entries(sandbox, [*rows, {**rows[0], "Nr": 77, "Sinds": moment}], fields, ("Nr", "Sinds"), 7,
                      **({"track_changes": kind} if kind == "snapshot" else {}))  # fmt: skip
    entries.quiet()
    entries.delete(Nr=77)
    entries.quiet()


def test_rows_without_an_entry_date_that_move_and_go(sandbox):
    entries = Entries(sandbox, [*ten_days(), {"Nr": 99, "Tekst": "Zonder", "Dag": None}])
    entries.quiet()
    entries.rows[0]["Dag"] = None
    sandbox.update("Regels", {"Nr": 0}, Dag=None)
    entries.touch("2026-01-01")
    entries.quiet()
    entries.rows[0]["Dag"] = "2026-01-05T00:00:00"
    sandbox.update("Regels", {"Nr": 0}, Dag="2026-01-05T00:00:00")
    entries.touch("2026-01-05")
    entries.quiet()


def test_entry_dates_with_a_time_of_day(sandbox):
    rows = [
        {**row, "Dag": row["Dag"][:10] + time}
        for row, time in zip(ten_days(), ["T00:00:00", "T23:59:59", "T13:00:00"] * 10, strict=True)
    ]
    entries = Entries(sandbox, rows)
    entries.quiet()
    entries.delete(Nr=1)
    entries.delete(Nr=5)
    entries.insert(Nr=100, Tekst="Nieuw", Dag="2026-01-02T23:59:59")
    entries.quiet()


def _with(state, **changes):
    """The last state, with something of it changed."""
    (message,) = state
    told = AirbyteStateMessageSerializer.dump(message)
    told["stream"]["stream_state"].update(changes)
    return [AirbyteStateMessageSerializer.load(told)]


def _packed(text):
    return base64.b64encode(zlib.compress(text)).decode()


@pytest.mark.parametrize(
    "days",
    [
        {"begin": "", "days": {"2026-01-02": [3, "niets"]}},
        {"begin": "", "days": {"2026-01-02": [3, _packed(b"[1,2]\n\n")]}},
        {"begin": "", "days": {"2026-01-02": [3, _packed(b"\xff\n\n")]}},
        {"begin": "", "days": {"2026-01-02": [3, None]}},
        {"begin": "", "days": None},
        {"begin": 7, "days": {}},
        {"begin": "gisteren", "days": {}},
        None,
        [],
    ],
    ids=str,
)
def test_a_broken_state_of_booking_days_is_read_past(sandbox, days):
    entries = Entries(sandbox, ten_days())
    entries.quiet()
    entries.state = _with(entries.state, booking_days=days)
    entries.touch("2026-01-02")
    entries.quiet()
    entries.delete(Nr=4)
    entries.quiet()


@pytest.mark.parametrize("moment", ["2026-02-01", "2026-02-01T10:00:00Z", "2026-02-01T10:00:00+00:00", 7, None])
def test_a_broken_time_in_a_state_of_booking_days_is_read_past(sandbox, moment):
    entries = Entries(sandbox, ten_days())
    entries.quiet()
    entries.state = _with(entries.state, changed_until=moment)
    entries.quiet()


@pytest.mark.parametrize(
    "snapshot", ["niets", None, 7, _packed(b"\xff\n\n12345678"), _packed(b"[1]\n\n1")]
)  # fmt: skip
def test_a_broken_snapshot_is_read_past(sandbox, snapshot):
    entries = Entries(sandbox, ten_days(), track_changes="snapshot")
    entries.quiet()
    entries.state = _with(entries.state, snapshot=snapshot)
    entries.quiet()


def test_half_of_what_is_remembered_gone_is_not_believed_where_older_days_are_forgotten(sandbox):
    rows = [{**row, "Unit": 1 + row["Nr"] % 3} for row in ten_days(6)]
    fields = {"Nr": "int", "Unit": "int", "Tekst": "string", "Dag": "date"}
    entries = Entries(sandbox, rows, fields, tracked_rows=40)
    entries.quiet()
    for row in rows:  # as for a user who may not see two of three units any more
        if row["Unit"] > 1:
            sandbox.delete("Regels", {"Nr": row["Nr"]})
    entries.touch(*(f"2026-01-{day:02}" for day in range(1, 11)))

    sync = entries.sync()

    assert "Nothing is deleted" in sync.error
    assert not any(row["_ab_cdc_deleted_at"] for row in sync.rows)


# snapshot


def places(number=12):
    return [{"Code": f"c{n:02}", "Naam": f"Plaats {n}"} for n in range(number)]


class Places:
    def __init__(self, sandbox, rows, fields=None, key=("Code",), page_size=5, **entry):
        self.sandbox, self.rows, self.key, self.state = sandbox, [dict(row) for row in rows], key, None
        sandbox.define("Plaatsen", fields=fields or {"Code": "string", "Naam": "string"}, rows=rows)
        self.destination = Destination(*key)
        self.reader = Reader(sandbox, "Plaatsen", key, "", page_size, track_changes="snapshot", **entry)

    sync, quiet = Entries.sync, Entries.quiet

    def add(self, **row):
        self.rows.append(row)
        self.sandbox.insert("Plaatsen", row)

    def remove(self, **where):
        for row in [r for r in self.rows if all(r[n] == v for n, v in where.items())]:
            self.rows.remove(row)
            self.sandbox.delete("Plaatsen", {name: row[name] for name in self.key})


def test_a_row_that_a_killed_sync_told_and_that_is_gone_is_deleted(sandbox):
    table = Places(sandbox, places())
    table.quiet()
    table.add(Code="c001", Naam="Nieuw")
    table.sync(killed_at_row=1)
    table.remove(Code="c001")

    table.quiet()


def test_a_change_that_a_killed_sync_did_not_tell_comes_with_the_next_one(sandbox):
    table = Places(sandbox, places())
    table.quiet()
    for row in table.rows[1:3]:
        row["Naam"] = "Anders"
        sandbox.update("Plaatsen", {"Code": row["Code"]}, Naam="Anders")
    table.sync(killed_at_row=1)

    table.quiet()


def told(sync):
    return {row["Code"]: row.get("_afas_renumbered_from") for row in sync.rows if not row["_ab_cdc_deleted_at"]}


def test_a_row_of_a_killed_sync_may_be_the_one_that_was_renumbered(sandbox):
    table = Places(sandbox, places())
    table.quiet()
    table.add(Code="z", Naam="Plaats 1")
    table.sync(killed_at_row=1)  # "z", which looks like "c01", and of which the state knows no more than its key
    table.remove(Code="z")
    table.remove(Code="c01")
    table.add(Code="b", Naam="Plaats 1")

    sync = table.quiet()

    assert told(sync) == {"b": None}, "it may have been c01 or z"


def test_a_row_that_was_away_when_its_page_was_read_is_not_deleted(sandbox):
    """As where a program deletes rows and enters them again."""
    table = Places(sandbox, places())
    table.quiet()
    requests = iter(range(100))

    def away_for_a_while():
        request = next(requests)
        if request == 0:
            sandbox.delete("Plaatsen", {"Code": "c01"})
        elif request == 1:
            sandbox.insert("Plaatsen", {"Code": "c01", "Naam": "Plaats 1"})

    sync = table.sync(between_requests=away_for_a_while)

    assert sync.rows == []
    table.quiet()


@pytest.mark.parametrize(
    "code", ["1" * 26, "123456789012345678901", "18446744073709551616", "-9223372036854775809", "1e3"]
)
@pytest.mark.parametrize("kind", ["int", "decimal"])
def test_long_numbers_as_keys(sandbox, code, kind):
    if kind == "int":
        code = code[:18]
    rows = [{"Code": n, "Naam": f"Plaats {n}"} for n in range(12)]
    try:
        field = {"dataType": kind, "length": 30, "decimals": 0} if kind == "decimal" else kind
        table = Places(
            sandbox,
            [*rows, {"Code": int(float(code)) if "e" in code else int(code), "Naam": "Ver"}],
            {"Code": field, "Naam": "string"},
        )
    except Exception as error:
        pytest.skip(str(error))
    state = table.reader.read(None).state
    table.remove(Naam="Ver")
    sync = table.reader.read(state)
    assert sync.error == ""
    assert len([row for row in sync.rows if row["_ab_cdc_deleted_at"]]) == 1


ODD = [
    "a'b",
    'a"b',
    "a,b",
    "a;b",
    "a\\b",
    "a\nb",
    "a b",
    " a",
    "é",
    "É",
    "e\u0301",
    "ß",
    "SS",
    "😀",
    "%",
    "a%",
    "null",
    "[1]",
    "<x>",
    "&amp;",
    "a\u2028b",
    "x" * 200,
    "€" * 200,
]


def test_odd_keys_that_are_deleted(sandbox):
    rows = [{"Code": c, "Naam": f"Naam {n}"} for n, c in enumerate(ODD)]
    table = Places(
        sandbox,
        rows,
        {"Code": {"dataType": "string", "length": 300}, "Naam": "string"},
        page_size=50,
        allow_mass_deletes=True,
    )
    table.sync()
    for row in rows:
        sandbox.delete("Plaatsen", {"Code": row["Code"]})
    sync = table.sync()
    assert sync.error == ""
    assert len([row for row in sync.rows if row["_ab_cdc_deleted_at"]]) == len(ODD)


@pytest.mark.parametrize("letter", ["x", "€", ","])
def test_a_thousand_long_keys_that_are_deleted(sandbox, letter):
    rows = [{"Code": f"{n:04}" + letter * 196, "Naam": f"Naam {n}"} for n in range(2500)]
    table = Places(sandbox, rows, {"Code": {"dataType": "string", "length": 300}, "Naam": "string"}, page_size=5000)
    table.sync()
    for row in rows[:1000]:
        sandbox.delete("Plaatsen", {"Code": row["Code"]})
    before = len(sandbox.requests)
    sync = table.sync()
    assert sync.error == ""
    assert len([row for row in sync.rows if row["_ab_cdc_deleted_at"]]) == 1000
    print("requests", len(sandbox.requests) - before)


@pytest.mark.parametrize("kind", ["booking_days", "snapshot"])
def test_narrower_filters_delete_no_row_that_afas_has(sandbox, kind):
    entries = Entries(sandbox, ten_days(), **({"track_changes": kind} if kind == "snapshot" else {}))
    entries.quiet()
    entries.touch("2026-01-01")
    (entry,) = entries.reader._config["streams"]
    entry["filters"] = [{"field": "Nr", "operator": ">", "value": 1}]

    assert not any(row["_ab_cdc_deleted_at"] for row in entries.sync().rows)
