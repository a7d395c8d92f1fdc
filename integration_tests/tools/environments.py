"""Environments of other people's tools: made once, from PyPI, in `.tools`."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
TOOLS = CHECKOUT / ".tools"


def environment(name: str, *requirements: str) -> Path:
    """Return the folder with the commands of an environment that holds these requirements."""
    folder = TOOLS / name
    wanted, installed = "\n".join(requirements), folder / "installed.txt"
    with _alone(TOOLS / f"{name}.lock"):
        if not installed.exists() or installed.read_text() != wanted:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            # Python compiles what is imported; pip would all of it, for as long as it installs.
            subprocess.run([*pip, "--no-compile", *requirements], check=True, timeout=600)
            installed.write_text(wanted)
    return folder / "bin"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Have tests that run side by side wait for each other."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
