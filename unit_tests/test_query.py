import json

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.metainfo import Field, GetConnector
from source_afas.query import OPERATORS, Query, one_of, since, total_order, user_filters
from source_afas.rest import fits

ENTRIES = GetConnector(
    id="Grootboekmutaties",
    fields=(
        Field("UnitId", "int"),
        Field("Omschrijving", "string"),
        Field("Bedrag", "decimal"),
        Field("Bedrag.valuta", "decimal"),
        Field("Datum", "date"),
        Field("Verwerkt", "boolean"),
        Field("Opmerking", "blob"),
    ),
)


def parameters(*clauses):
    return Query(("UnitId",), clauses).parameters(skip=0, take=100)


def test_a_query_always_names_its_order_and_never_asks_for_everything():
    assert parameters() == {"skip": 0, "take": 100, "orderbyfieldids": "UnitId"}


def test_clauses_are_multiplied_out_for_afas():
    asked = parameters(one_of("UnitId", [1, 2]), since("Modified", "2026-01-31T09:00:00"))

    assert asked["filterfieldids"] == "UnitId,Modified;UnitId,Modified;UnitId,Modified;UnitId,Modified"
    assert asked["filtervalues"] == "1,2026-01-31T09:00:00;1,;2,2026-01-31T09:00:00;2,"
    assert asked["operatortypes"] == "1,2;1,8;1,2;1,8"


@pytest.mark.parametrize("text", ["Jansen, Pietersen", "a;b"])
def test_a_value_with_a_separator_goes_by_filterjson_and_so_does_the_rest(text):
    asked = parameters(one_of("UnitId", [1]), one_of("Omschrijving", [text]))

    assert "filterfieldids" not in asked
    (group,) = json.loads(asked["filterjson"])["Filters"]["Filter"]
    assert group["Field"] == [
        {"@FieldId": "UnitId", "@OperatorType": "1", "#text": "1"},
        {"@FieldId": "Omschrijving", "@OperatorType": "1", "#text": text},
    ]


def test_a_long_list_is_split_over_requests_and_none_is_lost():
    administrations = list(range(1, 601))

    parts = Query(("UnitId",), (one_of("UnitId", administrations), since("Modified", "2026-01-31T09:00:00"))).split()

    assert len(parts) > 1
    assert all(fits(part.parameters(skip=100_000, take=10_000)) for part in parts)
    assert [int(group[0].value) for part in parts for group in part.clauses[0]] == administrations


def test_filters_that_cannot_be_split_are_refused():
    clause = user_filters(
        ENTRIES,
        [{"field": "Omschrijving", "operator": "contains", "value": [f"woord {n} " * 5 for n in range(80)]}],
    )

    with pytest.raises(AirbyteTracedException, match="too long"):
        Query(("UnitId",), clause).split()


@pytest.mark.parametrize(
    ("value", "sent"), [(True, "true"), (False, "false"), (12, "12"), (1.5, "1.5"), ("01", "01"), ("Jansen", "Jansen")]
)
def test_values_go_as_afas_writes_them(value, sent):
    ((condition,),) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "=", "value": value}])[0]

    assert condition == ("Omschrijving", 1, sent)


def test_a_time_goes_without_the_z_that_afas_shows_it_with():
    ((condition,),) = user_filters(ENTRIES, [{"field": "Datum", "operator": ">=", "value": "2026-01-31T09:00:00Z"}])[0]

    assert condition.value == "2026-01-31T09:00:00"


def test_a_list_of_values_is_a_choice():
    (clause,) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "starts_with", "value": ["A", "B", "A"]}])

    assert clause == ((("Omschrijving", 10, "A"),), (("Omschrijving", 10, "B"),))


def test_an_empty_field_is_asked_for_without_a_value():
    ((condition,),) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "is_empty"}])[0]

    assert condition == ("Omschrijving", 8, "")


def test_a_filter_on_a_field_that_is_not_there_is_refused():
    with pytest.raises(AirbyteTracedException, match=r"Grootboekmutaties.*Omschr.*Omschrijving"):
        user_filters(ENTRIES, [{"field": "Omschr", "operator": "=", "value": "A"}])


def test_all_of_afas_operators_have_a_name():
    assert sorted(OPERATORS.values()) == list(range(1, 16))


def test_without_a_key_the_order_takes_every_field_that_sorts_well():
    """Integers first; a field with a dot cannot be sorted on, nor a blob."""
    assert total_order(ENTRIES) == ("UnitId", "Datum", "Omschrijving", "Bedrag", "Verwerkt")


def test_with_a_key_the_order_is_the_key():
    assert total_order(GetConnector("X", fields=(Field("A", "int"),), primary_key=("B", "A"))) == ("B", "A")


def test_an_order_of_very_many_fields_leaves_room_for_a_filter():
    wide = GetConnector("Breed", fields=tuple(Field(f"Een_veld_met_een_lange_naam_{n}", "string") for n in range(120)))

    assert fits({"orderbyfieldids": ",".join(total_order(wide)), "filler": "x" * 1000})
