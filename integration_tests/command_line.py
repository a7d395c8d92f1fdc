"""The source's command line, as a platform runs it: a process, files for its arguments, lines of JSON on its output."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from afas_sandbox import Sandbox
from integration_tests import forked


@dataclass(frozen=True)
class Output:
    """What a command printed, and how it ended."""

    exit_code: int
    lines: list[str]
    stderr: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line, parse_float=Decimal) for line in self.lines]

    def of_type(self, kind: str) -> Iterator[dict[str, Any]]:
        return (message[kind.lower()] for message in self.messages if message["type"] == kind)

    @property
    def log(self) -> str:
        return "\n".join(entry["message"] for entry in self.of_type("LOG"))

    # check

    @property
    def status(self) -> str:
        (status,) = (m["connectionStatus"] for m in self.messages if m["type"] == "CONNECTION_STATUS")
        return f"{status['status']}: {status.get('message')}"

    # discover

    @property
    def streams(self) -> dict[str, dict[str, Any]]:
        (catalog,) = self.of_type("CATALOG")
        return {stream["name"]: stream for stream in catalog["streams"]}

    # read

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [record["data"] for record in self.of_type("RECORD") if record["stream"] == stream]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The last state of each stream, as a state file takes it."""
        last = {state["stream"]["stream_descriptor"]["name"]: state for state in self.of_type("STATE")}
        return list(last.values())

    def state(self, stream: str) -> dict[str, Any]:
        (state,) = (s for s in self.states if s["stream"]["stream_descriptor"]["name"] == stream)
        return state["stream"]["stream_state"]

    def stream_status(self, stream: str) -> str:
        return [
            trace["stream_status"]["status"]
            for trace in self.of_type("TRACE")
            if trace["type"] == "STREAM_STATUS" and trace["stream_status"]["stream_descriptor"]["name"] == stream
        ][-1]

    def error(self, stream: str | None = None) -> dict[str, Any]:
        """The error of a stream, or the one that ended the command."""
        return [
            trace["error"]
            for trace in self.of_type("TRACE")
            if trace["type"] == "ERROR" and (trace["error"].get("stream_descriptor") or {}).get("name") == stream
        ][-1]


class CommandLine:
    """Runs the source's commands against a sandbox; nobody waits before a request is repeated."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder

    @property
    def config(self) -> dict[str, Any]:
        return {
            "environment": self._sandbox.environment,
            "base_url": self._sandbox.base_url,
            "credentials": {"auth_type": "token", "token": self._sandbox.token, "token_name": "Consolidatie"},
        }

    def spec(self) -> Output:
        return self.run("spec")

    def check(self, **settings: Any) -> Output:
        return self.run("check", config={**self.config, **settings})

    def discover(self, **settings: Any) -> Output:
        return self.run("discover", config={**self.config, **settings})

    def read(self, *streams: str, state: list[dict[str, Any]] | None = None, **settings: Any) -> Output:
        """Read streams: incrementally those that can be, as a connection would that has been left as it is offered."""
        config = {**self.config, **settings}
        offered = self.discover(**{**settings, "get_connectors": list(streams)}).streams
        return self.read_catalog([offered[name] for name in streams], config, state)

    def read_catalog(
        self,
        streams: list[dict[str, Any]],
        config: Mapping[str, Any] | None = None,
        state: list[dict[str, Any]] | None = None,
    ) -> Output:
        catalog = {
            "streams": [
                {"stream": s, "sync_mode": s["supported_sync_modes"][-1], "destination_sync_mode": "append"}
                for s in streams
            ]
        }
        files: dict[str, Any] = {"config": config or self.config, "catalog": catalog}
        if state is not None:
            files["state"] = state
        return self.run("read", **files)

    def run(self, *arguments: str, **files: Any) -> Output:
        options = self._options(files)
        printed, complained = self._folder / "stdout", self._folder / "stderr"
        exit_code = forked.run([*arguments, *options], printed, complained, timeout=120, pauses=False)
        return Output(exit_code, printed.read_text().splitlines(), complained.read_text())

    def _options(self, files: Mapping[str, Any]) -> list[str]:
        """Write what a command takes to files, and return the options that name them."""
        options = []
        for option, content in files.items():
            path = self._folder / f"{option}.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content, default=float))
            options += [f"--{option}", str(path)]
        return options
