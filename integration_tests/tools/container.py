"""The source's commands in containers of its image, as a platform runs them: with files mounted."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from afas_sandbox import Sandbox
from integration_tests.command_line import CommandLine, Output

IMAGE = "source-afas"

_DOCKER = """\
#!/bin/sh
command=$1
shift
case $command in
  build) set -- --network host ${BASE_IMAGE:+--build-arg "BASE_IMAGE=$BASE_IMAGE"} "$@" ;;
  run) set -- --network host "$@" ;;
esac
exec %s "$command" "$@"
"""


def path_with_docker(folder: Path) -> str:
    """Return a PATH with a `docker` that adds to the words of the guide and of the CDK what a test needs beside them.

    That is the base image that was given, and the network that the sandbox is on.
    """
    command = folder / "docker"
    command.write_text(_DOCKER % shutil.which("docker"))
    command.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def docker(*arguments: str | Path, **options: Any) -> str:
    """Run a command of the engine that must succeed; return what it prints."""
    return subprocess.run(["docker", *arguments], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Container(CommandLine):
    """Runs the source's commands against a sandbox, each in a container of its own, with options for `docker run`."""

    def __init__(self, sandbox: Sandbox, folder: Path, *options: str) -> None:
        super().__init__(sandbox, folder)
        folder.chmod(0o755)  # pytest makes it for its own user
        self._docker_run = ["docker", "run", "--rm", "--volume", f"{folder}:{folder}:ro", *options]

    def command(self, command: str, *arguments: str, **files: Any) -> list[str]:
        """Return the words that run a command."""
        return [*self._docker_run, IMAGE, command, *self._options(files), *arguments]

    def run(self, command: str, *arguments: str, **files: Any) -> Output:
        ended = subprocess.run(
            self.command(command, *arguments, **files), capture_output=True, text=True, timeout=120, check=False
        )
        return Output(ended.returncode, ended.stdout.splitlines(), ended.stderr)
