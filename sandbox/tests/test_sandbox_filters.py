"""Filters: 15 operators, in lists and in JSON."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afas_sandbox import Sandbox

FIELDS = {
    "Id": "int",
    "Naam": "string",
    "Aantal": "int",
    "Bedrag": "decimal",
    "Actief": "boolean",
    "Datum": "date",
    "Memo": "blob",
}
ROWS = [
    {"Id": 1, "Naam": "Appel", "Aantal": 5, "Bedrag": "0.5", "Actief": True, "Datum": "2024-01-01 10:00:00.7"},
    {"Id": 2, "Naam": "appeltaart", "Aantal": -2, "Bedrag": "-0.5", "Actief": False, "Datum": "2024-01-01 10:00:01.2"},
    {"Id": 3, "Naam": "Peer", "Aantal": 50, "Bedrag": "12.3456789012", "Memo": "lang\nverhaal"},
    {"Id": 4, "Naam": None, "Aantal": None, "Bedrag": None, "Actief": True, "Datum": "2024-01-02"},
    {"Id": 5, "Naam": "Zure, zoete; peer", "Aantal": 0, "Bedrag": "0", "Actief": False, "Datum": "2025-06-30 23:59:59"},
]


@pytest.fixture(scope="module")
def fruit():
    with Sandbox() as sandbox:
        sandbox.define("Fruit", FIELDS, ROWS)
        yield sandbox


def asked(sandbox, fields, values, operators):
    lists = {"filterfieldids": fields, "filtervalues": values, "operatortypes": operators}
    return sandbox.get(f"/connectors/Fruit?{urlencode({**lists, 'orderbyfieldids': 'Id', 'take': 1000})}")


def as_json(*groups):
    filters = [
        {
            "@FilterId": f"Filter {n}",
            "Field": [{"@FieldId": name, "@OperatorType": str(op), "#text": value} for name, op, value in group],
        }
        for n, group in enumerate(groups, start=1)
    ]
    return json.dumps({"Filters": {"Filter": filters}})


def asked_in_json(sandbox, text):
    return sandbox.get(f"/connectors/Fruit?{urlencode({'filterjson': text, 'orderbyfieldids': 'Id', 'take': 1000})}")


def ids(reply):
    assert reply.status == 200, reply.text
    return [row["Id"] for row in reply.rows]


@pytest.mark.parametrize(
    ("field", "operator", "value", "found"),
    [
        pytest.param("Aantal", 1, "5", [1], id="equals"),
        pytest.param("Aantal", 2, "5", [1, 3], id="at-least"),
        pytest.param("Aantal", 3, "0", [2, 5], id="at-most"),
        pytest.param("Aantal", 4, "5", [3], id="above"),
        pytest.param("Aantal", 5, "0", [2], id="below"),
        pytest.param("Naam", 6, "PEER", [3, 5], id="contains-in-any-case"),
        pytest.param("Naam", 6, "%peer%", [3, 5], id="contains-as-older-clients-write-it"),
        pytest.param("Naam", 7, "peer", [1, 2, 5], id="not-equal-does-not-find-what-is-empty"),
        pytest.param("Naam", 8, "", [4], id="empty"),
        pytest.param("Naam", 8, "null", [4], id="empty-whatever-the-value"),
        pytest.param("Naam", 9, "", [1, 2, 3, 5], id="not-empty"),
        pytest.param("Naam", 10, "app", [1, 2], id="starts-with"),
        pytest.param("Naam", 10, "app%", [1, 2], id="starts-with-as-older-clients-write-it"),
        pytest.param("Naam", 11, "peer", [1, 2], id="contains-not"),
        pytest.param("Naam", 12, "app", [3, 5], id="starts-not-with"),
        pytest.param("Naam", 13, "peer", [3, 5], id="ends-with"),
        pytest.param("Naam", 13, "%peer", [3, 5], id="ends-with-as-older-clients-write-it"),
        pytest.param("Naam", 14, "PEER", [1, 2], id="ends-not-with"),
        pytest.param("Aantal", 15, "0..5", [1, 5], id="quick-filter-range"),
        pytest.param("Aantal", 15, "..-1", [2], id="quick-filter-open-range"),
        pytest.param("Aantal", 15, ">=5", [1, 3], id="quick-filter-symbol"),
        pytest.param("Naam", 15, "![]", [1, 2, 3, 5], id="quick-filter-not-empty"),
        pytest.param("Naam", 15, "!@app", [3, 5], id="quick-filter-starts-not-with"),
        pytest.param("Naam", 1, "APPEL", [1], id="text-equals-in-any-case"),
        pytest.param("Naam", 4, "b", [3, 5], id="text-above"),
        pytest.param("Bedrag", 1, "-.5", [2], id="a-decimal-without-its-zero"),
        pytest.param("Bedrag", 1, "12.3456789012", [3], id="a-decimal-with-all-digits"),
        pytest.param("Bedrag", 1, "0.50000000001", [], id="more-digits-than-are-kept-never-match"),
        pytest.param("Bedrag", 7, "0.50000000001", [1, 2, 3, 5], id="and-always-differ"),
        pytest.param("Bedrag", 4, "0.49999999999", [1, 3], id="above-more-digits-than-are-kept"),
        pytest.param("Bedrag", 5, "-0.49999999999", [2], id="below-more-digits-than-are-kept"),
        pytest.param("Bedrag", 5, "9" * 40, [1, 2, 3, 5], id="below-more-than-can-be-kept"),
        pytest.param("Aantal", 2, "4.5", [1, 3], id="an-int-with-decimals"),
        pytest.param("Actief", 1, "true", [1, 4], id="true"),
        pytest.param("Actief", 1, "0", [2, 5], id="zero-is-false"),
        pytest.param("Actief", 8, "", [3], id="empty-boolean"),
        pytest.param("Datum", 1, "2024-01-02", [4], id="a-day"),
        pytest.param("Datum", 2, "2024-01-02T00:00:00", [4, 5], id="from-a-time-on"),
        pytest.param("Datum", 1, "2024-01-01T10:00:01", [], id="the-shown-time-is-not-the-stored-one"),
        pytest.param("Datum", 2, "2024-01-01T10:00:01", [2, 4, 5], id="at-least-the-shown-time-misses-the-row"),
        pytest.param("Datum", 5, "2024-01-01T10:00:01", [1], id="below-finds-what-was-rounded-up"),
        pytest.param("Memo", 6, "verhaal", [3], id="a-blob"),
    ],
)
def test_operators(fruit, field, operator, value, found):
    assert ids(asked(fruit, field, value, str(operator))) == found
    assert ids(asked_in_json(fruit, as_json([(field, operator, value)]))) == found


@pytest.mark.parametrize(("fields", "values", "operators", "found"), [
    pytest.param("Naam,Aantal", "app,5", "10,1", [1], id="comma-is-and"),
    pytest.param("Id;Id", "1;3", "1;1", [1, 3], id="semicolon-is-or"),
    pytest.param("Naam,Aantal;Id", "app,5;4", "10,1;1", [1, 4], id="or-of-ands"),
    pytest.param("Id,Id;Id,Id", "1,2;3,3", "2,3;1,1", [1, 2, 3], id="ranges"),
    pytest.param("", "", "", [1, 2, 3, 4, 5], id="empty-lists-filter-nothing"),
    pytest.param("Naam;Naam", ";peer", "8;1", [3, 4], id="empty-or-equal"),
])  # fmt: skip
def test_lists(fruit, fields, values, operators, found):
    assert ids(asked(fruit, fields, values, operators)) == found


@pytest.mark.parametrize(("fields", "values", "operators"), [
    pytest.param("Id,Id", "1", "1,1", id="a-value-too-few"),
    pytest.param("Id", "1,2", "1", id="a-value-too-many"),
    pytest.param("Id,Id", "1,2", "1", id="an-operator-too-few"),
    pytest.param("Id;Id", "1,2", "1,1", id="other-separators"),
    pytest.param("Id", "1", "", id="no-operator"),
    pytest.param("Id", "1", "16", id="operator-16"),
    pytest.param("Id", "1", "0", id="operator-0"),
    pytest.param("Id", "1", "x", id="operator-in-letters"),
    pytest.param("Id", "een", "1", id="no-number"),
    pytest.param("Bedrag", "1e3", "1", id="an-exponent"),
    pytest.param("Actief", "ja", "1", id="no-boolean"),
    pytest.param("Datum", "2024-01-01T10:00:00Z", "1", id="a-time-with-z"),
    pytest.param("Datum", "2024-01-01T10:00:00.5", "2", id="a-fraction"),
    pytest.param("Datum", "2024-02-30", "2", id="no-such-day"),
    pytest.param("Datum", "01-02-2024", "2", id="another-notation"),
])  # fmt: skip
def test_filters_that_afas_does_not_expect(fruit, fields, values, operators):
    reply = asked(fruit, fields, values, operators)

    assert (reply.status, reply.json()["errorNumber"]) == (500, -2147180999)


def test_an_operator_8_without_filtervalues_does_not_fit(fruit):
    reply = fruit.get("/connectors/Fruit?filterfieldids=Naam,Id&operatortypes=8,8")

    assert reply.status == 500


def test_an_unknown_field_is_named_in_the_language_of_the_call(fruit):
    path = "/connectors/Fruit?filterfieldids=naam&filtervalues=x&operatortypes=1"

    assert fruit.get(path).json()["externalMessage"] == "Connector-veld 'naam' niet gevonden"
    english = fruit.get(path, headers={"Accept-Language": "en-us"})
    assert english.json()["externalMessage"] == "Connector field 'naam' not found"


def test_json_carries_what_lists_cannot(fruit):
    assert ids(asked_in_json(fruit, as_json([("Naam", 1, "zure, zoete; peer")]))) == [5]
    assert ids(asked_in_json(fruit, as_json([("Naam", 10, "app"), ("Id", 4, "1")], [("Id", 1, "5")]))) == [2, 5]


@pytest.mark.parametrize("text", [
    pytest.param('{"Filters":{"Filter":{"Field":{"@FieldId":"Id","@OperatorType":1,"#text":3}}}}', id="single-objects"),
    pytest.param('{"Filters":{"Filter":[{"Field":[{"@FieldId":"Memo","@OperatorType":"9"}]}]}}', id="without-a-value"),
])  # fmt: skip
def test_json_as_a_converter_from_xml_may_write_it(fruit, text):
    assert ids(asked_in_json(fruit, text)) == [3]


@pytest.mark.parametrize("text", [
    "{", "[]", "null", "{}", '{"Filters":{"Filter":[]}}', '{"Filters":{"Filter":[{"Field":[]}]}}',
    pytest.param("[" * 500, id="deep"),
    '{"Filters":{"Filter":[{"Field":[{"@FieldId":"Id","#text":"1"}]}]}}',
    '{"Filters":{"Filter":[{"Field":[{"@FieldId":"Id","@OperatorType":"99","#text":"1"}]}]}}',
])  # fmt: skip
def test_json_that_is_no_filter(fruit, text):
    assert asked_in_json(fruit, text).status == 500


def test_both_kinds_of_filter_at_once_are_refused(fruit):
    both = urlencode(
        {"filterjson": as_json([("Id", 1, "1")]), "filterfieldids": "Id", "filtervalues": "1", "operatortypes": "1"}
    )

    assert fruit.get(f"/connectors/Fruit?{both}").status == 500


# A plain reading of the operators in Python, against the service.

names = st.one_of(st.none(), st.text(st.sampled_from("aAbBé%_ ,;'\"\\"), min_size=1, max_size=4))
amounts = st.one_of(st.none(), st.decimals(-50, 50, places=2))
times = st.one_of(
    st.none(),
    st.integers(0, 6).map(lambda half: datetime(2024, 10, 27, 2, 59, 58) + timedelta(milliseconds=500 * half)),
)
table = st.lists(st.tuples(names, amounts, times), max_size=12)
words = names.map(lambda text: (text or "a").replace("%", "x"))
numbers = st.decimals(-50, 50, places=2).map(str)
moments = st.integers(56, 59).map("2024-10-27T02:59:{}".format)
comparing = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 9])
conditions = st.one_of(
    st.tuples(st.just("Naam"), st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]), words),
    st.tuples(st.just("Bedrag"), comparing, numbers),
    st.tuples(st.just("Datum"), comparing, moments),
)

COMPARE = {
    1: lambda value, other: value == other,
    2: lambda value, other: value >= other,
    3: lambda value, other: value <= other,
    4: lambda value, other: value > other,
    5: lambda value, other: value < other,
    6: lambda value, other: other in value,
    7: lambda value, other: value != other,
    10: lambda value, other: value.startswith(other),
    11: lambda value, other: other not in value,
    12: lambda value, other: not value.startswith(other),
    13: lambda value, other: value.endswith(other),
    14: lambda value, other: not value.endswith(other),
}


def holds(row, condition):
    field, operator, text = condition
    value = row[field]
    if operator in (8, 9):
        return (value is None) == (operator == 8)
    if value is None:
        return False
    if field == "Naam":
        # by bytes of UTF-8, in lower case
        return COMPARE[operator](value.lower().encode(), text.lower().encode())
    return COMPARE[operator](value, Decimal(text) if field == "Bedrag" else datetime.fromisoformat(text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=table, groups=st.lists(st.lists(conditions, min_size=1, max_size=3), min_size=1, max_size=3))
def test_filters_find_what_a_plain_reading_finds(fruit, rows, groups):
    known = [{"Id": n, "Naam": name, "Bedrag": amount, "Datum": time} for n, (name, amount, time) in enumerate(rows)]
    fruit.define("Proef", {"Id": "int", "Naam": "string", "Bedrag": "decimal", "Datum": "date"}, known)

    query = urlencode({"filterjson": as_json(*groups), "orderbyfieldids": "Id"})
    found = ids(fruit.get(f"/connectors/Proef?{query}"))

    assert found == [row["Id"] for row in known if any(all(holds(row, each) for each in group) for group in groups)]
