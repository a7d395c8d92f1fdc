"""A page of rows on its way to standard output, as one message."""

import threading

import orjson
from airbyte_cdk.models import AirbyteMessage, Type

from source_afas.page import Page

_ROOM = threading.BoundedSemaphore(4)
"""Pages between the readers and the writer: the CDK's queue counts messages, and ten thousand pages would not fit."""


class PageMessage(AirbyteMessage):
    """The RECORD messages of a page. It travels through the CDK's queue as it is; the command line writes it out."""

    stream: str
    rows: int
    lines: bytes

    @classmethod
    def of(cls, stream: str, page: Page, emitted_at: int) -> "PageMessage":
        """Return the message of a page; wait while too many are under way. `emitted_at` is in milliseconds."""
        before = b'{"type":"RECORD","record":{"stream":' + orjson.dumps(stream) + b',"data":'
        after = b',"emitted_at":' + str(emitted_at).encode() + b"}}\n"
        _ROOM.acquire()
        message = cls(type=Type.RECORD)
        message.stream, message.rows, message.lines = stream, len(page), page.lines(before, after)
        return message

    def written(self) -> None:
        """Make room for the next page."""
        _ROOM.release()
