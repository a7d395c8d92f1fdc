"""A Meltano project: the one of `examples/meltano`, in a folder of its own, reading a sandbox."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from afas_sandbox import Sandbox
from integration_tests.tools.environments import CHECKOUT, environment

MELTANO = "meltano==4.4.1"
EXAMPLE = CHECKOUT / "examples/meltano/meltano.yml"


@dataclass(frozen=True)
class Run:
    """What `meltano` printed."""

    log: str

    def rows_read(self, stream: str) -> int:
        (read,) = re.findall(f"Read ([0-9]+) records from {stream} stream", self.log)
        return int(read)


class Project:
    """Runs `meltano` in the project."""

    def __init__(self, folder: Path, sandbox: Sandbox, loader: str, **settings: str) -> None:
        self.folder, self.loader = folder, loader
        self._meltano = environment("meltano", MELTANO) / "meltano"
        self._environ: Mapping[str, str] = {
            **os.environ,
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "0",
            "TAP_AFAS_BASE_URL": sandbox.base_url,
            "TAP_AFAS_CREDENTIALS_TOKEN": sandbox.token,
            **settings,
        }
        package = folder / "package"
        shutil.copytree(CHECKOUT, package, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))
        text = EXAMPLE.read_text().replace("${MELTANO_PROJECT_ROOT}/../..", str(package))
        (folder / "meltano.yml").write_text(text)
        self.meltano("install", "extractor", "tap-afas")
        self.meltano("install", "loader", loader)

    def change(self, **extras: object) -> None:
        """Change what the project says of tap-afas; None takes it out."""
        path = self.folder / "meltano.yml"
        project = yaml.safe_load(path.read_text())
        (tap,) = project["plugins"]["extractors"]
        tap.update(extras)
        path.write_text(yaml.safe_dump({**project}))

    def run(self) -> Run:
        """Run the tap into the loader."""
        return self.meltano("run", "tap-afas", self.loader)

    def meltano(self, *arguments: str) -> Run:
        """Run a command."""
        ran = subprocess.run(
            [self._meltano, *arguments], cwd=self.folder, env=self._environ, capture_output=True, text=True, timeout=300
        )
        assert ran.returncode == 0, ran.stderr
        return Run(ran.stdout + ran.stderr)

    @property
    def python_of_loader(self) -> Path:
        return self.folder / f".meltano/loaders/{self.loader}/venv/bin/python"
