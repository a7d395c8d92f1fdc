"""The examples for Meltano, against the settings that the source takes."""

from pathlib import Path

import pytest
import yaml

from source_afas.command_line import run
from source_afas.singer.tap import CAPABILITIES

MELTANO = Path(__file__).parents[1] / "examples/meltano"
SPEC = run.specification()["connection_specification"]
SECRETS = {"credentials.token", "credentials.client_id", "credentials.client_secret"}


def settings_of_the_source():
    credentials = {
        f"credentials.{key}" for kind in SPEC["properties"]["credentials"]["oneOf"] for key in kind["properties"]
    }
    return (set(SPEC["properties"]) - {"credentials"}) | credentials


def read(path):
    return yaml.safe_load((MELTANO / path).read_text())


def in_the_project():
    return read("meltano.yml")["plugins"]["extractors"][0]


def for_the_hub():
    return read("hub/extractors/tap-afas/OWNER.yml")


@pytest.mark.parametrize("definition", [in_the_project, for_the_hub])
def test_a_definition_has_all_settings(definition):
    assert {setting["name"] for setting in definition()["settings"]} == settings_of_the_source()


@pytest.mark.parametrize("definition", [in_the_project, for_the_hub])
def test_secrets_are_kept_secret(definition):
    secret = {s["name"] for s in definition()["settings"] if s.get("sensitive") or s["kind"] == "password"}

    assert secret == SECRETS


@pytest.mark.parametrize("definition", [in_the_project, for_the_hub])
def test_the_tap_can_what_the_definition_says(definition):
    assert definition()["executable"] == "tap-afas"
    assert tuple(definition()["capabilities"]) == CAPABILITIES


def test_the_hubs_definition_has_the_sources_defaults_and_choices():
    for setting in for_the_hub()["settings"]:
        declared = SPEC["properties"].get(setting["name"])
        if declared:
            assert setting.get("value") == declared.get("default")
            assert [option["value"] for option in setting.get("options", [])] == declared.get("enum", [])
