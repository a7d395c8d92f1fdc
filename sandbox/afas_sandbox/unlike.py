"""An AFAS unlike the reference: a switch for each fact in doubt, of which several may be on.

A request passes the stages that `switch.py` names; where nothing is switched on, each leaves all as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from afas_sandbox.clause import Clause
from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.errors import Answer
from afas_sandbox.query import Condition, Query
from afas_sandbox.switch import Switch
from afas_sandbox.switches_of_answers import OF_ANSWERS
from afas_sandbox.switches_of_requests import OF_REQUESTS
from afas_sandbox.switches_of_values import OF_VALUES

SWITCHES: Mapping[str, Switch] = {
    each.name: each for each in sorted([*OF_ANSWERS, *OF_REQUESTS, *OF_VALUES], key=lambda each: each.kind)
}
"""Every switch by its name, kind by kind."""


class Unlike:
    """The switches that are on."""

    def __init__(self) -> None:
        self._on: dict[str, Switch] = {}
        self._remembered: dict[Any, Any] = {}

    @property
    def names(self) -> list[str]:
        """The names of the switches that are on."""
        return list(self._on)

    def switch_on(self, *names: str) -> None:
        """Switch on; LookupError where there is no such switch."""
        unknown = [name for name in names if name not in SWITCHES]
        if unknown:
            raise LookupError(f"there is no switch {', '.join(unknown)}; `afas-sandbox unlike` lists them")
        self._on |= {name: SWITCHES[name] for name in names}
        self._remembered.clear()

    def switch_off(self) -> None:
        """Switch everything off."""
        self._on.clear()
        self._remembered.clear()

    def parameters(self, parameters: Mapping[str, str], get_connector: GetConnector) -> Mapping[str, str]:
        """Return the parameters of a request for rows."""
        return self._through("parameters", parameters, get_connector) if self._on else parameters

    def query(self, query: Query, get_connector: GetConnector) -> Query:
        """Return what is asked."""
        changed: Query = self._through("query", query, get_connector)
        return changed

    def condition(self, clause: Clause, condition: Condition) -> Clause:
        """Return the SQL of a condition."""
        changed: Clause = self._through("condition", clause, condition)
        return changed

    def compared(self, sql: str, condition: Condition) -> str:
        """Return the SQL of one side of a comparison."""
        return str(self._through("compared", sql, condition))

    def where(self, groups: list[list[Clause]], query: Query) -> Clause | None:
        """Return the SQL of all conditions, None where they are an OR of ANDs."""
        changed: Clause | None = self._through("where", None, groups, query)
        return changed

    def sorted(self, field: Field) -> str:
        """Return the SQL that a field is sorted by."""
        return str(self._through("sorted", field.column, field))

    def direction(self, direction: str, field: Field) -> str:
        """Return which way it is sorted, and where empty ones stand."""
        return str(self._through("direction", direction, field))

    def source(self, get_connector: GetConnector, language: str, now: datetime) -> str:
        """Return the SQL that the rows come from, as a subquery."""
        source = get_connector.source(language)
        if not self._on or get_connector.select is None:
            return source
        stored = {each.column: self._through("stored", each.column, each, get_connector)
                  for each in get_connector.fields}  # fmt: skip
        replaced = ", ".join(f"{sql} AS {column}" for column, sql in stored.items() if sql != column)
        if replaced:
            source = f"(SELECT * REPLACE ({replaced}) FROM {source})"  # noqa: S608
        return str(self._through("source", source, get_connector, now))

    def visible(self, get_connector: GetConnector) -> str:
        """Return the condition on rows that is checked after paging."""
        return str(self._through("visible", "TRUE", get_connector))

    def shown(self, sql: str, field: Field) -> str:
        """Return the SQL of a value's JSON."""
        return str(self._through("shown", sql, field))

    def rows(self, rows: list[str], query: Query, call: int) -> list[str]:
        """Return the rows of a page."""
        changed: list[str] = self._through("rows", rows, query, call)
        return changed

    def head(self, head: dict[str, Any], rows: int) -> dict[str, Any]:
        """Return what stands before the rows of a page."""
        changed: dict[str, Any] = self._through("head", head, rows)
        return changed

    def answer(self, answer: Answer, rows: int, call: int) -> Answer:
        """Return the answer with a page."""
        changed: Answer = self._through("answer", answer, rows, call)
        return changed

    def remembered(self, get_connector: GetConnector, parameters: Mapping[str, str], answer: Answer) -> Answer:
        """Return the answer that is remembered, which may be that to another request."""
        if not self._on:
            return answer
        kept = self._through("remembered", None, parameters)
        if kept is None:
            return answer
        kept_answer: Answer = self._remembered.setdefault((get_connector.id, *sorted(kept.items())), answer)
        return kept_answer

    def refused(self, answer: Answer) -> Answer:
        """Return the answer to a request for a GetConnector that is not open."""
        changed: Answer = self._through("refused", answer)
        return changed

    def listed(self, opened: Sequence[GetConnector], closed: Sequence[GetConnector]) -> Sequence[GetConnector]:
        """Return the GetConnectors that metainfo lists."""
        changed: Sequence[GetConnector] = self._through("listed", opened, closed)
        return changed

    def metainfo(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return what metainfo says of a GetConnector."""
        if self._on and "fields" in facts:
            facts["fields"] = [self._through("metainfo", field) for field in facts["fields"]]
        return facts

    def touched(self, what: str) -> bool:
        """Return whether a booking day is listed when an entry was `inserted`, `changed`, `moved` or `deleted`."""
        return bool(self._through("touched", True, what))

    def _through(self, stage: str, value: Any, *context: Any) -> Any:
        for each in list(self._on.values()):
            if change := each.changes.get(stage):
                value = change(value, *context)
        return value
