"""Where a page may end: nothing is lost or doubled between two pages."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_afas.afas.metainfo import Field
from source_afas.afas.query import OPERATORS
from source_afas.afas.rest import fits
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.order import Border, Part, order_of, total_order
from unit_tests.entries import ENTRIES


def keyed(*key, **types):
    return order_of(GetConnector("X", fields=tuple(Field(f, t) for f, t in types.items()), primary_key=key))


def last(order, rows, before=None):
    return next(order.last_borders(rows, before), None)


def test_without_a_key_the_order_takes_every_field_that_sorts_well():
    """Integers first; a field with a dot cannot be sorted on, nor a blob."""
    assert order_of(ENTRIES).fields == ("UnitId", "Omschrijving", "Bedrag", "Datum", "Verwerkt")


def test_with_a_key_the_order_is_the_key():
    assert keyed("B", "A", A="int", B="string").fields == ("B", "A")


def test_an_order_of_very_many_fields_leaves_room_for_a_filter():
    wide = GetConnector("Breed", fields=tuple(Field(f"Een_veld_met_een_lange_naam_{n}", "string") for n in range(120)))

    assert fits({"orderbyfieldids": ",".join(total_order(wide).fields), "filler": "x" * 1000})


def test_a_page_goes_on_with_the_group_of_its_last_row():
    order = keyed("A", A="int")

    border = last(order, [{"A": 1}, {"A": 2}, {"A": 2}])

    assert border.position == 1
    assert border.after == ((("A", OPERATORS[">="], "2"),),)


def test_a_compound_key_is_an_or_of_ands():
    order = keyed("A", "B", A="int", B="string")

    border = last(order, [{"A": 1, "B": "x"}, {"A": 1, "B": "y"}])

    assert border.after == (
        (("A", OPERATORS[">"], "1"),),
        (("A", OPERATORS["="], "1"), ("B", OPERATORS[">="], "y")),
    )


@pytest.mark.parametrize(
    ("value", "other"),
    [("abc", "ABC"), ("cafe", "café"), ("a", "a  "), ("Straße", "STRASSE")],
)
def test_what_the_database_may_hold_equal_is_never_cut(value, other):
    assert last(keyed("A", A="string"), [{"A": value}, {"A": other}]) is None


def test_empty_parts_come_first_and_can_be_gone_on_from():
    order = keyed("A", "B", A="int", B="string")

    after_empty = last(order, [{"A": 1, "B": None}, {"A": 1, "B": "x"}])
    within_empty = last(order, [{"A": None, "B": "x"}, {"A": None, "B": "y"}])

    before_empty = last(order, [{"A": 1, "B": "x"}, {"A": 2, "B": None}])

    assert after_empty.after == ((("A", 4, "1"),), (("A", 1, "1"), ("B", 2, "x")))
    assert within_empty.after == ((("A", 9, ""),), (("A", 8, ""), ("B", 2, "y")))
    assert before_empty.after == ((("A", 4, "2"),), (("A", 1, "2"),))


def test_times_stand_last_for_a_border_cannot_go_on_behind_one():
    assert keyed("D", "A", D="date", A="int").fields == ("A", "D")


def test_a_time_is_never_tested_for_equality():
    """Stored times lie up to half a second to either side: the border is a second before the shown one."""
    order = keyed("D", "A", D="date", A="int")
    rows = [{"D": f"2026-01-31T09:00:0{s}", "A": 1} for s in (0, 2, 3)]

    border = last(order, rows)

    assert border.position == 1
    assert border.after == (
        (("A", OPERATORS[">"], "1"),),
        (("A", OPERATORS["="], "1"), ("D", OPERATORS[">="], "2026-01-31T09:00:01")),
    )


def test_of_two_times_a_border_uses_the_first_alone():
    order = keyed("D", "E", D="date", E="date")
    rows = [{"D": f"2026-01-31T09:00:0{d}", "E": f"2026-01-31T09:00:0{e}"} for d, e in ((0, 5), (5, 0), (5, 5))]

    border = last(order, rows)

    assert (border.position, border.after) == (1, ((("D", OPERATORS[">="], "2026-01-31T09:00:04"),),))


def test_times_within_a_second_of_each_other_are_never_cut():
    assert last(keyed("D", D="date"), [{"D": "2026-01-31T09:00:00"}, {"D": "2026-01-31T09:00:01"}]) is None


def test_a_page_of_equal_keys_has_no_border_but_perhaps_one_before_it():
    order = keyed("A", A="int")

    assert last(order, [{"A": 2}, {"A": 2}]) is None
    assert last(order, [{"A": 2}, {"A": 2}], before={"A": 1}).position == 0


def test_a_time_that_is_none_is_no_border():
    assert last(keyed("D", D="date"), [{"D": "0001-01-01T00:00:00"}, {"D": "onbekend"}]) is None


OPERATIONS = {
    OPERATORS[">="]: lambda a, b: a is not None and a >= b,
    OPERATORS[">"]: lambda a, b: a is not None and a > b,
    OPERATORS["<"]: lambda a, b: a is not None and a < b,
    OPERATORS["="]: lambda a, b: a is not None and a == b,
    OPERATORS["is_empty"]: lambda a, b: a is None,
    OPERATORS["is_not_empty"]: lambda a, b: a is not None,
}
BASE = datetime(2026, 3, 29, 1, 59, 50)


def holds(alternatives, stored):
    """What AFAS's database says of a row: times to the microsecond, numbers as numbers."""

    def compare(condition):
        value = stored[condition.field]
        given = condition.value
        if isinstance(value, datetime):
            given = datetime.fromisoformat(given) if given else None
        elif isinstance(value, int):
            given = int(given) if given else None
        return OPERATIONS[condition.operator](value, given)

    return any(all(compare(condition) for condition in group) for group in alternatives)


def shown(stored):
    def rounded(value):
        if not isinstance(value, datetime):
            return value
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()

    return {field: rounded(value) for field, value in stored.items()}


values = st.none() | st.integers(0, 4)
moments = st.none() | st.integers(0, 12_000_000).map(lambda micros: BASE + timedelta(microseconds=micros))
stored_rows = st.lists(st.fixed_dictionaries({"A": values, "D": moments, "B": values}), min_size=2, max_size=40)


def sort_key(fields):
    return lambda row: tuple((row[f] is not None, row[f]) if row[f] is not None else (False,) for f in fields)


@given(stored_rows, st.permutations(["A", "D", "B"]), st.integers(1, 3))
def test_a_border_parts_the_rows_exactly(rows, fields, length):
    fields = fields[:length]
    types = {"A": "int", "B": "int", "D": "date"}
    order = order_of(GetConnector("X", fields=tuple(Field(f, types[f]) for f in fields), primary_key=tuple(fields)))
    rows = sorted(rows, key=sort_key(order.fields))

    for border in order.last_borders([shown(row) for row in rows]):
        assert not any(holds(border.after, row) for row in rows[: border.position])
        assert all(holds(border.after, row) for row in rows[border.position :])


@given(stored_rows, st.permutations(["A", "D", "B"]))
def test_what_is_before_a_border_is_just_what_is_not_after_it(rows, fields):
    parts = tuple(Part(f, f == "D") for f in fields)
    parts = parts[: fields.index("D") + 1]

    for here in rows:
        if here["D"] is None and len(parts) == fields.index("D") + 1:
            continue
        border = Border(0, parts, shown(here))
        for row in rows:
            assert holds(border.before, row) is not holds(border.after, row)
