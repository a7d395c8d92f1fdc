"""Large and moving tables: every untouched row exactly once, every changed row by the next sync, kills in between.

The reader runs in this process and the sandbox beside it, so that hundreds of tables fit in a minute. Data changes
between any two requests of a sync.
"""

import os
import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from afas_sandbox import Latency, Sandbox
from integration_tests.in_process import Reader
from source_afas.reading import cursor
from source_afas.reading import slicer as streams

START = datetime(2026, 1, 1, 12, 0, 0)
KEYS = (("Id",), ("Groep", "Id"), ("Naam", "Id"), ("Dag", "Id"), ())
TYPES = {"Id": "int", "Groep": "int", "Naam": "string", "Dag": "date", "Kenmerk": "string", "Gewijzigd_op": "date"}
NAMES = ["a", "A", "á", "b", "B ", "Jansen, P.", "x;y", "Één", 'z"z', "100%", None]

SLOW = settings(
    max_examples=int(os.environ.get("EXAMPLES", "6")),
    derandomize="EXAMPLES" not in os.environ,  # EXAMPLES=100 looks for new ones
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a table is small as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def sandbox():
    whole, streams.SLICE_ROWS = streams.SLICE_ROWS, 1  # slices of three pages, so that small tables have many
    with Sandbox(seed=1, entries=0) as running:
        running.open_only()
        yield running
    streams.SLICE_ROWS = whole


class Table:
    """A table that changes, and the rows of it that nobody touched."""

    def __init__(self, sandbox, chance, rows, unique=True, times=True):
        self.sandbox, self.chance, self.unique = sandbox, chance, unique
        self.name = f"Tabel_{chance.getrandbits(40)}"
        self.next_id = 0
        self.clock = START
        self.rows = {}
        sandbox.define(self.name, fields=TYPES, rows=[self.new_row(times) for _ in range(rows)])
        self.untouched = dict(self.rows)

    def new_row(self, times=True):
        chance, self.next_id = self.chance, self.next_id + 1
        number = chance.randrange(1_000_000) if self.unique else chance.randrange(4)
        row = {
            "Id": number,
            "Groep": chance.choice([None, 1, 2, 3]),
            "Naam": chance.choice(NAMES),
            "Dag": (START + timedelta(days=chance.randrange(3))).isoformat(),
            "Kenmerk": f"r{self.next_id}",
            "Gewijzigd_op": self.time() if times and chance.random() > 0.1 else None,
        }
        self.rows[row["Kenmerk"]] = row
        return row

    def time(self):
        """A time with a fraction; many rows share a second."""
        self.clock += timedelta(microseconds=self.chance.choice([0, 100_000, 500_000, 499_999, 3_000_000]))
        return self.clock.isoformat()

    def touch(self):
        """Insert, change or delete a row, as somebody does in AFAS while a sync runs."""
        what = self.chance.choice(["insert", "change", "delete"])
        if what == "insert" or not self.rows:
            self.sandbox.insert(self.name, self.new_row())
            return
        mark = self.chance.choice(list(self.rows))
        self.untouched.pop(mark, None)
        if what == "delete":
            del self.rows[mark]
            self.sandbox.delete(self.name, {"Kenmerk": mark})
        else:
            changes = {"Groep": self.chance.choice([None, 1, 2, 3]), "Gewijzigd_op": self.time()}
            self.rows[mark].update(changes)
            self.sandbox.update(self.name, {"Kenmerk": mark}, **changes)


def marks(rows):
    return Counter(row["Kenmerk"] for row in rows)


@given(st.integers(0, 2**32), st.integers(0, 90), st.sampled_from(KEYS), st.integers(2, 9), st.booleans())
@SLOW
def test_untouched_rows_come_exactly_once_whatever_else_changes(sandbox, seed, rows, key, page_size, unique):
    """Full refresh: by key, compound key, text key, a key with a time in it, a key that is not unique, no key."""
    # Behind a time in a key nothing can be gone on from, so such a key has to be one.
    table = Table(sandbox, random.Random(seed), rows, unique or "Dag" in key)
    reader = Reader(sandbox, table.name, key=key, cursor="", page_size=page_size)

    came = marks(reader.read(between_requests=table.touch).rows)

    assert {mark: came[mark] for mark in table.untouched} == dict.fromkeys(table.untouched, 1)


def land(landed, rows):
    """Of the versions of a row, keep the one with the latest cursor; windows are read side by side."""
    for row in rows:
        known = landed.get(row["Kenmerk"])
        if not known or (row["Gewijzigd_op"] or "") >= (known["Gewijzigd_op"] or ""):
            landed[row["Kenmerk"]] = row


@given(st.integers(0, 2**32), st.integers(0, 90), st.sampled_from(KEYS), st.integers(2, 9))
@SLOW
def test_nothing_is_lost_over_ten_syncs_with_kills_in_between(sandbox, monkeypatch, seed, rows, key, page_size):
    """Applied as a deduplicating destination would, the rows are AFAS's."""
    table = Table(sandbox, random.Random(seed), rows)
    reader = Reader(sandbox, table.name, key=key, cursor="Gewijzigd_op", page_size=page_size)
    landed, state = {}, None

    for _ in range(10):
        killed_after = table.chance.choice([None, None, 1, 2, 3, 5])
        monkeypatch.setattr(cursor, "now", lambda: table.clock.replace(microsecond=0).isoformat())
        sync = reader.read(state, between_requests=table.touch, killed_after=killed_after)
        land(landed, sync.rows)
        state = sync.state or state
    land(landed, reader.read(state).rows)

    for mark, row in table.rows.items():
        assert landed[mark]["Groep"] == row["Groep"], "the latest change has come"


@given(st.integers(0, 2**32), st.integers(10, 90), st.integers(2, 9))
@SLOW
def test_neighbouring_windows_meet_exactly(sandbox, seed, rows, page_size):
    """Stored times have fractions that are rounded away when they are shown: a still table comes exactly once."""
    table = Table(sandbox, random.Random(seed), rows)
    reader = Reader(sandbox, table.name, key=("Id",), cursor="Gewijzigd_op", page_size=page_size)

    assert marks(reader.read().rows) == Counter(list(table.rows))


def test_thousands_of_rows_in_the_same_second(sandbox):
    rows = [{"Id": n, "Gewijzigd_op": f"2026-01-31T09:00:00.{n:06d}"} for n in range(5_000)]
    sandbox.define("Import", fields={"Id": "int", "Gewijzigd_op": "date"}, rows=rows)

    sync = Reader(sandbox, "Import", key=("Id",), cursor="Gewijzigd_op", page_size=100).read()

    assert sorted(row["Id"] for row in sync.rows) == list(range(5_000))


def test_more_rows_with_one_key_than_a_page_holds(sandbox):
    """A key that is none: the rows are told apart by their other fields."""
    rows = [{"Code": "A" if n < 300 else f"B{n}", "Nummer": n} for n in range(400)]
    sandbox.define("Geen_sleutel", fields={"Code": "string", "Nummer": "int"}, rows=rows)

    sync = Reader(sandbox, "Geen_sleutel", key=("Code",), cursor="", page_size=7).read()

    assert sorted(row["Nummer"] for row in sync.rows) == list(range(400))


def test_rows_that_are_the_same_in_everything_come_as_often_as_they_are_there(sandbox):
    rows = [{"Soort": "uren", "Aantal": 8}] * 50 + [{"Soort": "reis", "Aantal": 1}] * 30
    sandbox.define("Dubbel", fields={"Soort": "string", "Aantal": "int"}, rows=rows)

    sync = Reader(sandbox, "Dubbel", key=(), cursor="", page_size=7).read()

    assert Counter(row["Soort"] for row in sync.rows) == {"uren": 50, "reis": 30}


def test_rows_that_only_a_memo_tells_apart_are_refused_rather_than_doubled(sandbox):
    rows = [{"Naam": "x", "Memo": f"m{n}"} for n in range(50)]
    sandbox.define("Memos", fields={"Naam": "string", "Memo": "blob"}, rows=rows)

    sync = Reader(sandbox, "Memos", key=(), cursor="", page_size=10).read()

    assert "cannot be told apart by the fields that AFAS can sort on" in sync.error
    assert not sync.rows


@pytest.mark.parametrize("field", ["Code.oud", "A,b"])
def test_an_order_is_always_asked_for(sandbox, field):
    """Even where no field sorts well: AFAS takes an order of its own otherwise, another one for each page."""
    sandbox.define("Lastig", fields={field: "string"}, rows=[{field: f"r{n}"} for n in range(5)])
    sandbox.requests.clear()

    Reader(sandbox, "Lastig", key=(), cursor="", page_size=100).read()

    assert all(request.query.get("orderbyfieldids") for request in sandbox.requests if "take" in request.query)


def test_ranges_of_the_key_are_read_side_by_side(sandbox):
    rows = [{"Unit": 1 + n % 3, "Nummer": n} for n in range(3_000)]
    sandbox.define("Saldi", fields={"Unit": "int", "Nummer": "int"}, rows=rows)
    sandbox.latency = Latency(per_call=0.005)
    sandbox.requests.clear()

    sync = Reader(sandbox, "Saldi", key=("Unit", "Nummer"), cursor="", page_size=20).read()

    assert sorted(row["Nummer"] for row in sync.rows) == list(range(3_000))
    sandbox.latency = Latency()
    assert max(request.in_flight for request in sandbox.requests) in (2, 3, 4)
    assert max(int(request.query.get("skip", 0)) for request in sandbox.requests) < 100, "by key, not by skip"


def test_a_state_comes_often_and_only_after_the_rows_that_it_covers(sandbox):
    rows = [{"Id": n, "Gewijzigd_op": (START + timedelta(seconds=n)).isoformat()} for n in range(2_000)]
    sandbox.define("Groot", fields={"Id": "int", "Gewijzigd_op": "date"}, rows=rows)

    sync = Reader(sandbox, "Groot", key=("Id",), cursor="Gewijzigd_op", page_size=20).read()

    assert sorted(row["Id"] for row in sync.rows) == list(range(2_000)), "windows that end at a whole second meet too"
    assert len(sync.states) > 10
    for state, before in sync.states:
        came = {row["Id"] for row in before}
        assert {row["Id"] for row in rows if row["Gewijzigd_op"] < state["Gewijzigd_op"]} <= came


def test_rows_without_a_time_come_with_the_first_window(sandbox):
    """They are in none, and every state says that they have come."""
    rows = [
        {"Id": n, "Gewijzigd_op": (START + timedelta(seconds=5 * n)).isoformat() if n % 10 else None}
        for n in range(1_000)
    ]
    sandbox.define("Soms", fields={"Id": "int", "Gewijzigd_op": "date"}, rows=rows)

    sync = Reader(sandbox, "Soms", key=("Id",), cursor="Gewijzigd_op", page_size=20).read()

    assert sorted(row["Id"] for row in sync.rows) == list(range(1_000))
    assert len(sync.states) > 3
    assert sum(row["Gewijzigd_op"] is None for row in sync.states[0][1]) == 100


@pytest.mark.parametrize(("fault", "smaller"), [("Out of memory", 10), ("De maximale tijdsduur … is verstreken", 10)])
def test_a_page_that_is_too_large_stays_halved_for_the_rest_of_the_stream(sandbox, fault, smaller):
    sandbox.define("Zwaar", fields={"Id": "int"}, rows=[{"Id": n} for n in range(100)])
    sandbox.answer_once(500, message=fault, on="/connectors/Zwaar")
    sandbox.requests.clear()

    sync = Reader(sandbox, "Zwaar", key=("Id",), cursor="", page_size=20).read()

    takes = [int(r.query["take"]) for r in sandbox.requests if "take" in r.query and r.query["take"] != "1"]
    assert takes[0] == 20
    assert set(takes[1:]) == {smaller}
    assert len(sync.rows) == 100
