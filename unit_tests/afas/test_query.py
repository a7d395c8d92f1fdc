import json

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from source_afas.afas.forms import FILLER, FORMS, Form
from source_afas.afas.query import OPERATORS, Condition, Query, at_or_after, fingerprint, is_not_empty, one_of, since
from source_afas.afas.rest import fits
from source_afas.reading.filters import user_filters
from unit_tests.entries import ENTRIES


def parameters(*clauses, form=FORMS[0]):
    return Query(("UnitId",), clauses).parameters(skip=0, take=100, form=form)


def test_a_query_always_names_its_order_and_never_asks_for_everything():
    assert parameters() == {"skip": 0, "take": 100, "orderbyfieldids": "UnitId"}


def test_clauses_are_multiplied_out_for_afas():
    clauses = one_of("UnitId", [1, 2]), since("Modified", "2026-01-31T09:00:00")

    asked = parameters(*clauses, form=Form("never"))

    assert asked["filterfieldids"] == "UnitId,Modified;UnitId,Modified;UnitId,Modified;UnitId,Modified"
    assert asked["filtervalues"] == "1,2026-01-31T09:00:00;1,[is leeg];2,2026-01-31T09:00:00;2,[is leeg]"
    assert asked["operatortypes"] == "1,2;1,8;1,2;1,8"
    assert groups_of(parameters(*clauses)) == groups_of(asked), "by filterjson, which is defined for both together"


def test_conditions_alone_and_alternatives_alone_go_by_lists():
    assert "filterjson" not in parameters(at_or_after("Modified", "2026-01-31T09:00:00"), is_not_empty("UnitId"))
    assert "filterjson" not in parameters(one_of("UnitId", [1, 2]))


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_form_says_the_same(form):
    asked = parameters(one_of("UnitId", [1, 2]), since("Modified", "2026-01-31T09:00:00"), form=form)

    assert groups_of(asked, form.filler) == groups_of(parameters(*asked_clauses()))


def asked_clauses():
    return one_of("UnitId", [1, 2]), since("Modified", "2026-01-31T09:00:00")


def groups_of(asked, filler=FILLER):
    """What a request asks for, in whichever form: alternatives of conditions."""
    if "filterjson" in asked:
        groups = [
            [(c["@FieldId"], c["#text"], c["@OperatorType"]) for c in group["Field"]]
            for group in json.loads(asked["filterjson"])["Filters"]["Filter"]
        ]
    elif "filterfieldids" in asked:
        lists = [asked[name].split(";") for name in ("filterfieldids", "filtervalues", "operatortypes")]
        groups = [list(zip(*(part.split(",") for part in group), strict=True)) for group in zip(*lists, strict=True)]
    else:
        groups = []
    return [[(f, "" if int(o) in (8, 9) and v == filler else v, int(o)) for f, v, o in group] for group in groups]


@pytest.mark.parametrize("text", ["Jansen, Pietersen", "a;b"])
def test_a_value_with_a_separator_goes_by_filterjson_and_so_does_the_rest(text):
    (filtered,) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "=", "value": text}])

    asked = parameters(one_of("UnitId", [1]), filtered)

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


def test_lists_that_multiply_beyond_measure_are_refused_at_once():
    field = {"field": "Omschrijving", "operator": "=", "value": [f"waarde {n}" for n in range(300)]}
    clauses = user_filters(ENTRIES, [field, field])

    with pytest.raises(AirbyteTracedException, match="90,000 combinations"):
        Query(("UnitId",), clauses).split()


def test_a_fingerprint_is_the_same_in_every_version():
    """States keep it: with another one, every tracked stream would be read anew."""
    (text,) = user_filters(ENTRIES, [{"field": "Omschrijving", "operator": "contains", "value": "café"}])

    assert fingerprint((one_of("UnitId", [1, 2]), text)) == "77467c620779438f"
    assert fingerprint(()) == "71857576257465c7"


def test_all_of_afas_operators_have_a_name():
    assert sorted(OPERATORS.values()) == list(range(1, 16))


