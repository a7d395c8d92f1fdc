"""What a person at a terminal sees on standard error: how far a read is, and in plain words what went wrong.

Standard output is for programs. Where standard error is no terminal, nothing is written to it and nothing of this is
imported: some hosts never drain it, and a full pipe would stop the sync.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import AirbyteErrorTraceMessage, AirbyteMessage, AirbyteStreamStatus, FailureType, Status
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from source_afas.reading.page_message import PageMessage

STREAMS_SHOWN = 8
"""No more than this are read at a time; more may have begun, and wait."""

ERRORS_SHOWN = 10
"""Of a read: the others are counted, and stand on standard output."""

UPDATES_A_SECOND = 4


class Terminal:
    """Standard error, where a person looks at it."""

    def __init__(self) -> None:
        self._console = _Console(file=sys.__stderr__, highlight=False)
        self._with_messages = sys.__stdout__ is not None and sys.__stdout__.isatty()
        """Whether the messages come to a terminal too: they would run through a display, and warnings are seen."""
        if not self._with_messages:
            logging.getLogger("airbyte").addHandler(_Warnings(self))

    def say(self, what: str, style: str = "") -> None:
        """Print a line, between two messages where these come to the terminal too."""
        line = Text(_printable(filter_secrets(what)), style)
        with PRINT_BUFFER.lock:
            with suppress(OSError):  # no room on the disk, which may be what is to be said
                PRINT_BUFFER.flush()
            with suppress(OSError):
                self._console.print(line)

    def say_error(self, error: AirbyteErrorTraceMessage) -> None:
        """Print an error in plain words."""
        unknown = error.failure_type is FailureType.system_error and error.internal_message
        self.say(f"Error: {error.message}" + (f" ({error.internal_message})" if unknown else ""), "red")

    def say_status(self, message: AirbyteMessage) -> None:
        """Print what a check found."""
        if status := message.connectionStatus:
            failed = status.status is Status.FAILED
            self.say(f"{status.status.value}: {status.message}", "red" if failed else "green")

    def watching(self, messages: Iterable[AirbyteMessage], streams: int) -> Iterator[AirbyteMessage]:
        """Yield the messages of a read; show how far it is, unless they come to the terminal themselves."""
        reading = Reading(streams)
        live = Live(
            reading,
            console=self._console,
            refresh_per_second=UPDATES_A_SECOND,
            transient=True,
            redirect_stdout=False,  # it is the CDK's, as is standard error
            redirect_stderr=False,
        )
        if not self._with_messages:
            live.start(refresh=True)
        try:
            for message in messages:
                yield message
                if error := reading.see(message):
                    self.say_error(error)
        finally:
            with suppress(OSError):  # the terminal may have gone away
                live.stop()
            self.say(reading.summary())


class Reading:
    """How far a read is. The display looks at it from a thread of its own, and never keeps the read waiting."""

    def __init__(self, streams: int) -> None:
        self._streams = streams
        self._began = time.monotonic()
        self._running: dict[str, int] = {}
        self._rows = self._read = self._failed = self._errors = 0

    def see(self, message: AirbyteMessage) -> AirbyteErrorTraceMessage | None:
        """Take note of a message; return the error in it that is to be told."""
        if isinstance(message, PageMessage):
            self._rows += len(message.page)
            self._running[message.stream] = self._running.get(message.stream, 0) + len(message.page)
        elif message.trace and (told := message.trace.stream_status):
            name = told.stream_descriptor.name
            if told.status is AirbyteStreamStatus.STARTED:
                self._running[name] = 0
            elif told.status is not AirbyteStreamStatus.RUNNING:
                self._running.pop(name, None)
                self._read += told.status is AirbyteStreamStatus.COMPLETE
                self._failed += told.status is AirbyteStreamStatus.INCOMPLETE
        elif message.trace and message.trace.error:
            self._errors += 1
            return message.trace.error if self._errors <= ERRORS_SHOWN else None
        return None

    def summary(self) -> str:
        """Return a line on the whole of it."""
        seconds = int(time.monotonic() - self._began)
        streams = f"{self._read} of {self._streams} stream{'' if self._streams == 1 else 's'}"
        failed = f", {self._failed} failed" if self._failed else ""
        rate = f", {self._rows / seconds:,.0f} a second" if seconds else ""
        return f"{streams}{failed}; {self._rows:,} rows in {seconds // 60}:{seconds % 60:02}{rate}"

    def __rich__(self) -> RenderableType:
        running = self._running.copy()
        table = Table.grid(padding=(0, 2))
        table.add_column()
        table.add_column(no_wrap=True, justify="right")  # where there is no room for both, a name is cut, not a number
        for name, rows in list(running.items())[:STREAMS_SHOWN]:
            table.add_row(_on_one_line(f"  {name}"), f"{rows:,} rows")
        if len(running) > STREAMS_SHOWN:
            table.add_row(f"  and {len(running) - STREAMS_SHOWN} more")
        # An empty line at the end: there the prompt appears where the process is killed.
        return Group(_on_one_line(self.summary()), table, "")


def _on_one_line(text: str) -> Text:
    return Text(_printable(text), no_wrap=True, overflow="ellipsis")


def _printable(text: str) -> str:
    """Return a text that moves no cursor, whatever AFAS put into it."""
    return "".join(character if character.isprintable() else " " for character in text)


class _Console(Console):
    def show_cursor(self, show: bool = True) -> bool:
        """Leave the cursor as it is: a process that is killed could not show it again."""
        return False


class _Warnings(logging.Handler):
    """Prints the log's warnings."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.WARNING:
            self._terminal.say(f"Warning: {record.getMessage()}", "yellow")
