"""What a snapshot makes of the rows of this sync, beside those of the last one."""

import pytest

from source_afas.tracking.snapshot import UNKNOWN, Comparison, load, save

KEY = ("Code",)


def compared(known, rows):
    comparison = Comparison("Codes", KEY, known)
    comparison.changed(rows)
    return comparison


def rows_of(**names):
    return [{"Code": code, "Naam": name} for code, name in names.items()]


def known_of(**names):
    return compared({}, rows_of(**names)).seen


def test_a_row_with_its_fields_in_another_order_is_the_same():
    known = compared({}, [{"Code": "A", "Naam": "Huur", "Soort": 1}]).seen

    assert Comparison("Codes", KEY, known).changed([{"Soort": 1, "Naam": "Huur", "Code": "A"}]) == []


def test_a_row_that_may_have_been_told_before_a_kill_is_told_again():
    known = dict.fromkeys(known_of(A="Huur"), UNKNOWN)

    assert Comparison("Codes", KEY, known).changed(rows_of(A="Huur")) == rows_of(A="Huur")


def test_a_renumbered_row_waits_until_its_old_key_is_known_to_be_gone():
    comparison = Comparison("Codes", KEY, known_of(A="Huur", B="Loon"))

    assert comparison.changed(rows_of(B="Loon", C="Huur")) == []
    assert list(comparison.waiting()) == [({"Code": "C", "Naam": "Huur"}, '["A"]')]


def test_a_copy_of_a_row_that_is_still_there_is_a_new_one():
    comparison = compared(known_of(A="Huur"), rows_of(A="Huur", C="Huur"))

    assert list(comparison.waiting()) == [({"Code": "C", "Naam": "Huur"}, None)]


def test_rows_of_a_table_of_nothing_but_its_key_are_never_paired():
    known = compared({}, [{"Code": "A"}]).seen

    assert Comparison("Codes", KEY, known).changed([{"Code": "B"}]) == [{"Code": "B"}]


def test_a_snapshot_comes_back_from_its_state():
    known = known_of(A="Huur", B="Loon")

    assert load(save(known, KEY, "alles", "nu"), KEY, "alles", "Codes") == known


@pytest.mark.parametrize(
    "change",
    [
        {"key": ["Naam"]},
        {"scope": "niets"},
        {"snapshot": "geen"},
        {"snapshot": None},
        {"snapshot": "eJzLSM3JyQcABiwCFQ=="},
    ],
)
def test_a_broken_state_remembers_nothing(change):
    assert load({**save(known_of(A="Huur"), KEY, "alles", "nu"), **change}, KEY, "alles", "Codes") == {}
