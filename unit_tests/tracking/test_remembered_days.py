from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_afas.tracking.remembered_days import RememberedDays

DAYS = st.dates(date(2025, 12, 20), date(2026, 1, 20)).map(date.isoformat)
ROWS = st.lists(st.tuples(DAYS, st.integers(0, 9).map(str)))


@given(st.lists(ROWS, max_size=4), st.integers(1, 20))
def test_the_newest_days_are_remembered_whole_and_the_others_not_at_all(pages, most):
    days, told = RememberedDays({}, most), {}
    for page in pages:
        days.add(page)
        for day, key in page:
            told.setdefault(day, set()).add(key)
        days = RememberedDays(days.saved(), most)

    assert days.rows == sum(len(keys) for day, keys in told.items() if day >= days.begin) <= most
    for day, keys in told.items():
        assert days.keys(day) == (keys if days.remembers(day) else set())


def test_rows_that_are_known_are_nothing_new():
    days = RememberedDays({}, 10)

    assert days.add([("2026-01-02", "a"), ("2026-01-02", "b")])
    assert not days.add([("2026-01-02", "b")])
    assert days.add([("2026-01-03", "b")])


def test_a_day_without_rows_is_known_to_have_none():
    days = RememberedDays({}, 10)
    days.replace("2026-01-02", {"a"})
    days.replace("2026-01-02", set())

    assert days.remembers("2026-01-02")
    assert days.keys("2026-01-02") == set()
    assert days.saved() == {"begin": "", "days": {}}


@pytest.mark.parametrize("saved", [{"days": 7}, {"days": {"gisteren": [1, "x"]}}, {"days": {"2026-01-01": None}}])
def test_what_is_broken_is_not_remembered(saved):
    with pytest.raises(ValueError):
        RememberedDays(saved, 10)
