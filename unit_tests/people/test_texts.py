import pytest

from source_afas.people.texts import MOST_BORDERS, RULES, borders, is_sorted, tell_apart, told

TEXTS = [
    "a_b",
    "A.D",
    "bal 2",
    "Bal-1",
    "bal1x",
    "co-op",
    "coon",
    "coop2",
    "Item1",
    "Item10",
    "item2",
    "Zoe2",
    "zoë",
    "zz",
]


@pytest.mark.parametrize("rule", ["binary", "natural", "without hyphens", "by length", "letters and digits alone"])
def test_a_comparison_by_another_rule_would_be_seen_at_a_border(rule):
    values = sorted([*TEXTS, "007", "10", "9"], key=RULES["without case"])
    by = RULES[rule]

    places = borders(values)

    assert 0 < len(places) <= MOST_BORDERS
    assert any({v for v in values if by(v) < by(values[n])} != set(values[:n]) for n in places)


def test_texts_that_all_rules_sort_alike_tell_nothing():
    assert told(["a", "b", "c"], borders(["a", "b", "c"])) == 0
    assert told(TEXTS, borders(TEXTS)) > 3


def test_a_text_that_may_equal_another_makes_no_border():
    values = ["a", "Bal", "bal", "bál", "c,d", "c;d"]

    assert all(values[place] not in values[1:] for place in borders(values))


def test_texts_are_sorted_by_the_rules_that_fit():
    fitting = {name for name, rule in RULES.items() if is_sorted(["Item1", "item2", "Item10"], rule)}

    assert {"natural", "by length"} <= fitting
    assert not {"binary", "without case"} & fitting


def test_texts_that_rules_order_differently_are_preferred():
    assert tell_apart(TEXTS) > tell_apart(["a", "b", "c"])
    assert tell_apart(TEXTS) > tell_apart(TEXTS, is_whole=False)
