"""Rows on their way to standard output: whole pages, one message each, written as the bytes that they are."""

import sys
import threading
from typing import TextIO, cast

import orjson
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import AirbyteMessage, Type

from source_afas.page import Page

_ROOM = threading.BoundedSemaphore(4)
"""Pages between the readers and the writer: the CDK's queue counts messages, and ten thousand pages would not fit."""


class PageMessage(AirbyteMessage):
    """The RECORD messages of a page. It travels through the CDK's queue as it is; the command line writes it out."""

    stream: str
    page: Page
    emitted_at: int
    """In milliseconds since 1970."""

    @classmethod
    def of(cls, stream: str, page: Page, emitted_at: int) -> "PageMessage":
        """Return the message of a page; wait while too many are under way."""
        _ROOM.acquire()
        message = cls(type=Type.RECORD)
        message.stream, message.page, message.emitted_at = stream, page, emitted_at
        return message

    def done(self) -> None:
        """Make room for the next page."""
        _ROOM.release()


def write(message: PageMessage) -> None:
    """Write the lines of a page, after whatever has been printed, and make room for the next one."""
    before = b'{"type":"RECORD","record":{"stream":' + orjson.dumps(message.stream) + b',"data":'
    after = b',"emitted_at":%d}}\n' % message.emitted_at
    output = cast(TextIO, sys.__stdout__).buffer
    try:
        # Other threads log through the CDK's buffer, which holds its lock while it empties itself.
        with PRINT_BUFFER.lock:
            PRINT_BUFFER.flush()
            for piece in message.page.lines(before, after):
                output.write(piece)
            output.flush()
    finally:
        message.done()
