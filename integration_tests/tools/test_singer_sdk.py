"""The Singer SDK's own tests of taps."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from integration_tests.tools.environments import environment

pytestmark = pytest.mark.tools

REQUIREMENTS = ("singer-sdk==0.54.9", "pytest==9.2.0")


def test_the_singer_sdks_tests_of_taps_pass(source_afas):
    environ = {
        **os.environ,
        "TAP_AFAS_COMMAND": json.dumps([sys.executable, "-m", "source_afas.singer.tap"]),
        "TAP_AFAS_CONFIG": json.dumps({**source_afas.config, "get_connectors": ["Profit_*"]}),
    }
    suite = Path(__file__).with_name("singer_sdk_suite.py")
    python = environment("singer-sdk", *REQUIREMENTS) / "python"

    # No settings and fixtures of ours: the SDK has its own pytest.
    command = [python, "-m", "pytest", "-q", "--noconftest", "-c", os.devnull, "--rootdir", suite.parent, suite]
    ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, timeout=300)

    assert ran.returncode == 0, ran.stdout
    passed = re.search("([0-9]+) passed", ran.stdout)
    assert passed
    assert int(passed[1]) > 100
