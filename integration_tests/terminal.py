"""A terminal, with somebody who looks at it; so wide that no sentence is broken."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading
from pathlib import Path


class Terminal:
    """A terminal of the system's. Its file is what a process has for standard output or standard error."""

    def __init__(self, columns: int = 400, lines: int = 50) -> None:
        self._keyboard, self.file = pty.openpty()
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.path = Path(os.ttyname(self.file))
        self._came, self._more = b"", threading.Condition()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def _look(self) -> None:
        while piece := self._next():
            with self._more:
                self._came += piece
                self._more.notify_all()

    def _next(self) -> bytes:
        try:
            return os.read(self._keyboard, 65536)
        except OSError:
            return b""  # nobody has the terminal any more

    def wait_for(self, words: str) -> None:
        """Wait until something is shown."""
        with self._more:
            assert self._more.wait_for(lambda: words.encode() in self._came, 20), self._came

    def press_ctrl_c(self) -> None:
        os.write(self._keyboard, b"\x03")

    def go_away(self) -> None:
        """Be closed as a window is, without waiting for anybody."""
        os.close(self.file)
        os.close(self._keyboard)

    def close(self) -> str:
        """Return all that came, once the processes that have the terminal have ended."""
        os.close(self.file)
        self._looking.join(20)
        os.close(self._keyboard)
        return self._came.decode().replace("\r\n", "\n")


def seen(came: str) -> str:
    """Return what came to a terminal without what moves its cursor and colours its words."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", came)
