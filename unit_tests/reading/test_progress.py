import logging
from types import SimpleNamespace

from source_afas.reading import progress
from source_afas.reading.progress import Progress


def test_how_far_a_stream_is_is_told_every_ten_seconds(monkeypatch, caplog):
    seconds = iter([0, 0, 5, 10, 15])
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    counting = Progress("Profit_Transactions")

    with caplog.at_level(logging.INFO, logger="airbyte"):
        for _ in range(4):
            counting.count(1_000, {"start": "2024-01-01T00:00:00", "end": None})

    assert caplog.messages == ["Profit_Transactions: 3,000 rows, 300 a second; start 2024-01-01T00:00:00."]
