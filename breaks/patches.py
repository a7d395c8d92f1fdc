"""The patches."""

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Break:
    """One mistake."""

    name: str
    """Its file's, without the suffix."""
    breaks: str
    """What it breaks: a promise or an area, and a sentence."""
    tests: tuple[str, ...]
    """The node ids of tests that see it."""

    @property
    def path(self) -> Path:
        """Its file."""
        return FOLDER / f"{self.name}.patch"

    def apply(self, folder: Path, *options: str) -> str:
        """Apply it to a copy of the project; return what is wrong where that fails."""
        command = ["git", "apply", *options, str(self.path)]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        return ended.stderr.strip() if ended.returncode else ""


def all_breaks() -> list[Break]:
    """Return the breaks, in the order of their numbers."""
    return [_read(path) for path in sorted(FOLDER.glob("*.patch"))]


def _read(path: Path) -> Break:
    header, _, _ = path.read_text(encoding="utf-8").partition("\n--- ")
    said = dict(line.split(": ", 1) for line in header.splitlines() if ": " in line)
    return Break(path.stem, said["Breaks"], tuple(shlex.split(said["Test"])))
