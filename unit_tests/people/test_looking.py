import pytest
import requests

from source_afas.afas.connections import Connections
from source_afas.people.looking import MOST_REQUESTS, Counted, SpentError, alone, where
from source_afas.people.probe_values import in_order

TYPES = {"Unit": "int", "Code": "string", "Day": "date"}


def test_no_more_requests_are_sent_than_a_probe_may(monkeypatch):
    monkeypatch.setattr(Connections, "send", lambda *_, **__: requests.Response())
    counted = Counted()

    for _ in range(MOST_REQUESTS):
        counted.send(requests.PreparedRequest())
    with pytest.raises(SpentError):
        counted.send(requests.PreparedRequest())

    assert counted.sent == MOST_REQUESTS


def test_texts_that_afas_may_take_for_each_other_are_left_out():
    assert alone(["Bal", "bal", "Één", "een ", "zo", "a,b", "c;d", "zo"]) == ["zo"]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (where("Unit", ">=", 2), [False, False, True]),
        (where("Unit", "<", 2), [False, True, False]),
        (where("Unit", "is_empty"), [True, False, False]),
        (where("Unit", "is_not_empty"), [False, True, True]),
    ],
)
def test_a_comparison_finds_nothing_that_is_empty(criterion, expected):
    assert [criterion.holds({"Unit": unit}) for unit in (None, 1, 2)] == expected


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        pytest.param([(1, "a", None), (1, "a", "2026-01-01"), (1, "B", None), (2, "a", None)], True, id="in-order"),
        pytest.param([(2, "a", None), (1, "a", None)], False, id="numbers-downward"),
        pytest.param([(1, "a", None), (None, "a", None)], False, id="empty-last"),
        pytest.param([(1, "a", "2026-01-02"), (1, "a", "2026-01-01")], False, id="the-last-field"),
        pytest.param([(1, "b", None), (1, "a", None)], True, id="how-texts-sort-is-not-known"),
        pytest.param([(1, "a", None), (1, "b", None), (1, "A", None)], False, id="equal-texts-apart"),
        pytest.param([(1, "a", None), (1, "b", None), (2, "a", None)], True, id="equal-texts-in-two-groups"),
    ],
)
def test_rows_are_in_order_as_far_as_can_be_told(rows, right):
    named = [dict(zip(TYPES, row, strict=True)) for row in rows]

    assert in_order(named, list(TYPES), TYPES.get) is right
