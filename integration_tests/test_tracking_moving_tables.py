"""Tracked tables that change between and during syncs, with faults and kills: the destination's table is AFAS's.

Records are applied as a destination that deduplicates does: the version with the latest `_ab_cdc_updated_at` stays, and
one with `_ab_cdc_deleted_at` is deleted. Of what changes while a sync runs, the next one must know.
"""

import os
import random
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integration_tests.destination import Destination
from integration_tests.in_process import Reader, sandbox_of_small_slices
from integration_tests.test_chaos import EMPTY, FAULTS

SLOW = settings(
    max_examples=int(os.environ.get("EXAMPLES", "4")),
    derandomize="EXAMPLES" not in os.environ,  # EXAMPLES=100 looks for new ones
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def sandbox():
    with sandbox_of_small_slices() as running:
        yield running


TYPES = {
    "Unit": "int",
    "Account": "string",
    "Omschrijving": "string",
    "Budget": "decimal",
    "Blokkade": "boolean",
    "Dag": "date",
}


class Accounts:
    """A table without a date of change."""

    key = ("Unit", "Account")

    def __init__(self, sandbox, chance, rows):
        self.entry = {"track_changes": "snapshot"}
        self.sandbox, self.chance = sandbox, chance
        self.name = f"Rekeningen_{chance.getrandbits(40)}"
        self.rows = []
        self.touched = set()
        for _ in range(rows):
            self.rows.append(self.new_row())
        sandbox.define(self.name, fields={name: TYPES[name] for name in self.new_row()}, rows=self.rows)

    def new_row(self):
        taken = {(row["Unit"], row["Account"]) for row in self.rows}
        while (key := (self.chance.randrange(1, 3), f"{self.chance.randrange(4000, 4300)}")) in taken:
            pass
        name = self.chance.choice(["Huur", "Huur", f"Kosten {self.chance.randrange(10**6)}", None])
        return {
            "Unit": key[0],
            "Account": key[1],
            "Omschrijving": name,
            "Budget": self.chance.choice([None, 10, 25]),
            "Blokkade": False,
        }

    def touch(self):
        what = self.chance.choice(["insert", "change", "delete", "renumber", "renumber"])
        if what == "insert" or len(self.rows) < 4:
            self.rows.append(self.new_row())
            self.sandbox.insert(self.name, self.rows[-1])
            return
        row = self.chance.choice(self.rows)
        where = {"Unit": row["Unit"], "Account": row["Account"]}
        self.touched.add((row["Unit"], row["Account"]))
        if what == "delete":
            self.rows.remove(row)
            self.sandbox.delete(self.name, where)
        else:
            other = self.new_row()
            changes = {name: other[name] for name in (("Account",) if what == "renumber" else ("Omschrijving",))}
            if what == "renumber" and any(
                r is not row and (r["Unit"], r["Account"]) == (row["Unit"], other["Account"]) for r in self.rows
            ):
                return
            row.update(changes)
            self.touched.add((row["Unit"], row["Account"]))
            self.sandbox.update(self.name, where, **changes)


class Entries(Accounts):
    """Journal entries, with the GetConnector that says which days were touched."""

    def __init__(self, sandbox, chance, rows):
        self.clock = datetime(2026, 2, 1, 12)
        self.days = {}
        self.changed = f"Dagen_{chance.getrandbits(40)}"
        sandbox.define(self.changed, fields={"Boekdag": "date", "Gewijzigd_op": "date"}, rows=[])
        super().__init__(sandbox, chance, rows)
        for row in self.rows:
            self.note(row["Dag"])
        self.entry = {
            "track_changes": "booking_days",
            "entry_date_field": "Dag",
            "changed_days_get_connector": self.changed,
        }

    def new_row(self):
        row = super().new_row()
        del row["Budget"], row["Blokkade"]
        return row | {"Dag": self.chance.choice(DAYS)}

    def note(self, *days):
        for day in days:
            self.clock += timedelta(microseconds=self.chance.choice([0, 400_000, 600_000, 2_000_000]))
            if day in self.days:
                self.sandbox.update(self.changed, {"Boekdag": day}, Gewijzigd_op=self.clock.isoformat())
            else:
                self.sandbox.insert(self.changed, {"Boekdag": day, "Gewijzigd_op": self.clock.isoformat()})
            self.days[day] = self.clock

    def touch(self):
        """AFAS notes the day with the change, in one go."""
        before = {id(row): dict(row) for row in self.rows}
        if self.chance.random() < 0.25 and self.rows:
            row = self.chance.choice(self.rows)
            where = {"Unit": row["Unit"], "Account": row["Account"]}
            row["Dag"] = self.chance.choice(DAYS)
            self.touched.add((row["Unit"], row["Account"]))
            self.sandbox.update(self.name, where, Dag=row["Dag"])
        else:
            super().touch()
        after = {id(row): dict(row) for row in self.rows}
        changed = [one for one in {*before, *after} if before.get(one) != after.get(one)]
        self.note(*sorted({side[one]["Dag"] for one in changed for side in (before, after) if one in side}))


DAYS = [f"2026-01-{day:02}T00:00:00" for day in range(1, 13)] + ["2024-12-31T00:00:00", "2027-03-01T00:00:00"]


def after_quiet_syncs(table, destination, reader, state):
    """Read until nothing of the noise is left; a kill leaves the rows that had come."""
    sync = reader.read(state)
    assert sync.error == ""
    destination.apply(sync.rows)
    return sync.state


@pytest.mark.parametrize("kind", [Accounts, Entries], ids=["snapshot", "booking days"])
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 60), page_size=st.integers(2, 9))
@SLOW
def test_the_destination_has_the_rows_of_afas_after_each_sync(sandbox, kind, seed, rows, page_size):
    chance = random.Random(seed)
    table = kind(sandbox, chance, rows)
    destination = Destination(*table.key)
    reader = Reader(sandbox, table.name, table.key, "", page_size, allow_mass_deletes=True, **table.entry)
    state = None
    for _ in range(4):
        state = after_quiet_syncs(table, destination, reader, state)
        assert destination.rows == destination.in_order(table.rows)
        for _ in range(chance.randrange(8)):
            table.touch()
    sandbox.open_only()


