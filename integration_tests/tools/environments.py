"""Environments of other people's tools: made once, from PyPI, in `.tools`."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
TOOLS = CHECKOUT / ".tools"


def environment(name: str, *requirements: str) -> Path:
    """Return the folder with the commands of an environment that holds these requirements."""
    folder = TOOLS / name
    wanted, installed = "\n".join(requirements), folder / "installed.txt"
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements], check=True, timeout=600)
        installed.write_text(wanted)
    return folder / "bin"
