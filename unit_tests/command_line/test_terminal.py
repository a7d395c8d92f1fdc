"""The display of a read; the whole of it, at a terminal, is in integration_tests/test_at_the_terminal.py."""

import io

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, StreamDescriptor
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message
from rich.console import Console

from source_afas.afas.page import Page
from source_afas.command_line.terminal import STREAMS_SHOWN, Reading
from source_afas.reading.page_message import PageMessage


def status(stream, told):
    return as_airbyte_message(StreamDescriptor(name=stream), AirbyteStreamStatus[told])


def page(stream, rows):
    message = PageMessage.of(stream, Page([b"{}"] * rows), 0)
    message.done()
    return message


def shown(reading, width=60):
    console = Console(file=io.StringIO(), width=width)
    console.print(reading)
    return console.file.getvalue().splitlines()


def test_three_hundred_streams_are_a_few_lines():
    reading = Reading(300)
    for number in range(300):
        reading.see(status(f"Eigen_{number:03}", "STARTED"))
    for number in range(100):
        reading.see(status(f"Eigen_{number:03}", "INCOMPLETE" if number % 10 == 0 else "COMPLETE"))

    total, *streams, more, end = shown(reading)

    assert total.startswith("90 of 300 streams, 10 failed; 0 rows in 0:00")
    assert streams[0].split() == ["Eigen_100", "0", "rows"]
    assert len(streams) == STREAMS_SHOWN
    assert more.strip() == f"and {200 - STREAMS_SHOWN} more"
    assert end == "", "where the prompt appears if the process is killed"


def test_streams_that_are_read_side_by_side_are_counted_each():
    reading = Reading(2)
    for name, rows in {"Profit_Transactions": 5_000, "Profit_Debtor": 30}.items():
        reading.see(status(name, "STARTED"))
        reading.see(page(name, rows))
        reading.see(status(name, "RUNNING"))
    reading.see(page("Profit_Transactions", 4_995))

    assert [line.strip() for line in shown(reading)[1:-1]] == [
        "Profit_Transactions  9,995 rows",
        "Profit_Debtor           30 rows",
    ]
    assert "; 10,025 rows in" in reading.summary()


@pytest.mark.parametrize("name", ["\x1b[2J\x1b]0;title\x07", "two\nlines", "[red]brackets[/red]"])
def test_no_name_moves_the_cursor(name):
    reading = Reading(1)
    reading.see(status(name, "STARTED"))

    _, line, _ = shown(reading)

    assert line.isprintable()
    assert name.startswith("[") is (name in line)