def test_what_no_row_fulfils_is_not_asked_for():
    upper = ((("A", 5, "3"),), (("A", 8, ""),), (("A", 1, "3"), ("B", 5, "x")))
    lower = ((("A", 4, "1"),), (("A", 1, "1"), ("B", 2, "y")))
    clauses = tuple(tuple(tuple(Condition(*c) for c in group) for group in clause) for clause in (upper, lower))

    asked = parameters(*clauses, form=Form("never"))

    assert asked["filterfieldids"] == "A,A;A,A,B;A,B,A"
    assert asked["filtervalues"] == "3,1;3,1,y;3,x,1"


def test_a_query_that_no_row_fulfils_is_still_a_filter():
    clauses = (((Condition("A", 8, ""),),), ((Condition("A", 1, "3"),),))

    assert parameters(*clauses)["filterfieldids"] == "A,A"


def test_texts_that_afas_may_hold_equal_do_not_contradict_each_other():
    other, accented, plain = (((Condition("A", 1, text),)) for text in ("thee", "café", "CAFE"))

    assert parameters((other, accented), (plain,))["filtervalues"] == "café,CAFE"


CONDITIONS = st.builds(Condition, st.sampled_from("AB"), st.sampled_from([1, 2, 3, 4, 5, 8, 9]), st.sampled_from("012"))
CLAUSES = st.lists(
    st.lists(st.lists(CONDITIONS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple), max_size=3
)


@given(CLAUSES, st.fixed_dictionaries({"A": st.none() | st.integers(0, 2), "B": st.none() | st.integers(0, 2)}))
def test_what_is_left_out_of_a_query_changes_nothing(clauses, row):
    groups = groups_of(parameters(*clauses))

    came = any(all(fulfils(row, *condition) for condition in group) for group in groups) if clauses else True

    assert came is all(any(all(fulfils(row, *wanted(c)) for c in group) for group in clause) for clause in clauses)


def wanted(condition):
    return condition.field, condition.value, condition.operator


def fulfils(row, field, value, operator):
    actual = row[field]
    if operator in (8, 9):
        return (actual is None) is (operator == 8)
    if actual is None:
        return False
    given = int(value)
    return {1: actual == given, 2: actual >= given, 3: actual <= given, 4: actual > given, 5: actual < given}[operator]


def day(number):
    begin, end = (
        f"2026-{1 + number // 28:02}-{1 + number % 28:02}",
        f"2026-{1 + (number + 1) // 28:02}-{1 + (number + 1) % 28:02}",
    )
    return Condition("Datum", OPERATORS[">="], f"{begin}T00:00:00"), Condition(
        "Datum", OPERATORS["<"], f"{end}T00:00:00"
    )


@given(st.sets(st.integers(0, 300)))
def test_days_are_asked_for_each_once_in_few_requests(numbers):
    days = [day(number) for number in sorted(numbers)]

    asked = list(Query(("UnitId",), (one_of("UnitId", [1]),)).where_any(days))

    assert [group for part in asked for group in part.clauses[-1]] == days
    assert all(fits(part.parameters(skip=100_000, take=10_000)) for part in asked)
    assert len(asked) <= len(days) / 10 + 1


def test_days_are_cut_further_where_reading_on_by_key_takes_room():
    days = [day(number) for number in range(12)]
    after = tuple(
        (Condition("UnitId", OPERATORS[">="], str(n)), Condition("Omschrijving", 1, "x" * 20)) for n in range(4)
    )

    parts = Query(("UnitId",), (tuple(days),), after).split()

    assert len(parts) > 1
    assert [group for part in parts for group in part.clauses[0]] == days
    assert all(part.after == after for part in parts)


def test_days_that_overlap_are_not_cut_for_a_row_would_come_twice():
    whole_year = Condition("Datum", OPERATORS[">="], "2026-01-01"), Condition("Datum", OPERATORS["<"], "2027-01-01")

    with pytest.raises(AirbyteTracedException, match="too long"):
        Query(("UnitId",), ((whole_year, *map(day, range(60))),)).split()
