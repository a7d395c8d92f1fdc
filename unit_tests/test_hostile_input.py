"""Whatever comes in: a sentence for the user, or a page whose lines are valid JSON; never another exception."""

import json

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_afas.afas.exact_json import json_object
from source_afas.afas.metainfo import Field, read_app_connector, read_metainfo
from source_afas.afas.page import PageReader, SaidInsteadError
from source_afas.configuration import validate
from source_afas.reading.describe import describe
from source_afas.reading.settings import Settings
from source_afas.schema import json_schema
from unit_tests.test_configuration import GOOD, SPECIFICATION

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["int", "date"])
)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))


def like(names, inner=ANYTHING):
    """Objects that have some of the names, with anything as values."""
    return st.dictionaries(st.sampled_from(names), inner, max_size=6)


def as_json(values, encoding="utf-8"):
    """The values as bodies."""
    return values.map(lambda value: json.dumps(value).encode(encoding))


STREAM = like(["get_connector", "primary_key", "cursor_field", "filters"])
FILTER = like(["field", "operator", "value"])
CONFIGURATIONS = st.dictionaries(
    st.sampled_from([*SPECIFICATION["properties"], "page_sise", "x"]),
    ANYTHING
    | like(["auth_type", "token", "client_id", "client_secret"], ANYTHING | st.sampled_from(["token", "oauth2.0"]))
    | st.lists(STREAM, max_size=2)
    | st.lists(
        st.fixed_dictionaries({"get_connector": st.text(), "filters": st.lists(FILTER, max_size=2)}), max_size=2
    ),
    max_size=4,
)

MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(CONFIGURATIONS)
def test_any_configuration_is_good_or_told_to_be_wrong_in_a_sentence(settings_):
    told = None
    try:
        validate({**GOOD, **settings_}, SPECIFICATION)
    except AirbyteTracedException as error:
        told = error

    assert told is None or (told.failure_type, told.message[:1]) == (FailureType.config_error, "`")


FIELDS = st.lists(like(["id", "dataType", "label", "length", "decimals", "values"]) | ANYTHING, max_size=4)
METAINFO = like(["name", "description", "fields"], FIELDS | ANYTHING) | ANYTHING


@MANY
@given(as_json(METAINFO) | st.binary())
def test_any_metainfo_describes_a_get_connector_or_is_none(body):
    try:
        description, fields = read_metainfo(body)
    except ValueError:
        return
    get_connector = describe("Iets", description, fields, Settings())
    assert json.dumps(json_schema(get_connector))


@MANY
@given(
    like(["getConnectors", "info", "updateConnectors"], FIELDS | ANYTHING).map(json.dumps).map(str.encode) | st.binary()
)
def test_any_answer_to_metainfo_lists_get_connectors_or_is_none(body):
    try:
        assert isinstance(read_app_connector(body).get_connectors, dict)
    except ValueError:
        return


NAMES = st.text(max_size=5)
ROWS = like(["skip", "take", "rows"], st.lists(st.dictionaries(NAMES, ANYTHING), max_size=4) | ANYTHING)


@MANY
@given(as_json(ROWS) | as_json(ROWS, "utf-16") | st.binary(), st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=2))
def test_any_body_is_a_page_of_valid_lines_or_none(body, dates, columns):
    try:
        page = PageReader([Field(name, "date") for name in dates]).read(body)
    except (ValueError, SaidInsteadError):
        return
    assert all(len(values) == len(columns) for values in page.columns(*columns))
    lines = b"".join(page.lines(b'{"data":', b"}\n")).splitlines()
    assert len(lines) == len(page)
    assert [json.loads(line)["data"].keys() for line in lines] == [row.keys() for row in page.exact()]


@given(st.binary())
def test_any_body_is_a_json_object_or_none(body):
    try:
        assert isinstance(json_object(body), dict)
    except ValueError:
        return
