"""The mistakes in `breaks`, as far as that can be told without making them: `make breaks` makes them."""

import re

import pytest

from breaks.__main__ import PROJECT
from breaks.patches import FOLDER, all_breaks

BREAKS = all_breaks()


def test_every_promise_of_the_source_is_broken():
    """21 and 23 are not kept yet."""
    promises = {promise.partition(":")[0] for promise in (each.breaks for each in BREAKS)}

    assert {str(number) for number in range(1, 26)} - promises <= {"21", "23"}
    assert len(BREAKS) >= 40


@pytest.mark.parametrize("broken", BREAKS, ids=lambda each: each.name)
def test_it_can_be_made_in_this_checkout(broken):
    """One that cannot is made anew: how, stands in breaks/__init__.py."""
    assert broken.apply(PROJECT, "--check") == ""


@pytest.mark.parametrize("broken", BREAKS, ids=lambda each: each.name)
def test_the_tests_that_see_it_are_there(broken):
    assert broken.tests
    for test in broken.tests:
        file, _, name = test.partition("::")
        text = (PROJECT / file).read_text(encoding="utf-8")
        assert not name or re.search(rf"^def {name.partition('[')[0]}\(", text, re.MULTILINE), test


def test_each_has_a_number_of_its_own():
    numbers = [path.name.partition("-")[0] for path in FOLDER.glob("*.patch")]

    assert len(numbers) == len(set(numbers))
