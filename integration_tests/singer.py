"""The tap's command line, as a runner of Singer runs it: a process, files for its arguments, messages on its output."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from afas_sandbox import Sandbox
from integration_tests import forked
from integration_tests.command_line import CommandLine
from source_afas.singer.tap import main as tap_afas


@dataclass(frozen=True)
class Output:
    """What a command printed, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line, parse_float=Decimal) for line in self.stdout.splitlines()]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [message["record"] for message in self.of_type("RECORD") if message["stream"] == stream]

    @property
    def schemas(self) -> dict[str, dict[str, Any]]:
        return {message["stream"]: message for message in self.of_type("SCHEMA")}

    @property
    def state(self) -> dict[str, Any]:
        """The value that a runner keeps for the next run."""
        return self.of_type("STATE")[-1]["value"]

    def cursors(self) -> dict[str, Any]:
        states = [state["stream"] for state in self.state["airbyte_state"]]
        return {state["stream_descriptor"]["name"]: state["stream_state"] for state in states}


class Catalog:
    """A Singer catalog, and how Meltano writes a user's wishes into it."""

    def __init__(self, streams: list[dict[str, Any]]) -> None:
        self.streams = {stream["tap_stream_id"]: stream for stream in deepcopy(streams)}

    def only(self, *names: str) -> "Catalog":
        return Catalog([self.streams[name] for name in names])

    def note(self, stream: str, *field: str) -> dict[str, Any]:
        """The metadata of a stream, or of one of its fields."""
        breadcrumb = ["properties", *field] if field else []
        (found,) = (n["metadata"] for n in self.streams[stream]["metadata"] if n["breadcrumb"] == breadcrumb)
        return found

    def schema(self, stream: str, field: str) -> dict[str, Any]:
        return self.streams[stream]["schema"]["properties"][field]


class Tap:
    """Runs the tap's commands against a sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.config = CommandLine(sandbox, folder).config
        self._folder = folder

    def discover(self, **settings: Any) -> Catalog:
        discovered = self.run("--discover", config={**self.config, **settings})
        assert discovered.exit_code == 0, discovered.stderr
        return Catalog(json.loads(discovered.stdout)["streams"])

    def sync(self, catalog: Catalog, state: Any = None, **settings: Any) -> Output:
        files = {"config": {**self.config, **settings}, "catalog": {"streams": list(catalog.streams.values())}}
        return self.run(**files, **({} if state is None else {"state": state}))

    def run(self, *arguments: str, script: Callable[[], None] = tap_afas, **files: Any) -> Output:
        printed, complained = self._folder / "stdout", self._folder / "stderr"
        exit_code = forked.run([*arguments, *self.options(**files)], printed, complained, timeout=120, script=script)
        return Output(exit_code, printed.read_text(), complained.read_text())

    def options(self, **files: Any) -> list[str]:
        """Write files, and return the arguments that name them."""
        options = []
        for option, content in files.items():
            path = self._folder / f"{option}.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content, default=float))
            options += [f"--{option}", str(path)]
        return options
