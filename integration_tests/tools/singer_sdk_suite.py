"""The Singer SDK's own tests of taps, for a tap that is not made with the SDK.

They want the tap as an object of the SDK's. `Tap` is one as far as they look: whatever they ask of it, it asks
`tap-afas`, a process. Run by `test_singer_sdk.py`, in an environment with the SDK.
"""

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from singer_sdk.testing import get_tap_test_class
from singer_sdk.testing.config import SuiteConfig

COMMAND = json.loads(os.environ["TAP_AFAS_COMMAND"])
CONFIG = json.loads(os.environ["TAP_AFAS_CONFIG"])


class Tap:
    """What the SDK's tests ask of a tap."""

    name = "tap-afas"

    def __init__(self, config, catalog=None, **_):
        self._config = config
        self._catalog = catalog

    @property
    def catalog_dict(self):
        self._catalog = self._catalog or json.loads(self._run("--discover"))
        return self._catalog

    @property
    def streams(self):
        return {entry["tap_stream_id"]: stream(entry) for entry in self.catalog_dict["streams"]}

    def run_discovery(self):
        return json.dumps(self.catalog_dict)

    def run_connection_test(self):
        self._run("--test")
        return True

    def run_sync_dry_run(self, dry_run_record_limit=None):
        print(self._run())
        return True

    def print_version(self):
        assert self._run("--version").startswith("tap-afas ")

    def print_about(self, output_format="text"):
        assert self._run("--about", "--format", output_format)

    def _run(self, *arguments):
        with TemporaryDirectory() as folder:
            (Path(folder) / "config.json").write_text(json.dumps(self._config))
            command = [*COMMAND, "--config", f"{folder}/config.json", *arguments]
            if self._catalog and not arguments:
                (Path(folder) / "catalog.json").write_text(json.dumps(self._catalog))
                command += ["--catalog", f"{folder}/catalog.json"]
            return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def stream(entry):
    return SimpleNamespace(
        name=entry["tap_stream_id"],
        schema=entry["schema"],
        primary_keys=entry["key_properties"],
        stream_maps=[SimpleNamespace(transformed_schema=entry["schema"])],
    )


TestTapAfas = get_tap_test_class(Tap, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None))
