"""The CDK's own standard tests, `airbyte-cdk connector test`, in what `make catalog` makes."""

import subprocess
import sys
from pathlib import Path

from catalog import tree

PYTEST = (
    "--pytest-arg=-k",
    "--pytest-arg=not docker",
    "--pytest-arg=-Werror::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning",
)


def test_the_cdks_standard_tests_pass(tmp_path):
    connector = tree.write(tmp_path)

    ended = subprocess.run(
        [Path(sys.executable).with_name("airbyte-cdk"), "connector", "test", *PYTEST],
        cwd=connector,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert " failed" not in ended.stdout
    assert " passed" in ended.stdout
