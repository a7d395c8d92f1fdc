"""How a process ends that is told to stop: at once, whatever its threads wait for, but behind a whole message."""

import os
import signal
import threading

WRITING = threading.RLock()
"""Held while messages are written to standard output."""


def end_at_signals() -> None:
    """End at SIGINT and SIGTERM, as a shell and a container's engine expect it. To be called before other threads run.

    A thread waits for them. Python's own handlers run when the main thread is back from the C library, which may search
    long for a host; and the first process of a container gets no signal that it does not ask for.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without Python's traceback
    if not hasattr(signal, "pthread_sigmask"):
        return  # Windows, which has no signals to speak of
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    threading.Thread(target=_end_at, args=(signals,), daemon=True).start()


def _end_at(signals: set[signal.Signals]) -> None:
    number = signal.sigwait(signals)
    WRITING.acquire(timeout=_PATIENCE)
    # Of the signal, so that a shell breaks off its loop as well; a container's first process outlives that.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    signal.raise_signal(number)
    os._exit(128 + number)


_PATIENCE = 0.5
"""Seconds for whoever reads standard output to take what is being written."""
