import logging

import pytest

from source_afas.afas.metainfo import Field
from source_afas.reading.get_connector import GetConnector
from source_afas.schema import json_schema


def column(field):
    return json_schema(GetConnector("Eigen", fields=(field,)))["properties"][field.id]


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        ("string", {"type": ["null", "string"]}),
        ("blob", {"type": ["null", "string"]}),
        ("int", {"type": ["null", "integer"]}),
        ("decimal", {"type": ["null", "number"]}),
        ("boolean", {"type": ["null", "boolean"]}),
        (
            "date",
            {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_without_timezone"},
        ),
    ],
)
def test_every_data_type_of_afas_has_a_column_type(data_type, expected):
    assert column(Field("Veld", data_type)) == expected


def test_an_unknown_data_type_is_text_and_said_aloud(caplog):
    with caplog.at_level(logging.WARNING, logger="airbyte"):
        assert column(Field("Plek", "geo")) == {"type": ["null", "string"]}

    assert "Eigen.Plek" in caplog.text
    assert "'geo'" in caplog.text


def test_the_label_is_the_title():
    assert column(Field("Btw-nummer", "string", "Btw-identificatienummer"))["title"] == "Btw-identificatienummer"


def test_the_description_tells_what_metainfo_knows_beyond_the_label():
    assert column(Field("A", "string", length=16))["description"] == "At most 16 characters."
    assert column(Field("A", "decimal", decimals=10))["description"] == "Up to 10 decimals."
    assert column(Field("A", "string", length=1, values=(("1", "Activa"), ("2", "Passiva"))))["description"] == (
        "At most 1 characters. Values: 1 = Activa; 2 = Passiva."
    )
    assert "description" not in column(Field("A", "boolean", "Geblokkeerd"))
