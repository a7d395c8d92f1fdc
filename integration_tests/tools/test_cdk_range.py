"""The oldest release of the CDK that the package allows.

The newest needs no run of its own: it is the one in which all other tests run.
"""

import re
import subprocess

import pytest

from catalog import pyproject
from integration_tests.tools.environments import CHECKOUT, environment

pytestmark = pytest.mark.tools

SETUP = pyproject.arguments(CHECKOUT / "setup.py")

TESTS = (
    "integration_tests/test_moving_tables.py",  # first, as it takes longest
    "integration_tests/test_standard_tests.py",
    "integration_tests/test_as_the_cdk_does.py",
    "integration_tests/test_in_process.py",
    "unit_tests",
)


def requirements() -> list[str]:
    """Return what the tests need, as `make` installs it, but with the oldest CDK."""
    (oldest,) = re.findall("airbyte-cdk>=([0-9.]+)", " ".join(SETUP["install_requires"]))
    others = [text for text in SETUP["extras_require"]["dev"] if not text.startswith("airbyte-cdk")]
    return [f"airbyte-cdk[dev]=={oldest}", *others]


def test_the_tests_pass_with_the_oldest_cdk():
    code = ("--editable", f"{CHECKOUT}/sandbox", "--editable", str(CHECKOUT))
    python = environment("oldest-cdk", *requirements(), *code) / "python"

    # What failed last is to be remembered of the tests here alone.
    side_by_side = ("-n", "2", "--dist", "worksteal")
    command = [python, "-m", "pytest", "-q", *side_by_side, "-p", "no:cacheprovider", *TESTS]
    ran = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, timeout=600)

    assert ran.returncode == 0, ran.stdout
