from datetime import date, timedelta

import pytest
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import given
from hypothesis import strategies as st

from source_afas.reading.settings import Tracking
from source_afas.tracking.booking_days import MOST_DAYS_IN_A_RANGE, ranges
from source_afas.tracking.booking_days_cursor import BookingDaysCursor


def cursor_of(state=None, scope="alles", start_date=None):
    states = ConnectorStateManager()
    if state:
        states.update_state_for_stream("Mutaties", None, state)
    return BookingDaysCursor(
        "Mutaties",
        Tracking("booking_days", 1000, entry_date_field="Boekdag"),
        ("Nr",),
        scope,
        start_date=start_date,
        lookback=timedelta(hours=1),
        state_manager=states,
        message_repository=InMemoryMessageRepository(),
    )


@pytest.fixture
def cursor():
    return cursor_of()


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        ("2026-01-02T00:00:00", None, "2026-01-02T00:00:00"),
        ("2026-01-02T13:30:00", None, "2026-01-02T00:00:00"),
        ("2026-01-09T13:30:00", "2026-01-02T00:00:00", "2026-01-09T00:00:00"),
        ("2026-01-02T13:30:00", "2026-01-02T00:00:00", "2026-01-03T00:00:00"),
    ],
)
def test_a_day_is_read_in_one_window(cursor, moment, start, end):
    assert cursor.end_of_window(moment, start) == end


def test_nothing_is_told_of_a_stream_that_has_not_begun(cursor):
    assert cursor.state == {}


@pytest.fixture
def state(cursor):
    """A state that knows of one row, and of changes until ten."""
    cursor.foresee_rows([("2026-01-02", "[1]")])
    cursor.note_changes({"2026-01-02": "2026-01-31T10:00:00"})
    return dict(cursor.state)


def test_a_state_remembers_rows_and_changes_which_are_asked_for_with_an_overlap(state):
    next_one = cursor_of(state)

    assert next_one.days.keys("2026-01-02") == {"[1]"}
    assert next_one.changed_since == "2026-01-31T09:00:00"


@pytest.mark.parametrize("settings", [{"scope": "minder"}, {"start_date": "2026-01-01"}], ids=str)
def test_a_state_of_other_settings_remembers_nothing(state, settings):
    next_one = cursor_of(state, **settings)

    assert next_one.days.keys("2026-01-02") == set()
    assert next_one.changed_since is None


@given(st.sets(st.dates(date(2025, 12, 20), date(2026, 3, 20)).map(date.isoformat)))
def test_ranges_hold_each_day_once_and_no_other(days):
    found = []
    for begin, end in ranges(sorted(days)):
        first, last = date.fromisoformat(begin), date.fromisoformat(end)
        assert 0 < (last - first).days <= MOST_DAYS_IN_A_RANGE
        found += [(first + timedelta(n)).isoformat() for n in range((last - first).days)]

    assert found == sorted(days)
