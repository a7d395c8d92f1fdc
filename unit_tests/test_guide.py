"""The user's guide, against the catalogue's order of headings, the form that users fill in, and what is known."""

import json
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import jsonschema
import pytest
import yaml

from source_afas.afas.failures import FAILURES
from source_afas.source import SourceAfas

ROOT = Path(__file__).parents[1]

GUIDE = (ROOT / "docs" / "afas.md").read_text(encoding="utf-8")
METADATA = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
STANDARD = yaml.safe_load((ROOT / "source_afas/reading/standard_get_connectors.yaml").read_text(encoding="utf-8"))
SPEC = yaml.safe_load((ROOT / "source_afas" / "manifest.yaml").read_text(encoding="utf-8"))["spec"][
    "connection_specification"
]

CATALOGUE_ORDER = [
    "# AFAS Profit",
    "## Prerequisites",
    "## Setup guide",
    "## Set up AFAS Profit",
    "## Set up the AFAS Profit connector in Airbyte",
    "### For Airbyte Cloud:",
    "### For Airbyte Open Source:",
    "## Supported sync modes",
    "## Supported Streams",
    "## IP allow list",
    "### Performance considerations",
    "## Data type map",
    "## Limitations & Troubleshooting",
    "## Changelog",
]

REQUIRED_BEGINNINGS = {
    "# AFAS Profit": (
        "\n<HideInUI>\n\nThis page contains the setup guide and reference information for the "
        "[AFAS Profit](https://www.afas.nl) source connector.\n\n</HideInUI>\n"
    ),
    "### For Airbyte Cloud:": (
        "\n1. [Log into your Airbyte Cloud](https://cloud.airbyte.com/workspaces) account.\n"
        "2. Click Sources and then click + New source.\n"
        "3. On the Set up the source page, select AFAS Profit from the Source type dropdown.\n"
        "4. Enter a name for the AFAS Profit connector.\n"
    ),
    "### For Airbyte Open Source:": "\n1. Navigate to the Airbyte Open Source dashboard.\n",
    "## Supported sync modes": (
        "\nThe AFAS Profit source connector supports the following "
        "[sync modes](https://docs.airbyte.com/cloud/core-concepts/#connection-sync-modes):\n\n"
    ),
    "## IP allow list": (
        "\nIf you use Airbyte Cloud and your organization restricts access to specific IPs, add the "
        "[Airbyte Cloud IP addresses](https://docs.airbyte.com/platform/operating-airbyte/ip-allowlist) "
        "to your allow list.\n"
    ),
    "## Changelog": "\n<details>\n  <summary>Expand to review</summary>\n",
}


def section(heading):
    """Return what stands between a heading and the next one."""
    lines = GUIDE.splitlines(keepends=True)
    after = lines[lines.index(heading + "\n") + 1 :]
    return "".join(takewhile(lambda line: not re.match(r"#+ ", line), after))


STREAMS = {
    get_connector: [re.findall(r"`([^`]+)`", cell) for cell in cells.split("|")[1:4]]
    for get_connector, cells in re.findall(r"^\| `(Profit_\w+)` \|(.+)$", section("## Supported Streams"), re.MULTILINE)
}
"""The table of streams: for each GetConnector the names of its key, its cursor and its administration field."""


def properties(schema):
    """Yield every property of a JSON schema, however deep, with its name."""
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        yield from properties(inner)
    for inner in [*filter(None, [schema.get("items")]), *schema.get("oneOf", [])]:
        yield from properties(inner)


def choices(schema):
    """Yield every value that a JSON schema lets one choose from."""
    for _, inner in properties(schema):
        yield from inner.get("enum", [])
        yield from [inner["const"]] if "const" in inner else []


def titles(schema):
    """Yield the titles of what one must fill in."""
    for name in schema.get("required", []):
        inner = schema["properties"][name]
        if "const" not in inner:
            yield inner["title"]
        for option in inner.get("oneOf", []):
            yield option["title"]
            yield from titles(option)


def test_the_headings_stand_in_the_order_of_the_catalogue():
    headings = re.findall(r"^#{1,4} .+$", GUIDE, re.MULTILINE)

    assert [heading for heading in headings if heading in CATALOGUE_ORDER] == CATALOGUE_ORDER
    assert headings[:4] == CATALOGUE_ORDER[:4]


@pytest.mark.parametrize("heading", REQUIRED_BEGINNINGS)
def test_a_section_begins_as_the_catalogue_wants(heading):
    assert section(heading).startswith(REQUIRED_BEGINNINGS[heading])


def test_the_prerequisites_name_all_that_must_be_filled_in():
    prerequisites = section("## Prerequisites")

    assert [title for title in titles(SPEC) if f"**{title}**" not in prerequisites] == []


