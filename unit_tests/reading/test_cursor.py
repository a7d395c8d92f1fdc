from datetime import datetime, timedelta

import pytest
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_afas.afas.query import Query
from source_afas.reading.cursor import BEGINNING, GetConnectorCursor, later, now, overlapping
from source_afas.reading.slice import Slice, stream_slice

HOUR = timedelta(hours=1)


class Partition:
    """A partition of a slice that has been read, as the cursor sees it."""

    def __init__(self, window, newest=""):
        self.rows = Slice(Query(()), window=window, newest=newest)

    def to_slice(self):
        return stream_slice(self.rows)


def cursor(state=None, start_date=None, lookback=HOUR):
    states = ConnectorStateManager()
    if state is not None:
        states.update_state_for_stream("Profit_Debtor", None, {"ModifiedDate": state})
    made = GetConnectorCursor(
        "Profit_Debtor",
        "ModifiedDate",
        start_date=start_date,
        lookback=lookback,
        state_manager=states,
        message_repository=InMemoryMessageRepository(),
    )
    made.began = "2026-11-22T08:00:00"
    return made


@pytest.mark.parametrize(
    ("state", "start_date", "start"),
    [
        (None, None, None),
        (None, "2024-01-01", "2024-01-01T00:00:00"),
        ("2026-01-31T09:00:00", None, "2026-01-31T08:00:00"),
        ("2026-01-31T09:00:00Z", None, "2026-01-31T08:00:00"),
        ("2026-01-31T09:00:00", "2026-06-01", "2026-06-01T00:00:00"),
        (BEGINNING, None, None),
        ("gisteren", None, None),
    ],
)
def test_a_sync_starts_a_lookback_before_the_last_one_ended(state, start_date, start):
    assert cursor(state, start_date).start == start


def test_a_state_of_the_future_hides_nothing():
    assert cursor("2099-01-01T00:00:00").start <= now()


@pytest.mark.parametrize("reached", ["2026-10-25T02:10:00", "2026-10-25T02:59:59"])
def test_in_the_hour_that_comes_twice_the_whole_hour_is_read_again(reached):
    """What is changed after 2:50 of summer time may say 2:10."""
    assert overlapping(reached, timedelta(seconds=2)) <= "2026-10-25T01:59:58"


@pytest.mark.parametrize("reached", ["2026-10-25T01:59:59", "2026-10-25T03:00:00", "2026-03-29T02:30:00"])
def test_outside_it_the_lookback_is_enough(reached):
    assert overlapping(reached, timedelta(seconds=2)) == str(
        (datetime.fromisoformat(reached) - timedelta(seconds=2)).isoformat()
    )


def test_windows_always_advance():
    assert later("2026-01-31T09:00:05", "2026-01-31T09:00:00") == "2026-01-31T09:00:05"
    assert later("2026-01-31T09:00:00", "2026-01-31T09:00:00") == "2026-01-31T09:00:01"
    assert later("2026-01-31T09:00:00", None) == "2026-01-31T09:00:00"


def test_the_state_is_the_newest_time_seen():
    it = cursor()

    it.close_partition(Partition(it.open_window(None, 1), newest="2026-01-31T09:00:00"))

    assert it.state == {"ModifiedDate": "2026-01-31T09:00:00"}


def test_the_state_follows_the_windows_that_are_closed_without_a_gap():
    it = cursor()
    first, second, third = (it.open_window(end, 1) for end in ("2024-01-01T00:00:00", "2025-01-01T00:00:00", None))

    it.close_partition(Partition(second))
    assert it.state == {"ModifiedDate": BEGINNING}
    it.close_partition(Partition(first))
    assert it.state == {"ModifiedDate": "2025-01-01T00:00:00"}
    it.close_partition(Partition(third, newest="2026-01-31T09:00:00"))
    assert it.state == {"ModifiedDate": "2026-01-31T09:00:00"}


def test_a_window_is_closed_when_all_its_slices_are():
    it = cursor()
    window = it.open_window("2024-01-01T00:00:00", 2)

    it.close_partition(Partition(window))
    assert it.state == {"ModifiedDate": BEGINNING}
    it.close_partition(Partition(window))
    assert it.state == {"ModifiedDate": "2024-01-01T00:00:00"}


def test_a_window_that_ends_in_the_future_takes_the_state_to_the_sync_only():
    it = cursor()

    it.close_partition(Partition(it.open_window("2099-01-01T00:00:00", 1)))

    assert it.state == {"ModifiedDate": "2026-11-22T08:00:00"}


def test_the_state_never_goes_back():
    it = cursor("2026-01-31T09:00:00")

    it.close_partition(Partition(it.open_window(None, 1)))

    assert it.state == {"ModifiedDate": "2026-01-31T09:00:00"}
