from datetime import date, timedelta

import pytest
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import given
from hypothesis import strategies as st

from source_afas.reading.settings import Tracking
from source_afas.tracking.booking_days import MOST_DAYS_IN_A_RANGE, ranges
from source_afas.tracking.booking_days_cursor import BookingDaysCursor


@pytest.fixture
def cursor():
    return BookingDaysCursor(
        "Mutaties",
        Tracking("booking_days", 1000, entry_date_field="Boekdag"),
        ("Nr",),
        "alles",
        start_date=None,
        lookback=timedelta(hours=1),
        state_manager=ConnectorStateManager(),
        message_repository=InMemoryMessageRepository(),
    )


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


@given(st.sets(st.dates(date(2025, 12, 20), date(2026, 3, 20)).map(date.isoformat)))
def test_ranges_hold_each_day_once_and_no_other(days):
    found = []
    for begin, end in ranges(sorted(days)):
        first, last = date.fromisoformat(begin), date.fromisoformat(end)
        assert 0 < (last - first).days <= MOST_DAYS_IN_A_RANGE
        found += [(first + timedelta(n)).isoformat() for n in range((last - first).days)]

    assert found == sorted(days)
