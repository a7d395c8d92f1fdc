"""An AFAS for `airbyte-cdk connector test`: the sandbox that the integration tests use, served while it runs."""

import json
from pathlib import Path

import pytest

from afas_sandbox import Sandbox

CONFIG = Path(__file__).parent / "build" / "valid_config.json"
"""Where acceptance-test-config.yml looks for it."""


@pytest.fixture(scope="class", autouse=True)
def sandbox_of_the_standard_tests(request):
    """Serve a sandbox while the CDK's tests run; other tests serve their own."""
    if not hasattr(request.cls, "get_scenarios"):
        yield
        return
    with Sandbox(seed=1, entries=200) as sandbox:
        config = {
            "environment": sandbox.environment,
            "base_url": sandbox.base_url,
            "credentials": {"auth_type": "token", "token": sandbox.token},
        }
        CONFIG.parent.mkdir(exist_ok=True)
        CONFIG.write_text(json.dumps(config))
        yield


def pytest_collection_modifyitems(items):
    """Leave out what a container would ask of the sandbox, which listens to this machine alone."""
    for item in items:
        scenario = item.callspec.params.get("scenario") if hasattr(item, "callspec") else None
        asks = item.get_closest_marker("image_tests") and not item.originalname.endswith("_spec")
        if asks and scenario and scenario.config_path.name == CONFIG.name:
            item.add_marker(pytest.mark.skip(reason="A container does not reach the sandbox."))
