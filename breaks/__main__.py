"""`make breaks`: every patch is applied to a copy of the checkout, and must be seen by a test that it names."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import NamedTuple

from breaks.patches import Break, all_breaks

PROJECT = Path(__file__).parents[1]

CAUGHT = "caught"

COPIES = 2
"""Breaks that are tried side by side."""

SECONDS = 180
"""What the tests of one break may take."""

FAILED = 1
"""pytest's exit code where tests failed; what is higher says that they could not be run."""


class Outcome(NamedTuple):
    """How tests ended."""

    exit_code: int | None
    """pytest's; None where they did not end in time."""
    output: str

    @property
    def first(self) -> str:
        """The first test that failed, and why; else pytest's last line."""
        lines = self.output.strip().splitlines() or [""]
        return next((line for line in lines if line.startswith(("FAILED ", "ERROR "))), lines[-1])


def copy(folder: Path) -> None:
    """Copy the checkout, changes that are not committed included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which a copy is what Python imports."""
    return {
        **os.environ,
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'sandbox'}",
        # A file that is put right within a second of being broken would be taken for the broken one.
        "PYTHONDONTWRITEBYTECODE": "1",
        "CI": "1",  # hypothesis tries the same examples each time
    }


def run(folder: Path, *options: str, seconds: float = SECONDS) -> Outcome:
    """Run pytest in a copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", *options]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Outcome(None, "")
    return Outcome(process.returncode, output)


def what_is_wrong_with(folder: Path, tests: Iterable[str]) -> str:
    """Return why breaks would say nothing in a copy: it is not what is imported, or its tests fail unbroken."""
    imported = "import afas_sandbox, source_afas; print(afas_sandbox.__file__, source_afas.__file__, sep='\\n')"
    command = [sys.executable, "-c", imported]
    found = subprocess.run(command, cwd="/", env=environment(folder), capture_output=True, text=True, check=True).stdout
    if any(not Path(path).is_relative_to(folder) for path in found.splitlines()):
        return f"Python imports {' and '.join(found.split())}, not the copies in {folder}."
    tests = list(dict.fromkeys(tests))
    outcome = run(folder, "-n", str(COPIES), "--dist", "worksteal", *tests, seconds=10 * SECONDS)
    if outcome.exit_code == 0:
        return ""
    if outcome.exit_code != FAILED:  # side by side, pytest does not say what there is no test of
        outcome = run(folder, "--collect-only", "-q", *tests)
    return f"The tests fail where nothing is broken:\n{outcome.output}"


def tried(broken: Break, folder: Path) -> tuple[str, str]:
    """Apply a break to a copy, run its tests and take it back; return what became of it, and more about that."""
    if wrong := broken.apply(folder):
        return "does not apply", wrong.splitlines()[0]
    try:
        if wrong := no_python(folder, broken):
            return "is no Python", wrong
        outcome = run(folder, "-x", *broken.tests)
    finally:
        broken.apply(folder, "--reverse")
    if outcome.exit_code == FAILED:
        return CAUGHT, outcome.first
    if outcome.exit_code is None:
        return "does not end", f"not within {SECONDS} seconds"
    return ("UNSEEN", outcome.first) if outcome.exit_code == 0 else ("cannot be tried", outcome.first)


def no_python(folder: Path, broken: Break) -> str:
    """Return what is wrong with the code as such: then a test would fail of that."""
    files = re.findall(r"^\+\+\+ b/(.+\.py)$", broken.path.read_text(encoding="utf-8"), re.MULTILINE)
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=E9,F821", "--output-format=concise"]
    ended = subprocess.run([*ruff, *files], cwd=folder, capture_output=True, text=True, check=False)
    return ended.stdout.splitlines()[0] if ended.returncode else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit with 1 where a break goes unseen."""
    parser = argparse.ArgumentParser(prog="python -m breaks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="breaks, or the beginning of their names; all by default"
    )
    names = parser.parse_args(arguments).names
    breaks = [each for each in all_breaks() if not names or each.name.startswith(tuple(names))]
    began, caught = time.monotonic(), 0
    with TemporaryDirectory(prefix="breaks-") as temporary:
        folders = [Path(temporary, str(number)).resolve() for number in range(COPIES)]
        for folder in folders:
            copy(folder)
        if wrong := what_is_wrong_with(folders[0], (test for each in breaks for test in each.tests)):
            print(wrong)
            return 1
        free: Queue[Path] = Queue()
        for folder in folders:
            free.put(folder)

        def in_a_free_copy(broken: Break) -> tuple[str, str]:
            folder = free.get()
            try:
                return tried(broken, folder)
            finally:
                free.put(folder)

        with ThreadPoolExecutor(COPIES) as side_by_side:
            for broken, (word, more) in zip(breaks, side_by_side.map(in_a_free_copy, breaks), strict=True):
                caught += word == CAUGHT
                print(f"{word:<16}{broken.name:<48}{broken.breaks}", f"{'':<16}{more}", sep="\n", flush=True)
    print(f"{len(breaks)} breaks, {caught} caught, in {time.monotonic() - began:.0f} s")
    return int(caught < len(breaks))


if __name__ == "__main__":
    sys.exit(main())
