"""Commands as processes that begin with their imports done, so that a hundred of them take no five minutes."""

import multiprocessing
import os
import sys
from pathlib import Path
from types import SimpleNamespace

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["source_afas.command_line", "integration_tests.forked"])


def run(arguments: list[str], stdout: Path, stderr: Path, timeout: float, *, pauses: bool = True) -> int:
    """Run `source-afas` with its output going into files, without its pauses if so wanted; return its exit code."""
    process = _CONTEXT.Process(target=_command, args=(arguments, str(stdout), str(stderr), pauses))
    process.start()
    process.join(timeout)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"source-afas {' '.join(arguments)} did not end within {timeout} seconds")
    return process.exitcode


def _command(arguments: list[str], stdout: str, stderr: str, pauses: bool) -> None:
    from source_afas import rest
    from source_afas.run import run

    if not pauses:
        rest.time = SimpleNamespace(sleep=lambda _: None)  # type: ignore[assignment]
    for path, stream in ((stdout, sys.stdout), (stderr, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream.fileno())
    sys.argv = ["source-afas", *arguments]
    run()
