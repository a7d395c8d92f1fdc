import re
from pathlib import Path

import pytest

import source_afas
from source_afas.people import how_sure
from source_afas.people.facts import FACTS, GRADES

SOURCE = Path(source_afas.__file__).parent
PAGE = SOURCE.parent / "docs" / "how-sure.md"


def test_each_fact_stands_once():
    assert len({fact.id for fact in FACTS}) == len(FACTS)
    assert len({fact.says for fact in FACTS}) == len(FACTS)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_a_fact_says_what_it_is_and_where_it_matters(fact):
    assert re.fullmatch("[a-z]+(-[a-z]+)*", fact.id)
    assert fact.says[-1] in ".)"
    assert fact.grade in GRADES
    assert fact.relied_on
    assert all((SOURCE / module).is_file() for module in fact.relied_on)
    assert fact.guard
    assert bool(fact.probe) != bool(fact.not_probed)
    assert not fact.probe or fact.probe.__doc__


def test_the_page_is_made_of_the_facts():
    assert PAGE.read_text(encoding="utf-8") == how_sure.page(), "make how-sure"
