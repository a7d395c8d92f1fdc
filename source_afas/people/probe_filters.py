"""Probes of filters: what lists and `filterjson` mean, and what the operators do."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

from source_afas.afas.forms import Form
from source_afas.afas.page import Row
from source_afas.afas.query import plain
from source_afas.people.finding import Finding, fails, found, holds, together, unseen
from source_afas.people.looking import Criterion, Groups, Looking, RefusedError, Table, UnseenError, alone, where
from source_afas.people.probe_values import compares, decimals_from_a_point_on, texts_are_compared_whole

LISTS, BY_JSON = Form("never"), Form("always")

FEW = 20
"""Rows that are asked for where they tell enough."""

# Lists


def comma_is_and(looking: Looking) -> Finding:
    """Ask for rows that fulfil up to four criteria, of which the last one counts."""
    table, a, b, _ = _three(looking)
    weak = [each for each in _weak(table) if each.condition.field not in (a.condition.field, b.condition.field)]
    group = [*weak[:2], a, b]
    return _brings(table, [group], LISTS, f"{len(group)} conditions")


def semicolon_is_or(looking: Looking) -> Finding:
    """Ask for rows that have one of seven values."""
    for table in looking.smallest_first()[::-1]:
        for name in table.fields("int", "string"):
            values = list(dict.fromkeys(table.values(name)))
            values = alone(values) if values and isinstance(values[0], str) else values
            if len(values) >= 8:
                chosen = values[:: max(1, len(values) // 7)][:7]
                return _brings(table, [[where(name, "=", value)] for value in chosen], LISTS, "seven alternatives")
    return unseen("no field with enough values was seen")


def mixed_lists_are_or_of_ands(looking: Looking) -> Finding:
    """Ask in the lists for `C;A,B`, rows being known that one reading brings and the other does not."""
    table, a, b, c = _three(looking)
    try:
        if table.brings([[c], [a, b]], form=LISTS, take=FEW):
            return holds("`A;B,C` is A or (B and C)")
        came = table.ask(((c.condition,), (a.condition, b.condition)), take=FEW, form=LISTS).rows
    except RefusedError:
        return fails("lists with both `,` and `;` are refused")
    other = [row for row in table.rows if (c.holds(row) or a.holds(row)) and b.holds(row)]
    return fails("`A;B,C` is (A or B) and C" if came == other[:FEW] else "`A;B,C` is something else")


def filterjson_is_or_of_ands(looking: Looking) -> Finding:
    """Ask the same by `filterjson`."""
    table, a, b, c = _three(looking)
    return _brings(table, [[a, b], [c]], BY_JSON, "conditions and alternatives")


def a_field_may_come_twice(looking: Looking) -> Finding:
    """Ask for a range: two conditions on one field."""
    table, name, values = _numbers(looking)
    low, high = values[len(values) // 3], values[2 * len(values) // 3]
    return _brings(table, [[where(name, ">=", low), where(name, "<", high)]], LISTS, "a range")


def comparisons_are_what_they_say(looking: Looking) -> Finding:
    """Ask for numbers from, up to, above and below one, and for others than it; rows are sorted on the number."""
    return together(*(compares(looking, operator) for operator in (">=", "<=", ">", "<", "!=")))


def filters_work_on_every_type(looking: Looking) -> Finding:
    """Ask for rows by a text, a whole number, a decimal and a time."""
    probes = (texts_are_compared_whole, a_field_may_come_twice, decimals_from_a_point_on, _from_a_day_on)
    return together(*(seen(probe, looking) for probe in probes))


def seen(probe: Callable[[Looking], Finding], looking: Looking) -> Finding:
    """Return what a probe finds, as a part of another."""
    try:
        return probe(looking)
    except UnseenError as why:
        return unseen(str(why))
    except RefusedError:
        return fails("AFAS refuses a filter")


def _from_a_day_on(looking: Looking) -> Finding:
    for table in looking.smallest_first()[::-1]:
        for name in table.fields("date"):
            values = [str(value) for value in table.values(name)]
            days = sorted({value[:10] for value in values})
            # What is rounded up to midnight is stored below it.
            if len(days) > 3 and not any(value[11:19] in ("00:00:01", "23:59:59") for value in values):
                begin = f"{days[len(days) // 2]}T00:00:00"
                return _brings(table, [[where(name, ">=", begin, _since(begin))]], LISTS, "times", take=FEW)
    return unseen("no times that would tell it were seen")


def _since(begin: str) -> Callable[[Any], bool]:
    return lambda value: value is not None and str(value)[:19] >= begin


def answers_are_fresh(looking: Looking) -> Finding:
    """Ask for another value in a request that is alike otherwise."""
    for table in looking.tables:
        for name in table.fields("int", "string"):
            values = Counter(table.values(name))
            usable = [
                v for v, times in values.most_common() if times > 1 and (isinstance(v, int) or v in alone([*values]))
            ]
            if len(usable) > 1:
                first, second = ([[where(name, "=", value)]] for value in usable[:2])
                right = table.brings(first, take=2) and table.brings(second, take=2)
                return found(right, "two requests had answers of their own", "an answer was another request's")
    return unseen("no rows that would tell it were seen")


# A user's own filters


def operators_on_texts(looking: Looking) -> Finding:
    """Ask for texts that begin with some characters, or hold them, and for a range by a quick filter."""
    return together(_starts(looking), _contains(looking), _quick(looking))


def _starts(looking: Looking) -> Finding:
    for table, name, values in _plain_texts(looking):
        for begin in dict.fromkeys(value[:3] for value in values):
            inside = any(begin.casefold() in value[1:].casefold() for value in values)
            if begin.isalnum() and begin.isascii() and inside:
                return _brings(table, [[where(name, "starts_with", begin, _begins(begin))]], LISTS, "starts_with")
    for table, name, values in _plain_texts(looking):
        begin = values[0][:3]
        if begin.isalnum() and begin.isascii():
            return _brings(table, [[where(name, "starts_with", begin, _begins(begin))]], LISTS, "starts_with")
    return unseen("no texts for starts_with were seen")


def _begins(begin: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value.casefold().startswith(begin.casefold())


def _contains(looking: Looking) -> Finding:
    for table, name, values in _plain_texts(looking):
        for value in values:
            part = value[2:5]
            if len(part) == 3 and part.isalnum() and part.isascii():
                criterion = where(name, "contains", part, _has(part))
                return _brings(table, [[criterion]], LISTS, "contains")
    return unseen("no texts for contains were seen")


def _has(part: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and part.casefold() in value.casefold()


def _within(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: value is not None and low <= value <= high


def _plain_texts(looking: Looking) -> Iterator[tuple[Table, str, list[str]]]:
    """Yield the texts of small GetConnectors, in which no accent tells one rule from another."""
    for table in looking.smallest_first():
        for name in table.fields("string"):
            values = [str(value) for value in table.values(name)]
            if table.is_whole and len(set(values)) > 3 and all(plain(v) == v.casefold().rstrip() for v in values):
                yield table, name, values


def _quick(looking: Looking) -> Finding:
    for table in looking.smallest_first():
        for name in table.fields("int"):
            values = sorted(set(table.values(name)))
            if len(values) > 4 and not table.empties(name):
                low, high = values[1], values[-2]
                criterion = where(name, "quick_filter", f"{low}..{high}", _within(low, high))
                return _brings(table, [[criterion]], LISTS, "quick_filter")
    return unseen("no numbers for a quick filter were seen")


def booleans_are_true_or_one(looking: Looking) -> Finding:
    """Ask for rows with a boolean that is true, written in both ways."""
    for table in looking.smallest_first():
        for name in table.fields("boolean"):
            if set(table.values(name)) == {True, False}:
                one = where(name, "=", 1, lambda value: value is True)
                return together(
                    _brings(table, [[where(name, "=", True)]], LISTS, "`true`", take=FEW),
                    _brings(table, [[one]], LISTS, "`1`", take=FEW),
                )
    return unseen("no boolean that is true and false was seen")


# What they ask


def _brings(table: Table, groups: Groups, form: Form, what: str, *, take: int = 0) -> Finding:
    try:
        right = table.brings(groups, form=form, take=take)
    except RefusedError:
        return fails(f"{what}: refused")
    return found(right, what, f"{what}: other rows came")


def _numbers(looking: Looking) -> tuple[Table, str, list[int]]:
    choice = [
        (len(values), table, name, values)
        for table in looking.tables
        for name in table.fields("int")
        if len(values := sorted(set(table.values(name)))) > 3
    ]
    if not choice:
        raise UnseenError("no whole numbers that would tell it were seen")
    _, table, name, values = max(choice, key=lambda each: each[0])
    return table, name, values


def _three(looking: Looking) -> tuple[Table, Criterion, Criterion, Criterion]:
    """Return criteria A, B and C of one table whose rows tell apart what lists of them may mean."""
    for table in looking.tables:
        for a, b in combinations(_criteria(table), 2):
            if a.condition.field == b.condition.field:
                continue
            for c in _criteria(table):
                if c.condition.field not in (a.condition.field, b.condition.field) and _told(table.rows, a, b, c):
                    return table, a, b, c
    raise UnseenError("no rows that would tell it were seen")


def _told(rows: Sequence[Row], a: Criterion, b: Criterion, c: Criterion) -> bool:
    """Return whether what comes first of A and B, of A, of B, and of what else lists may mean, are different rows."""
    both = [row for row in rows if a.holds(row) and b.holds(row)]
    alone_ = ([row for row in rows if each.holds(row)][: len(both)] for each in (a, b))
    meant = [row for row in rows if c.holds(row) or (a.holds(row) and b.holds(row))][:FEW]
    other = [row for row in rows if (c.holds(row) or a.holds(row)) and b.holds(row)][:FEW]
    of_c = [row for row in rows if c.holds(row)][:FEW]
    return bool(both) and both not in alone_ and meant not in (other, of_c, both[:FEW])


def _criteria(table: Table) -> list[Criterion]:
    """Return criteria that a good part of the first rows fulfil, one or two for each of some fields."""
    found: list[Criterion] = []
    for name in table.fields("int", "boolean", "string"):
        values = Counter(table.values(name))
        usable = set(alone([v for v in values if isinstance(v, str)]))
        common = [v for v, _ in values.most_common(3) if not isinstance(v, str) or v in usable]
        if len(values) > 1:
            found += [where(name, "=", value) for value in common[:2]]
    return found[:14]


def _weak(table: Table) -> list[Criterion]:
    """Return criteria that all of the first rows fulfil."""
    return [where(name, ">=", min(values)) for name in table.fields("int") if (values := table.values(name))]
