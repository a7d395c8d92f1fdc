import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.reading.filters import user_filters
from unit_tests.entries import ENTRIES


@pytest.mark.parametrize(
    ("value", "sent"), [(True, "true"), (False, "false"), (12, "12"), (1.5, "1.5"), ("01", "01"), ("Jansen", "Jansen")]
)
def test_values_go_as_afas_writes_them(value, sent):
    ((condition,),) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "=", "value": value}])[0]

    assert condition == ("Omschrijving", 1, sent)


def test_a_time_goes_without_the_z_that_afas_shows_it_with():
    ((condition,),) = user_filters(ENTRIES, [{"field": "Datum", "operator": ">=", "value": "2026-01-31T09:00:00Z"}])[0]

    assert condition.value == "2026-01-31T09:00:00"


@pytest.mark.parametrize(
    ("field", "values", "sent"),
    [
        ("UnitId", [7, "07"], ["07"]),
        ("Omschrijving", ["Jansen", "JANSEN", "jansen "], ["jansen "]),
        ("Bedrag", [1, 1.0, "1.00"], ["1.00"]),
        ("Datum", ["2026-01-31", "2026-01-31T00:00:00Z"], ["2026-01-31T00:00:00"]),
    ],
)
def test_values_that_afas_holds_equal_are_asked_for_once(field, values, sent):
    """A long list is cut in two requests: each would bring the row."""
    (clause,) = user_filters(ENTRIES, [{"field": field, "operator": "=", "value": values}])

    assert [condition.value for (condition,) in clause] == sent


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("UnitId", "een", "must be a whole number, as UnitId is int; it is 'een'"),
        ("UnitId", 1.5, "must be a whole number"),
        ("Bedrag", "1,5", "must be a number, such as 12.5"),
        ("Verwerkt", "ja", "must be true or false"),
        ("Datum", "1 juni 2026", "must be a date, 2024-01-31, or a time"),
        ("Datum", "2026-06-01T12:30:00+02:00", "must be a date, 2024-01-31, or a time"),
        ("Datum", "2026-02-30", "is 2026-02-30, which does not exist"),
    ],
)
def test_a_value_of_another_kind_is_refused(field, value, said):
    with pytest.raises(AirbyteTracedException, match=said):
        user_filters(ENTRIES, [{"field": field, "operator": "=", "value": value}])


@pytest.mark.parametrize(
    ("value", "sent"), [(1e-7, "0.0000001"), (1e16, "10000000000000000"), ("12345678901234.1234567890",) * 2]
)
def test_a_number_goes_without_an_exponent(value, sent):
    ((condition,),) = user_filters(ENTRIES, [{"field": "Bedrag", "operator": "=", "value": value}])[0]

    assert condition.value == sent


def test_a_time_goes_in_whole_seconds():
    ((condition,),) = user_filters(ENTRIES, [{"field": "Datum", "operator": "<", "value": "2026-06-01T12:30:00.4Z"}])[0]

    assert condition.value == "2026-06-01T12:30:00"


def test_a_list_of_values_is_a_choice():
    (clause,) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "starts_with", "value": ["A", "B", "A"]}])

    assert clause == ((("Omschrijving", 10, "A"),), (("Omschrijving", 10, "B"),))


def test_an_empty_field_is_asked_for_without_a_value():
    ((condition,),) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "is_empty"}])[0]

    assert condition == ("Omschrijving", 8, "")


def test_a_filter_on_a_field_that_is_not_there_is_refused():
    with pytest.raises(AirbyteTracedException, match=r"Grootboekmutaties.*Omschr.*Omschrijving"):
        user_filters(ENTRIES, [{"field": "Omschr", "operator": "=", "value": "A"}])
