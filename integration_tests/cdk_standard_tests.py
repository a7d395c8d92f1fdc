"""The CDK's own standard tests, `airbyte-cdk connector test`, in what `make catalog` makes."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog import tree


def run(
    folder: Path, *pytest_arguments: str, config: Mapping[str, Any] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run them in a folder, with arguments for the pytest that the CDK starts.

    A sandbox is served meanwhile, unless a configuration is given for one that is there.
    """
    connector = tree.write(folder)
    if config:
        (connector / "conftest.py").unlink()
        (connector / "build").mkdir()
        (connector / "build" / "valid_config.json").write_text(json.dumps(config))
    command = [Path(sys.executable).with_name("airbyte-cdk"), "connector", "test"]
    return subprocess.run(
        [*command, *(f"--pytest-arg={argument}" for argument in pytest_arguments)],
        cwd=connector,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