@pytest.mark.parametrize("kind", [Accounts, Entries], ids=["snapshot", "booking days"])
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 60), page_size=st.integers(2, 9))
@SLOW
def test_changes_faults_and_kills_during_syncs_delete_nothing_that_is_there(sandbox, kind, seed, rows, page_size):
    chance = random.Random(seed)
    table = kind(sandbox, chance, rows)
    destination = Destination(*table.key)
    reader = Reader(sandbox, table.name, table.key, "", page_size, allow_mass_deletes=True, **table.entry)
    state = None
    for _ in range(4):
        for fault in chance.sample([*FAULTS, "empty"], k=chance.randrange(3)):
            sandbox.answer_once(**FAULTS.get(fault, EMPTY), on=f"/connectors/{table.name}", nth=chance.randrange(1, 20))
        there = {(row["Unit"], row["Account"]) for row in table.rows}
        table.touched.clear()
        sync = reader.read(
            state,
            between_requests=table.touch if chance.random() < 0.7 else None,
            killed_at_row=chance.choice([None, None, chance.randrange(1, 40)]),
        )
        sandbox.forget_faults()
        untouched = there - table.touched
        deleted = {(r["Unit"], r["Account"]) for r in sync.rows if r.get("_ab_cdc_deleted_at")}
        assert not deleted & untouched
        destination.apply(sync.rows)
        state = sync.state or state
    after_quiet_syncs(table, destination, reader, state)
    assert destination.rows == destination.in_order(table.rows)
    sandbox.open_only()
