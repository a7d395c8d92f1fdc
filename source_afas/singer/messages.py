"""Singer's messages on standard output: SCHEMA, RECORD and STATE, lines of JSON."""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, TextIO, cast

from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer

from source_afas.afas.exact_json import dumps
from source_afas.afas.page import Page
from source_afas.command_line.signals import WRITING
from source_afas.reading.page_message import PageMessage
from source_afas.singer.catalog import Selected

STATE = "airbyte_state"
"""Under this name the value of a STATE message holds Airbyte's states, the last one of each stream."""


class OutputClosedError(Exception):
    """Whoever read standard output has gone, or its file has no room left."""


class Messages:
    """Writes the messages of one sync."""

    def __init__(self, streams: Iterable[Selected], states: Iterable[Mapping[str, Any]]) -> None:
        self._streams = {stream.name: stream for stream in streams}
        self._states = {name_in(state): state for state in states}
        self._with_schema: set[str] = set()
        self._output = cast(TextIO, sys.__stdout__).buffer
        self.unwritten: set[str] = set()
        """Streams with rows that no field in the catalog could take."""

    def schema(self, name: str) -> None:
        """Write the schema of a stream, once, before its first record.

        A stream that AFAS refuses never comes here: a loader would stumble over a table without columns.
        """
        stream = self._streams[name]
        if name in self._with_schema or not stream.fields:
            return
        self._with_schema.add(name)
        schema = {"type": "SCHEMA", "stream": name, "schema": stream.schema, "key_properties": stream.key}
        self._write([dumps(schema | ({"bookmark_properties": [stream.cursor]} if stream.cursor else {})), b"\n"])

    def page(self, message: PageMessage) -> None:
        """Write the records of a page."""
        try:
            stream = self._streams[message.stream]
            if not stream.fields:
                self.unwritten.add(stream.name)
                return
            self.schema(stream.name)
            extracted = datetime.fromtimestamp(message.emitted_at / 1000, timezone.utc)
            prefix = b'{"type":"RECORD","stream":' + dumps(stream.name) + b',"record":'
            suffix = b',"time_extracted":' + dumps(extracted) + b"}\n"
            self._write(_records(message.page, stream, prefix, suffix))
        finally:
            message.done()

    def state(self, message: AirbyteMessage) -> None:
        """Write the states of all streams, with a new one among them, behind the records that it covers.

        One of a stream whose rows could not be written covers nothing.
        """
        new = AirbyteMessageSerializer.dump(message)["state"]
        # What this run brought is no state; and it is a float, over which the loaders of the Singer SDK stumble.
        new.pop("sourceStats", None)
        name = name_in(new)
        if name in self.unwritten:
            return
        self.schema(name)
        self._states[name] = new
        self._write([dumps({"type": "STATE", "value": {STATE: list(self._states.values())}}), b"\n"])

    def _write(self, pieces: Iterable[bytes]) -> None:
        try:
            with WRITING:
                for piece in pieces:
                    self._output.write(piece)
                self._output.flush()
        except OSError as error:
            raise OutputClosedError(error.strerror) from None


def name_in(state: Mapping[str, Any]) -> str:
    """Return the name of the stream that a state is of. Raises where it is of none."""
    return str(state["stream"]["stream_descriptor"]["name"])


def _records(page: Page, stream: Selected, prefix: bytes, suffix: bytes) -> Iterable[bytes]:
    """Return the lines of a page, in pieces: as AFAS wrote its rows, where they are wanted as they are."""
    fields, as_text = stream.fields, stream.numbers_as_text
    if not as_text and set(page[0]) <= fields:
        return page.lines(prefix, suffix)
    rows = ({name: value for name, value in row.items() if name in fields} for row in page.exact())
    return (prefix + dumps(_with_text(row, as_text)) + suffix for row in rows)


def _with_text(row: dict[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    return row | {name: dumps(row[name]).decode() for name in fields if row.get(name) is not None}
