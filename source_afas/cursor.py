"""The cursor: times as AFAS counts them, and what a state may say of them.

AFAS's times are Amsterdam's, without a zone, in whichever zone this process runs. The manifest declares the CDK's
`DatetimeBasedCursor` over them; what it cannot say stands here.
"""

from collections.abc import MutableMapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice

FORMAT = "%Y-%m-%dT%H:%M:%S"

BEGINNING = "1900-01-01T00:00:00"
"""Where a stream starts that has neither `start_date` nor state. Everything is read then, unfiltered."""


def start(stream_slice: StreamSlice | None) -> str | None:
    """Return the time from which on a slice wants rows, None for everything."""
    moment = stream_slice.cursor_slice.get("start_time") if stream_slice else None
    return moment if moment and moment > BEGINNING else None


def now() -> str:
    """Return the present time in Amsterdam, to the second."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).strftime(FORMAT)


def cap(message: AirbyteMessage, moment: str) -> None:
    """Keep a STATE message from running ahead of a moment.

    One row with a time in the future would otherwise hide every change until that time comes.
    """
    stream = message.state.stream if message.state else None
    values: MutableMapping[str, Any] = stream.stream_state.__dict__ if stream and stream.stream_state else {}
    for field, value in values.items():
        if isinstance(value, str) and value > moment:
            values[field] = moment
