"""Commands as processes that begin with their imports done, so that a hundred of them take no five minutes."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

from source_afas.command_line.run import run as source_afas

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "source_afas.command_line.commands",
        "source_afas.singer.commands",
        "source_afas.people.probe",
        "integration_tests.forked",
        "integration_tests.forked_from",
    ]
)


def run(
    arguments: list[str],
    stdout: Path,
    stderr: Path,
    timeout: float,
    *,
    script: Callable[[], None] = source_afas,
    pauses: bool = True,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run a console script with its output in files, without its pauses if so wanted; return its exit code."""
    process = _CONTEXT.Process(
        target=_command, args=(script, arguments, str(stdout), str(stderr), pauses, dict(environ or {}))
    )
    process.start()
    process.join(timeout)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"{script.__module__} {' '.join(arguments)} did not end within {timeout} seconds")
    return process.exitcode


def _command(
    script: Callable[[], None], arguments: list[str], stdout: str, stderr: str, pauses: bool, environ: dict[str, str]
) -> None:
    from source_afas.afas import rest

    os.environ.update(environ)
    if not pauses:
        rest.time = SimpleNamespace(sleep=lambda _: None)  # type: ignore[assignment]
    for path, number, name in ((stdout, 1, "stdout"), (stderr, 2, "stderr")):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOCTTY), number)
        stream = open(number, "w", buffering=1 if name == "stderr" else -1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv = [script.__module__, *arguments]
    script()
