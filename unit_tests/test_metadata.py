"""What the catalogue is told about the connector, and that it agrees with the rest of the house."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[1]

METADATA = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
DATA = METADATA["data"]


def in_setup(argument):
    """Return what setup.py passes to setup() as a plain text."""
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    return re.search(rf'^    {argument}="([^"]+)"', setup, re.MULTILINE)[1]


def test_metadata_is_what_airbyte_asks_for():
    model = "airbyte_connector_models.metadata.v0.connector_metadata_definition_v0"
    definition = pytest.importorskip(model, reason="Airbyte's model of metadata installs on Python 3.12 at most")

    definition.ConnectorMetadataDefinitionV0.model_validate(METADATA)


def test_the_package_has_the_version_of_the_metadata():
    assert in_setup("version") == DATA["dockerImageTag"]


def test_the_manifest_may_be_read_by_the_oldest_cdk_that_the_package_allows():
    manifest = yaml.safe_load((ROOT / "source_afas/manifest.yaml").read_text(encoding="utf-8"))
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")

    assert manifest["version"] == re.search(r'^OLDEST_CDK = "(.+)"$', setup, re.MULTILINE)[1]


def test_the_image_has_the_version_of_the_metadata():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert f"LABEL io.airbyte.name={DATA['dockerRepository']} io.airbyte.version={DATA['dockerImageTag']}" in dockerfile


def test_the_changelog_begins_with_the_version_of_the_metadata():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$", changelog, re.MULTILINE)

    assert versions[:1] == [DATA["dockerImageTag"]]


def test_the_page_of_the_package_needs_no_checkout():
    """PyPI shows it, to people who ran pip."""
    page = (ROOT / "docs" / "pypi.md").read_text(encoding="utf-8")

    assert page.startswith("# source-afas\n")
    assert DATA["documentationUrl"] in page
    assert f"pip install {DATA['remoteRegistries']['pypi']['packageName']}" in page
    assert re.findall(r"\]\((?!https://)[^)]*\)", page) == []
    assert re.findall(r"[`$] ?make ", page) == []


def test_the_package_has_the_name_of_the_metadata():
    assert in_setup("name") == DATA["remoteRegistries"]["pypi"]["packageName"]


def test_the_license_is_the_same_everywhere():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert DATA["license"] == in_setup("license") == "MIT"
    assert text.startswith("MIT License\n")


def test_the_icon_is_a_square_drawing():
    icon = ElementTree.parse(ROOT / DATA["icon"]).getroot()
    left, top, width, height = icon.get("viewBox").split()

    assert icon.tag == "{http://www.w3.org/2000/svg}svg"
    assert (left, top) == ("0", "0")
    assert width == height == icon.get("width") == icon.get("height")


@pytest.mark.parametrize("host", ["rest", "resttest", "restaccept", "restcursus"])
def test_every_kind_of_environment_may_be_reached(host):
    assert f"*.{host}.afas.online" in DATA["allowedHosts"]["hosts"]


def test_another_address_may_be_reached():
    assert "${base_url}" in DATA["allowedHosts"]["hosts"]


def test_the_suggested_streams_are_standard_get_connectors():
    standard = yaml.safe_load((ROOT / "source_afas/reading/standard_get_connectors.yaml").read_text(encoding="utf-8"))

    assert set(DATA["suggestedStreams"]["streams"]) <= set(standard)


def test_a_request_that_afas_works_on_is_not_taken_for_a_hang():
    """AFAS itself gives up after 900 seconds."""
    assert DATA["maxSecondsBetweenMessages"] > 2 * 900
