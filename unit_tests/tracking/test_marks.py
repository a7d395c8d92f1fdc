from datetime import datetime, timezone

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.reading.settings import tracking_of
from source_afas.tracking.marks import columns, deletion, marks, read_at

TYPES = {"Code": "string", "Boekdag": "date"}


def test_nothing_is_tracked_unless_it_is_asked_for():
    assert tracking_of("X", TYPES, ("Code",), {"get_connector": "X"}, {}) is None


def test_the_time_of_a_sync_is_now():
    moment = datetime.fromisoformat(read_at().replace("Z", "+00:00"))

    assert abs((datetime.now(timezone.utc) - moment).total_seconds()) < 5


@pytest.mark.parametrize("last", ["2099-01-01T00:00:00.999999Z", "2099-01-01T02:00:00.999999+02:00"])
def test_a_clock_that_went_back_does_not_make_the_new_version_the_older_one(last):
    assert read_at(last) in ("2099-01-01T00:00:01.000000Z", "2099-01-01T00:00:01.000000Z")


@pytest.mark.parametrize("last", [None, "", "gisteren", "2099-01-01", 17, "9999-12-31T23:59:59.999999Z"])
def test_what_is_no_time_says_nothing_about_it(last):
    assert read_at(last) < "2099"


def test_a_snapshot_needs_a_key():
    with pytest.raises(AirbyteTracedException, match="name it as `primary_key`"):
        tracking_of("X", TYPES, (), {"track_changes": "snapshot"}, {})


@pytest.mark.parametrize("field", [None, "Boekdatum", "Code"])
def test_booking_days_need_a_date_field(field):
    entry = {"track_changes": "booking_days"} | ({"entry_date_field": field} if field else {})
    with pytest.raises(AirbyteTracedException, match="its date fields are Boekdag"):
        tracking_of("X", TYPES, ("Code",), entry, {})


@pytest.mark.parametrize(
    ("entry", "rows"),
    [
        ({"track_changes": "snapshot"}, 100_000),
        ({"track_changes": "booking_days", "entry_date_field": "Boekdag"}, 200_000),
        ({"track_changes": "snapshot", "tracked_rows": 7}, 7),
    ],
)
def test_all_that_a_row_says_has_a_column(entry, rows):
    tracking = tracking_of("X", TYPES, ("Code",), entry, {})

    assert tracking.rows == rows
    described = columns(tracking, {"Code": {"type": "string"}})
    assert set(described) == set(marks(tracking, "nu")) | set(deletion(tracking, {}, "nu"))
