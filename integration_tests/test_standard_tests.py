"""The CDK's own standard tests, `airbyte-cdk connector test`, on every stream that the sandbox serves."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONNECTOR = ("source_afas", "metadata.yaml", "acceptance-test-config.yml", "integration_tests/invalid_config.json")
PYTEST = (
    "--pytest-arg=-k",
    "--pytest-arg=not docker",
    "--pytest-arg=-Werror::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning",
)


def test_the_cdks_standard_tests_pass(source_afas, tmp_path):
    # The CDK takes the connector's name from its folder's, whatever a clone is called.
    folder = tmp_path / "source-afas"
    for name in CONNECTOR:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "config.json").write_text(json.dumps(source_afas.config))

    ended = subprocess.run(
        [Path(sys.executable).with_name("airbyte-cdk"), "connector", "test", folder, *PYTEST],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert " failed" not in ended.stdout
    assert " passed" in ended.stdout
