"""Switches: a request means something else than the reference says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from afas_sandbox.clause import Clause, joined
from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.errors import Fault, FunctionalError
from afas_sandbox.query import Condition, Query
from afas_sandbox.switch import Switch, each_condition, each_group, is_text, of_type, switch

Parameters = Mapping[str, str]
Groups = list[list[Clause]]
LISTS = ("filterfieldids", "filtervalues", "operatortypes")
EMPTINESS = (8, 9)


def _refuse(fault: Fault = Fault.UNEXPECTED) -> Any:
    raise FunctionalError(fault)


# Filters


def _and_of_ors(groups: Groups) -> Clause:
    """Read `A,B;C` as A AND (B OR C)."""
    alternatives: Groups = [[]]
    for group in groups:
        for place, clause in enumerate(group):
            alternatives[-1:] = [*alternatives[-1:], [clause]] if place else [[*alternatives[-1], clause]]
    return joined("AND", [joined("OR", each) for each in alternatives])


def _left_to_right(groups: Groups) -> Clause:
    """Read `A,B;C,D` as ((A AND B) OR C) AND D."""
    found: Clause | None = None
    for group in groups:
        for place, clause in enumerate(group):
            found = joined("AND" if place else "OR", [found, clause]) if found else clause
    return found or joined("AND", [])


def _of_lists(read: Callable[[Groups], Clause]) -> Callable[[Clause | None, Groups, Query], Clause | None]:
    return lambda where, groups, query: where if query.by_json else read(groups)


def _of_json(read: Callable[[Groups], Clause]) -> Callable[[Clause | None, Groups, Query], Clause | None]:
    return lambda where, groups, query: read(groups) if query.by_json else where


def _all_and(groups: Groups) -> Clause:
    return joined("AND", [clause for group in groups for clause in group])


def _all_or(groups: Groups) -> Clause:
    return joined("OR", [clause for group in groups for clause in group])


def _one_for_a_field(group: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple({condition.field.id: condition for condition in group}.values())


def _no_field_twice(group: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return group if len(_one_for_a_field(group)) == len(group) else _refuse()


def _without(*names: str) -> Callable[[Parameters, GetConnector], Parameters]:
    return lambda given, _: {name: text for name, text in given.items() if name not in names}


def _no_filterjson(given: Parameters, _: GetConnector) -> Parameters:
    return _refuse() if given.get("filterjson") else given


def _without_empty_elements(given: Parameters, _: GetConnector) -> Parameters:
    groups = [[value for value in group.split(",") if value] for group in given.get("filtervalues", "").split(";")]
    return {**given, "filtervalues": ";".join(",".join(group) for group in groups if group)}


def _empty_elements_last(given: Parameters, _: GetConnector) -> Parameters:
    """Keep the separators, and let later values take the places of empty ones."""
    text = given.get("filtervalues", "")
    values = iter([value for group in text.split(";") for value in group.split(",") if value])
    groups = [[next(values, "") for _ in group.split(",")] for group in text.split(";")]
    return {**given, "filtervalues": ";".join(map(",".join, groups))}


def _operators(**others: int) -> Callable[[Query, GetConnector], Query]:
    """Read operators as others: `_2=4` reads `>=` as `>`."""
    meant = {int(name[1:]): operator for name, operator in others.items()}
    return each_condition(
        lambda condition: replace(condition, operator=meant.get(condition.operator, condition.operator))
    )


def _ignored(wanted: Callable[[Condition], bool]) -> Callable[[Query, GetConnector], Query]:
    return each_condition(lambda condition: None if wanted(condition) else condition)


def _refused(wanted: Callable[[Condition], bool]) -> Callable[[Query, GetConnector], Query]:
    return each_condition(lambda condition: _refuse() if wanted(condition) else condition)


def _finds_nothing(wanted: Callable[[Condition], bool]) -> Callable[[Clause, Condition], Clause]:
    return lambda clause, condition: ("FALSE", []) if wanted(condition) else clause


def _is_on(wanted: Callable[[Field], bool]) -> Callable[[Condition], bool]:
    return lambda condition: wanted(condition.field)


def _is_bare(condition: Condition) -> bool:
    return condition.operator in EMPTINESS and not condition.value


def _has_filler(condition: Condition) -> bool:
    return condition.operator in EMPTINESS and bool(condition.value)


def _is_emptiness(condition: Condition) -> bool:
    return condition.operator in EMPTINESS


def _compared_with_the_text(wanted: Callable[[Condition], bool]) -> Callable[[Clause, Condition], Clause]:
    """Have `is empty` be `=` and `is not empty` be `<>`, with whatever text stands there."""

    def condition_sql(clause: Clause, condition: Condition) -> Clause:
        if not wanted(condition):
            return clause
        return f"CAST({condition.field.column} AS VARCHAR) {'=' if condition.operator == 8 else '<>'} ?", [
            condition.value
        ]

    return condition_sql


def _texts_cut(length: int) -> Callable[[Query, GetConnector], Query]:
    return each_condition(
        lambda condition: replace(condition, value=condition.value[:length]) if is_text(condition.field) else condition
    )


def _groups(
    change: Callable[[tuple[tuple[Condition, ...], ...]], tuple[tuple[Condition, ...], ...]],
    *,
    lists: bool = True,
    by_json: bool = True,
) -> Any:
    return lambda query, _: (
        replace(query, groups=change(query.groups)) if (by_json if query.by_json else lists) else query
    )


# Order


def _order(change: Callable[[tuple[tuple[Field, bool], ...]], tuple[tuple[Field, bool], ...]]) -> Any:
    return lambda query, _: replace(query, order=change(query.order))


def _order_ignored(wanted: Callable[[Field], bool]) -> Any:
    return _order(lambda order: tuple(part for part in order if not wanted(part[0])))


def _order_refused(wanted: Callable[[tuple[tuple[Field, bool], ...]], bool]) -> Any:
    return _order(lambda order: _refuse(Fault.INVALID_INDEX) if wanted(order) else order)


def _order_refused_for(data_type: str) -> Any:
    return _order_refused(lambda order: any(field.data_type == data_type for field, _ in order))


# Skip and take


def _skip(change: Callable[[int, int], int]) -> Any:
    return lambda query, _: query if query.everything else replace(query, skip=change(query.skip, query.take))


OF_REQUESTS: tuple[Switch, ...] = (
    # 4
    switch(4, "lists-and-of-ors", "in the lists, `A,B;C` is A AND (B OR C)", where=_of_lists(_and_of_ors)),
    switch(4, "lists-left-to-right", "in the lists, `A,B;C,D` is ((A AND B) OR C) AND D",
           where=_of_lists(_left_to_right)),
    switch(4, "lists-all-and", "in the lists, `;` is AND as well", where=_of_lists(_all_and)),
    switch(4, "lists-all-or", "in the lists, `,` is OR as soon as there is a `;`",
           where=_of_lists(lambda groups: _all_or(groups) if len(groups) > 1 else _all_and(groups))),
    switch(4, "lists-first-group", "of the lists, what follows the first `;` is ignored",
           query=_groups(lambda groups: groups[:1], by_json=False)),
    switch(4, "lists-last-group", "of the lists, what precedes the last `;` is ignored",
           query=_groups(lambda groups: groups[-1:], by_json=False)),
    switch(4, "at-most-2-alternatives", "alternatives beyond 2 are dropped", query=_groups(lambda groups: groups[:2])),
    switch(4, "at-most-5-alternatives", "alternatives beyond 5 are dropped", query=_groups(lambda groups: groups[:5])),
    switch(4, "mixed-lists-refused", "lists with both `,` and `;` are refused",
           query=lambda query, _: _refuse() if not query.by_json and len(query.groups) > 1
           and any(len(group) > 1 for group in query.groups) else query),
    switch(4, "field-twice-last", "of two conditions on one field that must hold together, the last one counts",
           query=each_group(_one_for_a_field)),
    switch(4, "field-twice-first", "of two conditions on one field that must hold together, the first one counts",
           query=each_group(lambda group: _one_for_a_field(group[::-1])[::-1])),
    switch(4, "field-twice-refused", "two conditions on one field that must hold together are refused",
           query=each_group(_no_field_twice)),
    switch(4, "first-condition-only", "of conditions that must hold together, the first one counts",
           query=each_group(lambda group: group[:1])),
    switch(4, "at-most-3-conditions", "of conditions that must hold together, those beyond 3 are dropped",
           query=each_group(lambda group: group[:3])),
    switch(4, "empty-values-dropped", "empty elements of `filtervalues` are dropped, and the lists match no longer",
           parameters=_without_empty_elements),
    switch(4, "empty-values-shifted", "empty elements of `filtervalues` are dropped, and later ones take their places",
           parameters=_empty_elements_last),
    switch(4, "filterjson-ignored", "`filterjson` is unknown, so it is ignored", parameters=_without("filterjson")),
    switch(4, "filterjson-refused", "`filterjson` is refused", parameters=_no_filterjson),
    switch(4, "filterjson-and-of-ors", "in `filterjson`, Filters are AND, the fields within one OR",
           where=_of_json(lambda groups: joined("AND", [joined("OR", group) for group in groups]))),
    switch(4, "filterjson-first-filter", "of `filterjson`, the first Filter counts",
           query=_groups(lambda groups: groups[:1], lists=False)),
    switch(4, "filterjson-last-filter", "of `filterjson`, the last Filter counts",
           query=_groups(lambda groups: groups[-1:], lists=False)),
    switch(4, "lists-ignored", "the three lists are ignored", parameters=_without(*LISTS)),
    switch(4, "filters-ignored", "all filters are ignored", parameters=_without(*LISTS, "filterjson")),
    switch(4, "at-or-after-is-after", "`>=` is `>`", query=_operators(_2=4)),
    switch(4, "after-is-at-or-after", "`>` is `>=`", query=_operators(_4=2)),
    switch(4, "before-is-at-or-before", "`<` is `<=`", query=_operators(_5=3)),
    switch(4, "at-or-before-is-before", "`<=` is `<`", query=_operators(_3=5)),
    switch(4, "empty-and-not-empty-swapped", "operators 8 and 9 are the other way round", query=_operators(_8=9, _9=8)),
    switch(4, "emptiness-ignored", "operators 8 and 9 are ignored", query=_ignored(_is_emptiness)),
    switch(4, "bare-emptiness-refused", "operators 8 and 9 beside an empty value are refused",
           query=_refused(_is_bare)),
    switch(4, "bare-emptiness-ignored", "operators 8 and 9 beside an empty value are ignored",
           query=_ignored(_is_bare)),
    switch(4, "bare-emptiness-compared", "operators 8 and 9 beside an empty value compare with ''",
           condition=_compared_with_the_text(_is_bare)),
    switch(4, "filler-refused", "operators 8 and 9 beside a filler are refused", query=_refused(_has_filler)),
    switch(4, "filler-compared", "operators 8 and 9 beside a filler compare with it",
           condition=_compared_with_the_text(_has_filler)),
    switch(4, "long-values-cut", "texts in filters are cut after 6 characters", query=_texts_cut(6)),
    switch(4, "date-filters-ignored", "filters on dates are ignored", query=_ignored(_is_on(of_type("date")))),
    switch(4, "decimal-filters-ignored", "filters on decimals are ignored", query=_ignored(_is_on(of_type("decimal")))),
    switch(4, "text-filters-ignored", "filters on texts are ignored", query=_ignored(_is_on(is_text))),
    switch(4, "date-filters-find-nothing", "filters on dates find no row",
           condition=_finds_nothing(_is_on(of_type("date")))),
    # 6
    switch(6, "order-ignored", "`orderbyfieldids` is ignored", query=_order(lambda order: ())),
    switch(6, "order-ignored-for-texts", "texts in `orderbyfieldids` are ignored", query=_order_ignored(is_text)),
    switch(6, "order-ignored-for-dates", "dates in `orderbyfieldids` are ignored",
           query=_order_ignored(of_type("date"))),
    switch(6, "order-ignored-for-decimals", "decimals in `orderbyfieldids` are ignored",
           query=_order_ignored(of_type("decimal"))),
    switch(6, "order-first-field", "`orderbyfieldids` beyond the first field is ignored",
           query=_order(lambda order: order[:1])),
    switch(6, "order-first-two-fields", "`orderbyfieldids` beyond two fields is ignored",
           query=_order(lambda order: order[:2])),
    switch(6, "order-last-field-first", "`orderbyfieldids` sorts by the last field first",
           query=_order(lambda order: order[::-1])),
    switch(6, "order-refused-for-texts", "sorting by a text is refused", query=_order_refused_for("string")),
    switch(6, "order-refused-for-dates", "sorting by a date is refused", query=_order_refused_for("date")),
    switch(6, "order-refused-for-decimals", "sorting by a decimal is refused", query=_order_refused_for("decimal")),
    switch(6, "order-refused-for-booleans", "sorting by a boolean is refused", query=_order_refused_for("boolean")),
    switch(6, "order-refused-for-blobs", "sorting by a memo is refused", query=_order_refused_for("blob")),
    switch(6, "order-refused-beyond-1-field", "sorting by more than one field is refused",
           query=_order_refused(lambda order: len(order) > 1)),
    switch(6, "order-refused-beyond-3-fields", "sorting by more than three fields is refused",
           query=_order_refused(lambda order: len(order) > 3)),
    # 7
    switch(7, "skip-ignored", "`skip` is ignored", query=_skip(lambda skip, take: 0)),
    switch(7, "skip-in-pages", "`skip` counts pages of `take` rows", query=_skip(lambda skip, take: skip * take)),
    switch(7, "skip-at-most-20", "`skip` beyond 20 is 20", query=_skip(lambda skip, take: min(skip, 20))),
    switch(7, "skip-refused", "`skip` is refused",
           query=lambda query, _: _refuse() if query.skip > 0 else query),
    switch(7, "same-page-always", "the first answer of a GetConnector is remembered and given to every request",
           remembered=lambda _, given: {}),
    switch(7, "remembered-without-filters", "answers are remembered by `skip`, `take` and order alone",
           remembered=lambda _, given: dict(_without(*LISTS, "filterjson")(given, None))),  # type: ignore[arg-type]
    switch(7, "remembered-without-skip", "answers are remembered, whatever `skip` says",
           remembered=lambda _, given: dict(_without("skip")(given, None))),  # type: ignore[arg-type]
    switch(7, "remembered-without-values", "answers are remembered, whatever `filtervalues` says",
           remembered=lambda _, given: dict(_without("filtervalues")(given, None))),  # type: ignore[arg-type]
    switch(7, "int-filters-ignored", "filters on whole numbers are ignored", query=_ignored(_is_on(of_type("int")))),
    switch(7, "after-is-not-equal", "`>` and `>=` are `!=`: borders go round in a circle",
           query=_operators(_2=7, _4=7)),
    switch(7, "beyond-is-all", "`>` and `>=` on a whole number that is even are ignored",
           query=_ignored(lambda c: c.operator in (2, 4) and c.field.data_type == "int" and c.value[-1:] in "02468")),
    # 12
    switch(12, "contains-needs-percent", "operators 6 and 10 to 14 need `%` where something may stand",
           condition=lambda clause, condition: (
               (f"lower(CAST({condition.field.column} AS VARCHAR)) {'=' if condition.operator in (6, 10, 13) else '<>'}"
                " lower(?)", [condition.value])
               if condition.operator in (6, 10, 11, 12, 13, 14) and "%" not in condition.value else clause)),
    switch(12, "starts-with-is-contains", "operator 10 is 6", query=_operators(_10=6, _12=11)),
    switch(12, "contains-ignored", "operators 6 and 10 to 14 are ignored",
           query=_ignored(lambda condition: condition.operator in (6, 10, 11, 12, 13, 14))),
    switch(12, "true-refused", "`true` and `false` are refused, `1` and `0` are not",
           query=_refused(lambda c: c.field.data_type == "boolean" and c.value.lower() in ("true", "false"))),
    switch(12, "true-finds-nothing", "`true` and `false` find no row, `1` and `0` do",
           condition=_finds_nothing(lambda c: c.field.data_type == "boolean" and c.value.lower() in ("true", "false"))),
    switch(12, "one-finds-nothing", "`1` and `0` find no row, `true` and `false` do",
           condition=_finds_nothing(lambda c: c.field.data_type == "boolean" and c.value in ("1", "0"))),
    switch(12, "boolean-filters-ignored", "filters on booleans are ignored",
           query=_ignored(_is_on(of_type("boolean")))),
    switch(12, "decimal-comma", "a decimal point in a filter finds no row",
           condition=_finds_nothing(lambda c: c.field.data_type == "decimal" and "." in c.value)),
    switch(12, "decimal-point-refused", "a decimal point in a filter is refused",
           query=_refused(lambda c: c.field.data_type == "decimal" and "." in c.value)),
    switch(12, "decimal-point-is-thousands", "a decimal point in a filter is left out: 12.50 is 1250",
           query=each_condition(lambda c: replace(c, value=c.value.replace(".", ""))
                                if c.field.data_type == "decimal" else c)),
    switch(12, "case-counts", "operators 1, 6 and 10 to 14 mind case",
           condition=lambda clause, c: (
               (clause[0].replace("lower(", "(").replace(" COLLATE NOCASE", ""), clause[1])
               if c.operator in (1, 6, 7, 10, 11, 12, 13, 14) and is_text(c.field) else clause)),
    switch(12, "not-equal-finds-nothing", "operator 7 finds no row",
           condition=_finds_nothing(lambda c: c.operator == 7)),
    switch(12, "quick-filter-ignored", "operator 15 is ignored", query=_ignored(lambda c: c.operator == 15)),
)  # fmt: skip
"""Kinds 4, 6, 7 and 12."""
