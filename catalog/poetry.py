"""Poetry, in an environment of its own."""

import os
import subprocess
from pathlib import Path

from integration_tests.tools.environments import environment

REQUIREMENTS = ("poetry==2.5.1", "poetry-plugin-pypi-mirror==0.6.5")

# Poetry asks pypi.org for what mirrors of it do not answer. With this the plugin has it ask as pip does.
SIMPLE_API = {"POETRY_PYPI_MIRROR_URL": "https://pypi.org/simple/"}

# Poetry installs into an environment that is active, whosever it is.
ACTIVE = {"VIRTUAL_ENV", "CONDA_PREFIX"}


def poetry(connector: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Poetry's in a connector's folder."""
    command = [str(environment("poetry", *REQUIREMENTS) / "poetry"), *arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in ACTIVE}
    return subprocess.run(
        command,
        cwd=connector,
        env={**SIMPLE_API, **inherited, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
