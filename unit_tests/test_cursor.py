from airbyte_cdk.models import AirbyteMessageSerializer
from airbyte_cdk.sources.types import StreamSlice

from source_afas.cursor import cap, start


def slice_from(moment):
    return StreamSlice(partition={}, cursor_slice={"start_time": moment, "end_time": "9999-12-31T00:00:00"})


def state(value):
    stream = {"stream_descriptor": {"name": "Profit_Debtor"}, "stream_state": {"ModifiedDate": value}}
    return AirbyteMessageSerializer.load({"type": "STATE", "state": {"type": "STREAM", "stream": stream}})


def test_a_slice_starts_where_it_says():
    assert start(slice_from("2026-01-31T09:00:00")) == "2026-01-31T09:00:00"


def test_a_slice_from_the_beginning_is_not_filtered():
    assert start(slice_from("1900-01-01T00:00:00")) is None
    assert start(StreamSlice(partition={}, cursor_slice={})) is None
    assert start(None) is None


def test_a_state_does_not_run_ahead_of_the_sync():
    message = state("2099-01-01T00:00:00")

    cap(message, "2026-11-22T08:00:00")

    assert message.state.stream.stream_state.ModifiedDate == "2026-11-22T08:00:00"


def test_a_state_of_the_past_stays():
    message = state("2026-01-31T09:00:00")

    cap(message, "2026-11-22T08:00:00")

    assert message.state.stream.stream_state.ModifiedDate == "2026-01-31T09:00:00"
