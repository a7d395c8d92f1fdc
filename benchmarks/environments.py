"""An environment for each reader that is not ours: `.bench/<name>`, made when it is first asked for."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".bench"


class NotInstalledError(Exception):
    """An environment cannot be had on this machine."""


@dataclass(frozen=True)
class Environment:
    """What is installed into a folder of its own."""

    name: str
    packages: tuple[str, ...]
    """With their versions: the same numbers tomorrow need the same packages."""
    python: tuple[int, int] = (3, 10)

    def interpreter(self) -> Path:
        """Return the Python of the environment, which is made if it is not there or holds other packages."""
        folder, wanted = FOLDER / self.name, "\n".join(self.packages)
        interpreter, installed = folder / "bin" / "python", folder / "installed.txt"
        if not (installed.is_file() and installed.read_text() == wanted):
            print(f"Making .bench/{self.name}: {', '.join(self.packages)}", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            _succeed([python_from(self.python), "-m", "venv", folder])
            _succeed([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *self.packages])
            installed.write_text(wanted)
        return interpreter


PLOT = Environment("plot", ("matplotlib==3.11.2",), python=(3, 11))


@cache
def python_from(version: tuple[int, int]) -> Path:
    """Return this Python, or the first other one that is as new as this."""
    for candidate in _pythons():
        asked = [candidate, "-c", f"import sys, venv, ensurepip; sys.exit(sys.version_info < {version})"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return candidate
    raise NotInstalledError(f"needs Python {version[0]}.{version[1]} or newer")


def _pythons() -> Iterator[Path]:
    yield Path(sys.executable)
    for minor in range(11, 15):
        if found := shutil.which(f"python3.{minor}"):
            yield Path(found)
        yield from sorted(Path.home().glob(f".pyenv/versions/3.{minor}*/bin/python"))


def versions(interpreter: Path, packages: tuple[str, ...]) -> str:
    """Return the installed versions of packages, as a reader of the table wants them."""
    asked = (
        "import platform, sys; from importlib.metadata import version as of;"
        "print(*(f'{name} {of(name)}' for name in sys.argv[1:]), f'Python {platform.python_version()}', sep=', ')"
    )
    return subprocess.run(
        [interpreter, "-c", asked, *packages], capture_output=True, text=True, check=True
    ).stdout.strip()


def _succeed(command: list[Path | str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalledError(
            next((line for line in reversed(said) if "ERROR" in line), said[-1] if said else "?")[:200]
        )
