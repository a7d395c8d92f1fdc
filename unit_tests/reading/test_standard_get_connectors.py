"""The hints about AFAS's standard GetConnectors, against the fields of AFAS's own OpenAPI files."""

import json
from pathlib import Path

import pytest
import yaml

import afas_sandbox

ROOT = Path(__file__).parents[2]

HINTS = yaml.safe_load((ROOT / "source_afas" / "reading" / "standard_get_connectors.yaml").read_text(encoding="utf-8"))

FIELDS = {
    get_connector: {field["id"]: field for field in metainfo["fields"]}
    for get_connector, metainfo in json.loads(
        Path(afas_sandbox.__file__).with_name("standard_get_connectors.json").read_text(encoding="utf-8")
    ).items()
}

WITH_KEY = sorted(name for name, hint in HINTS.items() if "primary_key" in hint)
WITH_CURSOR = sorted(name for name, hint in HINTS.items() if hint.get("cursor_field"))
WITH_ADMINISTRATION = sorted(name for name, hint in HINTS.items() if "administration_field" in hint)

MODIFIED = ("modified", "gewijzigd", "changed")
CREATED = ("create", "toegevoegd", "aangemaakt", "begin", "start")


def says(field, words):
    text = " ".join([field["id"], *field["label"].values()]).lower()
    return any(word in text for word in words)


def test_all_standard_get_connectors_are_known():
    assert set(HINTS) == set(FIELDS)


@pytest.mark.parametrize("get_connector", sorted(HINTS))
def test_a_hint_says_nothing_but_key_dates_and_administration(get_connector):
    assert set(HINTS[get_connector]) <= {"primary_key", "cursor_field", "entry_date_field", "administration_field"}


@pytest.mark.parametrize("get_connector", WITH_KEY)
def test_a_key_has_fields_that_exist_each_once(get_connector):
    key = HINTS[get_connector]["primary_key"]

    assert key
    assert len(key) == len(set(key))
    assert set(key) <= set(FIELDS[get_connector])


@pytest.mark.parametrize("get_connector", WITH_KEY)
def test_a_key_holds_nothing_that_destinations_round(get_connector):
    types = {FIELDS[get_connector][field]["dataType"] for field in HINTS[get_connector]["primary_key"]}

    assert types <= {"int", "string", "date"}


@pytest.mark.parametrize("get_connector", WITH_CURSOR)
def test_a_cursor_is_a_date_of_change(get_connector):
    cursor = FIELDS[get_connector][HINTS[get_connector]["cursor_field"]]

    assert cursor["dataType"] == "date"
    assert not says(cursor, CREATED)


@pytest.mark.parametrize("get_connector", sorted(HINTS))
def test_every_date_that_calls_itself_modified_has_been_judged(get_connector):
    """A name alone would make it the cursor: so it is one here, or an empty text says that it is none."""
    dates = [field for field in FIELDS[get_connector].values() if field["dataType"] == "date" and says(field, MODIFIED)]

    assert not dates or "cursor_field" in HINTS[get_connector]


@pytest.mark.parametrize(
    "get_connector",
    [
        pytest.param("Profit_Article_Basic", id="its-dates-are-dummies"),
        pytest.param("Profit_Deliveryaddress", id="two-joined-tables-each-with-a-date"),
    ],
)
def test_a_date_that_is_not_to_be_trusted_is_no_cursor(get_connector):
    assert HINTS[get_connector]["cursor_field"] == ""


@pytest.mark.parametrize("get_connector", ["Profit_Transactions", "Profit_Transactions_Allocated"])
def test_entry_lines_have_a_booking_day(get_connector):
    day = FIELDS[get_connector][HINTS[get_connector]["entry_date_field"]]

    assert (day["dataType"], day["label"]["nl"]) == ("date", "Datum boeking")


@pytest.mark.parametrize("get_connector", WITH_ADMINISTRATION)
def test_an_administration_is_a_number(get_connector):
    administration = FIELDS[get_connector][HINTS[get_connector]["administration_field"]]

    assert administration["dataType"] == "int"
    assert says(administration, ["admin"])


@pytest.mark.parametrize("get_connector", sorted(set(FIELDS) - {"Profit_SubjectFile"}))
def test_no_administration_is_overlooked(get_connector):
    """Profit_SubjectFile aside: the administrations there are those of the invoices that an item is linked to."""
    numbers = {
        field["id"]
        for field in FIELDS[get_connector].values()
        if field["dataType"] == "int" and says(field, ["admin. ", "administrati"])
    }

    assert numbers == {HINTS[get_connector].get("administration_field")} - {None}


@pytest.mark.parametrize(
    "get_connector",
    sorted(
        get_connector
        for get_connector, fields in FIELDS.items()
        if any(says(field, ["eenheid"]) and field["id"].startswith("Unit") for field in fields.values())
    ),
)
def test_a_unit_of_measure_is_no_administration(get_connector):
    assert "administration_field" not in HINTS[get_connector]


def test_entry_lines_have_the_key_that_afas_documents():
    assert HINTS["Profit_Transactions"]["primary_key"] == ["UnitId", "JournalId", "EntryNo", "SeqNo"]


def test_allocated_entry_lines_have_no_key_as_their_axes_may_be_empty():
    assert "primary_key" not in HINTS["Profit_Transactions_Allocated"]
