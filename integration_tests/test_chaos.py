"""Faults of every kind, at any request of a sync: complete, or clearly failed and complete after the next one."""

import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integration_tests.in_process import Reader, sandbox_of_small_slices
from integration_tests.test_moving_tables import Table, land
from source_afas.reading import cursor

FAULTS = {
    "unexpected": {"status": 500},
    "row lock": {"message": "Transaction was deadlocked on lock resources"},
    "front door": {"status": 400},
    "forbidden": {"status": 403},
    "a proxy's page": {"status": 502, "body": "<html><title>Bad gateway</title></html>"},
    "a page with 200": {"status": 200, "body": "<html>Log in</html>"},
    "no rows in it": {"status": 200, "body": '{"skip":0,"take":7}'},
    "half a page": {"status": 200, "body": '{"skip":0,"take":7,"rows":[{"Id":1},'},
    "cut": {"cut": True},
    "reset": {"reset": True},
    "maintenance": {"status": 503, "retry_after": 2},
    "long maintenance": {"status": 503, "retry_after": 7200},
    "out of memory": {"message": "Out of memory"},
    "too large": {"status": 413},
    "refused": {"status": 401},
    "blocked": {"message": "Deze GetConnector (definitie) is geblokkeerd"},
}
EMPTY = {"status": 200, "body": '{"skip":0,"take":7,"rows":[]}'}
"""An empty page is asked for again, and believed the second time: so it comes once."""

FIELDS = {"Id": "int", "Naam": "string", "Bedrag": "decimal", "Gewijzigd_op": "date"}

when = st.tuples(st.integers(1, 25), st.sampled_from([1, 1, 1, 2, 7]))
misfortunes = st.builds(
    lambda faults, empty: [*faults, *empty],
    st.lists(st.tuples(st.sampled_from([*FAULTS]), when), max_size=4),
    st.lists(st.tuples(st.just("empty"), when), max_size=1),
)


@pytest.fixture(scope="module")
def sandbox():
    with sandbox_of_small_slices() as running:
        yield running


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "25")),
    derandomize="EXAMPLES" not in os.environ,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(misfortunes, st.booleans(), st.randoms(use_true_random=False))
def test_a_sync_is_complete_or_says_why_not_and_the_next_one_makes_it_so(sandbox, misfortunes, cursor, chance):
    name = f"Tabel_{random.getrandbits(40)}"
    hours = [f"2026-01-{1 + chance.randrange(20):02}T{chance.randrange(24):02}:00:00" for _ in range(60)]
    rows = [{"Id": n, "Naam": f"Rij {n}", "Bedrag": f"{n}.10", "Gewijzigd_op": hours[n]} for n in range(60)]
    sandbox.define(name, fields=FIELDS, rows=rows)
    reader = Reader(sandbox, name, ("Id",), "Gewijzigd_op" if cursor else "", page_size=7)
    sandbox.requests.clear()
    for kind, (nth, times) in misfortunes:
        fault = FAULTS.get(kind, EMPTY)
        sandbox.answer_once(**fault, on=f"/connectors/{name}", nth=nth, times=1 if kind == "empty" else times)

    sync = reader.read()
    came = [row["Id"] for row in sync.rows]

    assert len(came) == len(set(came)), "no row twice"
    assert set(came) <= set(range(60))
    if not sync.error:
        assert set(came) == set(range(60)), "no row lost"
    else:
        assert name in sync.error or "AFAS" in sync.error
        sandbox.forget_faults()
        again = reader.read(sync.state)
        assert again.error == ""
        assert set(came) | {row["Id"] for row in again.rows} == set(range(60))
    assert len(sandbox.requests) < 400
    sandbox.forget_faults()
    sandbox.open_only()


@pytest.mark.parametrize("nth", range(1, 12))
def test_one_empty_answer_ends_no_stream_that_is_read_row_by_row(sandbox, nth):
    """As after AFAS could carry no more than a row in one answer."""
    name = f"Tabel_{random.getrandbits(40)}"
    sandbox.define(name, fields={"Id": "int"}, rows=[{"Id": n} for n in range(5)])
    sandbox.answer_once(**EMPTY, on=f"/connectors/{name}", nth=nth)

    sync = Reader(sandbox, name, ("Id",), "", page_size=1).read()
    sandbox.forget_faults()

    assert sorted(row["Id"] for row in sync.rows) == list(range(5))


def test_syncs_of_a_changing_table_with_faults_and_kills_lose_nothing(sandbox, monkeypatch):
    """`make chaos` makes 200 of them, from another seed each time; CHAOS_SEED=… repeats one."""
    seed = int(os.environ.get("CHAOS_SEED", "1"))
    print(f"CHAOS_SEED={seed}")
    chance = random.Random(seed)
    for _ in range(int(os.environ.get("CHAOS_SYNCS", "16")) // 8):
        table = Table(sandbox, chance, chance.randrange(90))
        key = chance.choice([("Id",), ("Groep", "Id"), ("Naam", "Id")])
        reader = Reader(sandbox, table.name, key=key, cursor="Gewijzigd_op", page_size=chance.randrange(2, 9))
        monkeypatch.setattr(cursor, "now", lambda table=table: table.clock.replace(microsecond=0).isoformat())
        landed, state = {}, None
        for _ in range(7):
            order_faults(sandbox, table.name, chance)
            killed_after = chance.choice([None, None, 1, 2, 3])
            sync = reader.read(state, between_requests=table.touch, killed_after=killed_after)
            land(landed, sync.rows)
            state = sync.state or state
            sandbox.forget_faults()
        last = reader.read(state)
        assert last.error == ""
        land(landed, last.rows)

        for mark, row in table.rows.items():
            assert landed[mark]["Groep"] == row["Groep"], f"the latest change has come (CHAOS_SEED={seed})"
        sandbox.open_only()


def order_faults(sandbox, name, chance):
    """Have a few things go wrong in the next sync; an empty page once, for the second one would be believed."""
    for kind in chance.sample([*FAULTS, "empty"], k=chance.randrange(4)):
        times = 1 if kind == "empty" else chance.choice([1, 1, 1, 3])
        sandbox.answer_once(
            **FAULTS.get(kind, EMPTY), on=f"/connectors/{name}", nth=chance.randrange(1, 30), times=times
        )
