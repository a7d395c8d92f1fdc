"""The GetConnectors that the sandbox knows: AFAS's 80 standard ones, and those of the invented company.

The standard ones' fields and labels are AFAS's own OpenAPI files [OAS, official]. Those files type a date as text and
say nothing of lengths, so dates were recognised by id and label, and lengths taken from the UpdateConnectors where they
have the same field [our guess].
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from afas_sandbox.definition import GetConnector, make_field, make_text, quoted

CLOSED = frozenset({"Profit_Article", "ProfitCountries"})
"""GetConnectors with rows that the app connector does not open until asked to."""

_HEADING = re.compile(r"^-- (?P<id>\S+) by (?P<identity>.+)$", re.MULTILINE)


def text_of(name: str) -> str:
    """Return the text of a file that lies beside this module."""
    return files("afas_sandbox").joinpath(name).read_text(encoding="utf-8")


@cache
def known() -> Mapping[str, GetConnector]:
    """Return every GetConnector by its id, standard ones first, in the order of their definition."""
    return {each.id: each for each in [*_standard(), *_custom()]}


def opened_at_first() -> list[str]:
    """Return the ids of the GetConnectors that a new sandbox's app connector opens."""
    return [each.id for each in known().values() if each.select is not None and each.id not in CLOSED]


def _standard() -> Iterator[GetConnector]:
    selects = dict(_selects())
    for name, facts in json.loads(text_of("standard_get_connectors.json")).items():
        select, identity = selects.get(name, (None, ()))
        yield GetConnector(
            id=name,
            description=make_text(facts["description"]),
            fields=tuple(make_field(each, number) for number, each in enumerate(facts["fields"], start=1)),
            select=select,
            identity=identity,
            standard=True,
        )


def _selects() -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """Cut the SQL file at its headings."""
    text = text_of("standard_get_connectors.sql")
    headings = list(_HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        select = text[heading.end() : following.start() if following else None].strip()
        yield heading["id"], (select, tuple(quoted(column) for column in heading["identity"].split()))


def _custom() -> Iterator[GetConnector]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for name, facts in yaml.load(text_of("custom_get_connectors.yaml"), Loader=loader).items():  # noqa: S506
        fields = [_facts(each) for each in facts["fields"]] + list(_repeated(facts.get("per_period", ())))
        yield GetConnector(
            id=name,
            description=make_text(facts["description"]),
            fields=tuple(make_field(each, number) for number, each in enumerate(fields, start=1)),
            select=facts["select"].strip().replace("@per_period", _per_period_select(facts)),
            identity=tuple(quoted(column) for column in facts["key"]),
            blocked=facts.get("blocked", False),
        )


def _facts(given: Any) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    name, data_type, dutch, english = given
    return {"id": name, "dataType": data_type, "label": (dutch, english)}


def _repeated(fields: Any) -> Iterator[dict[str, Any]]:
    for period in range(1, 13):
        for name, data_type, dutch, english in fields:
            label = (f"{dutch} periode {period}", f"{english} period {period}")
            yield {"id": f"{name}_{period:02}", "dataType": data_type, "label": label}


def _per_period_select(facts: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{expression.replace('@period', str(period))} AS {quoted(f'{name}_{period:02}')}"
        for period in range(1, 13)
        for name, expression in facts.get("per_period_select", {}).items()
    )
