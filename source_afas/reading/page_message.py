"""A page of rows on its way from the reader to the writer, through the CDK's queue."""

import threading

from airbyte_cdk.models import AirbyteMessage, Type

from source_afas.afas.page import Page

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
