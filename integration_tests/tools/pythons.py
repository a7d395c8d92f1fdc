"""The versions of Python that the package is for, as far as this machine has them."""

import shutil
import subprocess
import warnings
from pathlib import Path

VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def oldest_and_newest() -> list[Path]:
    """Return the oldest and the newest Python that is here; warn where that is not the whole span."""
    found = {version: python for version in VERSIONS if (python := _python(version))}
    if lacking := [version for version in (VERSIONS[0], VERSIONS[-1]) if version not in found]:
        warnings.warn(f"not tried, as it is not here: Python {', '.join(lacking)}", stacklevel=2)
    return [*found.values()][:: max(1, len(found) - 1)]


def _python(version: str) -> Path | None:
    """Return one on the path, or one of pyenv's, whose shims on the path run only the versions that are switched on."""
    on_path = shutil.which(f"python{version}")
    pyenvs = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))
    for python in [*([Path(on_path)] if on_path else []), *pyenvs]:
        if subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0:
            return python
    return None
