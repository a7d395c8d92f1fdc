"""Rows on their way to standard output: whole pages, one message each, written as the bytes that they are."""

import sys
from typing import TextIO, cast

import orjson
from airbyte_cdk.logger import PRINT_BUFFER

from source_afas.reading.page_message import PageMessage


def write(message: PageMessage) -> None:
    """Write the lines of a page, after whatever has been printed, and make room for the next one."""
    prefix = b'{"type":"RECORD","record":{"stream":' + orjson.dumps(message.stream) + b',"data":'
    suffix = b',"emitted_at":%d}}\n' % message.emitted_at
    output = cast(TextIO, sys.__stdout__).buffer
    try:
        # Other threads log through the CDK's buffer, which holds its lock while it empties itself.
        with PRINT_BUFFER.lock:
            PRINT_BUFFER.flush()
            for piece in message.page.lines(prefix, suffix):
                output.write(piece)
            output.flush()
    finally:
        message.done()