@pytest.mark.parametrize("name", sorted({name for name, _ in properties(SPEC)}))
def test_every_key_is_in_the_reference(name):
    assert f"| `{name}` |" in section("### Configuration reference")


@pytest.mark.parametrize("key", sorted(SPEC["properties"]))
def test_every_key_is_called_as_in_the_form(key):
    assert f"| `{key}` | {SPEC['properties'][key]['title']} |" in section("### Configuration reference")


@pytest.mark.parametrize("value", sorted(set(choices(SPEC)), key=str))
def test_every_choice_is_in_the_reference(value):
    assert f"`{value}`" in section("### Configuration reference")


def test_the_example_is_a_configuration():
    [example] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)

    jsonschema.validate(json.loads(example), SPEC)


@pytest.mark.parametrize("get_connector", sorted(STREAMS))
def test_the_table_of_streams_says_what_is_known(get_connector):
    hint = STANDARD[get_connector]
    known = [hint.get("primary_key", []), [hint.get("cursor_field")], [hint.get("administration_field")]]

    assert STREAMS[get_connector] == [[name for name in names if name] for names in known]


def test_every_suggested_stream_is_in_the_table_of_streams():
    assert set(METADATA["suggestedStreams"]["streams"]) <= set(STREAMS)


def test_links_within_the_guide_lead_somewhere():
    headings = re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors


# Without Airbyte

STREAM = {"name": "Profit_Debtor", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}


@pytest.fixture
def run(tmp_path):
    """Run a script of the guide in an empty folder, with messages as its standard input; return what it prints."""
    scripts = dict(re.findall(r"`(make_\w+)\.py`.*?```python\n(.*?)```", section("## Without Airbyte"), re.DOTALL))

    def run(name, *messages):
        lines = "".join(json.dumps(message, separators=(",", ":")) + "\n" for message in messages)
        command = [sys.executable, "-c", scripts[name]]
        return subprocess.run(command, input=lines, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    return run


def test_the_heading_that_messages_of_the_command_line_refer_to_is_there():
    assert "#without-airbyte" in (ROOT / "source_afas" / "command_line" / "commands.py").read_text(encoding="utf-8")
    assert "\n## Without Airbyte\n" in GUIDE


@pytest.mark.parametrize(
    ("of_stream", "modes"),
    [
        pytest.param(
            {"source_defined_primary_key": [["DebtorId"]]}, ("incremental", "append_dedup"), id="key-and-cursor"
        ),
        pytest.param({}, ("full_refresh", "overwrite"), id="no-key"),
        pytest.param({"supported_sync_modes": ["full_refresh"]}, ("full_refresh", "overwrite"), id="no-cursor"),
    ],
)
def test_the_guide_makes_a_catalog_of_what_discover_prints(run, tmp_path, of_stream, modes):
    stream = {**STREAM, **of_stream}

    printed = run("make_catalog", {"type": "LOG"}, {"type": "CATALOG", "catalog": {"streams": [stream]}})

    (tmp_path / "catalog.json").write_text(printed)
    [configured] = SourceAfas.read_catalog(str(tmp_path / "catalog.json")).streams
    assert configured.stream.name == "Profit_Debtor"
    assert (configured.sync_mode.value, configured.destination_sync_mode.value) == modes


def test_the_guide_keeps_the_last_state_of_each_stream_through_all_syncs(run, tmp_path):
    run("make_state", {"type": "RECORD"}, state("Profit_Debtor", "2026-01-01"), state("Profit_Creditor", "2026-01-02"))
    run("make_state", state("Profit_Debtor", "2026-01-03"), state("Profit_Debtor", "2026-01-04"))

    states = SourceAfas.read_state(str(tmp_path / "state.json"))

    assert {s.stream.stream_descriptor.name: s.stream.stream_state.ModifiedDate for s in states} == {
        "Profit_Debtor": "2026-01-04",
        "Profit_Creditor": "2026-01-02",
    }


def state(stream, reached):
    of_stream = {"stream_descriptor": {"name": stream}, "stream_state": {"ModifiedDate": reached}}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": of_stream}}


def test_the_changelog_has_this_version():
    assert re.search(rf"^\| {re.escape(METADATA['dockerImageTag'])} ", section("## Changelog"), re.MULTILINE)


# When it does not work


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.tells[:40])
def test_every_failure_of_the_table_is_in_the_guide(failure):
    table = section("### When it does not work").lower()

    assert all(fragment in table for fragment in failure.says)
    if not failure.says and len(failure.status) <= 3:
        assert all(re.search(rf"\b{status}\b", table) for status in failure.status)
