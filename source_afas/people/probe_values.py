"""Probes of values: what they look like, what is empty, how they sort and compare, times, keys, booking days."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any

from source_afas.afas.forms import Form
from source_afas.afas.page import Row
from source_afas.afas.query import OPERATORS, Condition, at_or_after, before, is_not_empty, plain
from source_afas.afas.values import AMSTERDAM
from source_afas.people import texts
from source_afas.people.finding import Finding, fails, found, holds, together, unseen
from source_afas.people.looking import MOST_ROWS, NOT_THERE, Looking, RefusedError, Table, UnseenError, alone, where
from source_afas.reading.order import is_empty, total_order
from source_afas.reading.settings import CHANGED_DAYS

SECOND = timedelta(seconds=1)

# What values look like


def ids_are_metainfos(looking: Looking) -> Finding:
    """Compare the names in rows with metainfo's fields."""
    rows = wrong = 0
    for table in looking.tables:
        expected = {field.id for field in table.described.fields}
        for row in table.first.raw_rows:
            rows += 1
            wrong += row.keys() != expected
    return found(
        not wrong,
        f"{rows} rows have just the fields of metainfo",
        f"{wrong} of {rows} rows have other names, or not all",
        rows=rows,
        unlike=wrong,
    )


def types_are_metainfos(looking: Looking) -> Finding:
    """Compare the JSON types of values with metainfo's data types."""
    seen: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for data_type, value in _raw_values(looking):
        if data_type in _TYPES:
            seen[data_type] += 1
            wrong[data_type] += not _TYPES[data_type](value)
    bad = {name: number for name, number in wrong.items() if number}
    return found(
        not bad,
        f"{seen.total()} values of {len(seen)} types",
        f"other JSON types for {', '.join(sorted(bad))}",
        **{f"{name}_values": number for name, number in seen.items()},
        **{f"{name}_otherwise": number for name, number in bad.items()},
    )


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "decimal": lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "blob": lambda value: isinstance(value, str),
}

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def times_have_one_form(looking: Looking) -> Finding:
    """Look how times are written, and whether times of change have seconds."""
    times = [str(value) for data_type, value in _raw_values(looking) if data_type == "date"]
    changes = {str(v) for table in looking.dated() for v in table.values(table.described.cursor_field)}
    other = sum(not _TIME.fullmatch(value) for value in times)
    if not times:
        return unseen("no times were seen")
    form = found(
        not other,
        f"{len(times)} times are written as expected",
        f"{other} of {len(times)} times are written otherwise",
        times=len(times),
        unlike=other,
    )
    with_seconds = sum(value[17:19] != "00" for value in changes)
    if len(changes) < 20:
        return together(form, unseen("few times of change were seen"))
    return together(
        form,
        found(
            with_seconds > 0,
            f"{with_seconds} of {len(changes)} times of change have seconds",
            f"none of {len(changes)} times of change has seconds",
            times_of_change=len(changes),
            with_seconds=with_seconds,
        ),
    )


def keys_are_unique(looking: Looking) -> Finding:
    """Look for keys that come twice."""
    keyed = [table for table in looking.tables if table.described.primary_key]
    if not keyed:
        return unseen("no key is known of the GetConnectors that were looked at")
    rows = sum(len(table.rows) for table in keyed)
    keys = sum(len({tuple(map(str, (r.get(f) for f in t.described.primary_key))) for r in t.rows}) for t in keyed)
    return found(
        rows == keys,
        f"{rows} rows of {len(keyed)} GetConnectors",
        f"{rows - keys} of {rows} rows repeat another row's key",
        rows=rows,
        repeated=rows - keys,
    )


def _raw_values(looking: Looking) -> Iterator[tuple[str, Any]]:
    for table in looking.tables:
        types = {field.id.casefold(): field.data_type for field in table.described.fields}
        for row in table.first.raw_rows:
            for name, value in row.items():
                if value is not None:
                    yield types.get(name.casefold(), ""), value


# What is empty


def empty_texts_are_null(looking: Looking) -> Finding:
    """Look for texts without characters."""
    texts_seen = [value for data_type, value in _raw_values(looking) if data_type == "string"]
    blank = sum(isinstance(value, str) and not value.strip() for value in texts_seen)
    null = sum(table.empties(name) for table in looking.tables for name in table.fields("string"))
    if not null and not blank:
        return unseen("no empty text was seen")
    return found(
        not blank,
        f"{null} empty texts are null",
        f'{blank} texts are "" or blank, {max(0, null - blank)} are null',
        null=max(0, null - blank),
        blank=blank,
    )


def empty_numbers_are_null(looking: Looking) -> Finding:
    """Ask for rows with an empty number, and with an empty time."""
    return together(*(_emptiness(looking, *types) for types in (("int", "decimal"), ("date",))))


_LIKE_EMPTY = (0, "1900-01-01T00:00:00")


def _emptiness(looking: Looking, *types: str) -> Finding:
    kind = {"int": "number", "date": "time"}[types[0]]
    choice = [
        (table.empties(name) > 0, table, name)
        for table in looking.smallest_first()
        for name in table.fields(*types)
        if table.empties(name) or set(_LIKE_EMPTY) & set(table.values(name))
    ]
    if not choice:
        return unseen(f"no empty {kind} was seen")
    _, table, name = max(choice, key=lambda each: each[0])
    rows = table.ask(((where(name, "is_empty").condition,),), take=5).rows
    if not rows:
        return unseen(f"no empty {kind} was seen")
    shown = sum(row.get(name) is not None for row in rows)
    return found(not shown, f"an empty {kind} is null", f"an empty {kind} is shown as one that is not")


def is_empty_finds_the_empty(looking: Looking) -> Finding:
    """Ask for rows in which a text is empty, and for those in which it is not, as AFAS's samples write it."""
    return together(*_filled(looking, Form(), 2))


def a_bare_element_will_do(looking: Looking) -> Finding:
    """Ask for the same with nothing beside the operator, as the first of two elements."""
    return together(*_filled(looking, Form("never", ""), 1))


def _filled(looking: Looking, form: Form, number: int) -> Iterator[Finding]:
    for table in looking.smallest_first():
        for name in table.fields("string"):
            other = where(table.order[0], "!=", NOT_THERE) if table.order[0] in table.fields("string") else None
            if other and table.values(name) and table.empties(name) and name != table.order[0]:
                for operator in ("is_empty", "is_not_empty")[:number]:
                    try:
                        right = table.brings([[where(name, operator), other]], form=form)
                    except RefusedError:
                        right = False
                    yield found(right, f"{operator} brings its rows", f"{operator} is refused, or brings other rows")
                return
    yield unseen("no text that is often empty was seen")


def empty_sorts_first(looking: Looking) -> Finding:
    """Sort by a text and by a time that are often empty."""
    return together(_first(looking, "string"), _first(looking, "date"))


def _first(looking: Looking, data_type: str) -> Finding:
    kind = {"string": "texts", "date": "times"}[data_type]
    for table in looking.smallest_first():
        for name in table.fields(data_type):
            number = min(table.empties(name), 10)
            if number and table.values(name):
                rows = table.ask(take=number, order=(name, *table.order)).rows
                right = sum(is_empty(row.get(name)) for row in rows)
                return found(right == number, f"empty {kind} come first", f"empty {kind} do not come first")
    return unseen(f"no empty {kind} were seen")


def less_finds_no_empty(looking: Looking) -> Finding:
    """Ask for times before another, in a field that is often empty."""
    for table in looking.smallest_first():
        for name in table.fields("date"):
            values = sorted(map(str, table.values(name)))
            if len(values) > 2 and table.empties(name):
                rows = table.ask(before(name, values[len(values) // 2][:19]), take=20, order=(name, *table.order)).rows
                empty = sum(is_empty(row.get(name)) for row in rows)
                return found(not empty, f"{len(rows)} rows, none of them empty", f"{empty} of {len(rows)} are empty")
    return unseen("no time that is often empty was seen")


# How values sort and compare


def texts_compare_as_they_sort(looking: Looking) -> Finding:
    """Sort by a text, and ask for what is before some of the texts that came."""
    table, name, rows = _sorted_texts(looking)
    values = [str(row[name]) for row in rows]
    borders = texts.borders(values)
    rules = texts.told(values, borders)
    if not rules:
        return unseen("no texts that would tell it were seen")
    wrong = 0
    for place in borders:
        expected = rows[:place]
        clause = ((where(name, "<", values[place]).condition,),)
        came = table.ask(clause, take=place + 10, order=(name, *table.order)).rows
        wrong += came != expected
    return found(
        not wrong,
        f"in {len(values)} texts, which would show {rules} of {len(texts.RULES) - 1} other rules",
        f"{wrong} of {len(borders)} comparisons do not agree with the order of {len(values)} texts",
        texts=len(values),
        rules_that_would_show=rules,
        comparisons=len(borders),
        unlike=wrong,
    )


def texts_sort_without_case(looking: Looking) -> Finding:
    """Look which rule a sorted page of texts follows, and ask for a text in other case."""
    return together(_rule(looking), _case(looking))


def _rule(looking: Looking) -> Finding:
    try:
        _, name, rows = _sorted_texts(looking)
    except RefusedError:
        return unseen("AFAS refuses to sort on a text")
    values = [str(row[name]) for row in rows if re.fullmatch(r"[A-Za-z0-9 ]+", str(row[name]))]
    fitting = [rule for rule, of in texts.RULES.items() if texts.is_sorted(values, of)]
    if "without case" not in fitting:
        return fails(f"{len(values)} texts are sorted by another rule: {', '.join(fitting) or 'none that is known'}")
    if len(fitting) == len(texts.RULES) or "binary" in fitting:
        return unseen("all rules sort the texts that were seen alike")
    return holds(f"{len(values)} texts are sorted so")


def _case(looking: Looking) -> Finding:
    for table in looking.smallest_first():
        for name in table.fields("string"):
            for value in alone(table.values(name)):
                other = str(value).swapcase()
                if other != value and other.swapcase() == value and value.isascii():
                    right = table.brings([[where(name, "=", other, _is(value))]])
                    return found(right, "case does not count in a filter", "case counts in a filter")
    return unseen("no text with letters was seen")


def _is(value: Any) -> Callable[[Any], bool]:
    return lambda found: bool(found == value)


def _sorted_texts(looking: Looking) -> tuple[Table, str, list[Row]]:
    """Return rows sorted on a text that is not empty, of the field whose texts tell the most rules apart."""
    fields = [(table, name) for table in looking.tables for name in table.fields("string") if table.values(name)]
    if not fields:
        raise UnseenError("no text was seen")
    table, name = max(fields, key=lambda each: texts.tell_apart(each[0].values(each[1]), each[0].is_whole))
    rows = table.ask(is_not_empty(name), take=MOST_ROWS, order=(name, *table.order)).rows
    return table, name, [row for row in rows if isinstance(row.get(name), str)]


def texts_are_compared_whole(looking: Looking) -> Finding:
    """Ask for some texts that were seen, long ones and short ones."""
    for table in looking.smallest_first():
        for name in sorted(table.fields("string"), key=lambda each: -len({str(v)[:6] for v in table.values(each)})):
            values = [value for value in alone(table.values(name)) if value == value.strip()]
            chosen = [*sorted(values, key=len)[-3:], *values[:3]]
            if len(values) >= 6:
                right = table.brings([[where(name, "=", value)] for value in dict.fromkeys(chosen)])
                return found(right, "texts are found by what is shown", "texts are not found by what is shown")
    return unseen("no texts that would tell it were seen")


def numbers_and_times_sort_as_such(looking: Looking) -> Finding:
    """Sort by a whole number, a decimal and a time of change, and ask for smaller numbers than one."""
    try:
        less = compares(looking, "<")
    except (RefusedError, UnseenError):
        less = unseen("no numbers that would tell it were seen")
    return together(*(_sorts(looking, kind) for kind in ("int", "decimal", "date")), less)


def _sorts(looking: Looking, kind: str) -> Finding:
    word = {"int": "whole numbers", "decimal": "decimals", "date": "times"}[kind]
    try:
        name, rows = sorted_on_times(looking)[1:] if kind == "date" else sorted_on_numbers(looking, kind)[1:]
    except UnseenError:
        return unseen(f"no {word} that would tell it were seen")
    except RefusedError:
        return unseen(f"AFAS refuses to sort on {word}")
    values: list[Any] = [row.get(name) for row in rows if row.get(name) is not None]
    right = values == sorted(values)
    return found(right, f"{len(values)} {word} are in order", f"{word} are not in order")


def compares(looking: Looking, operator: str) -> Finding:
    """Return whether AFAS compares whole numbers with one as an operator says; rows are sorted on the number."""
    table, name, rows = sorted_on_numbers(looking)
    values = sorted({row[name] for row in rows if row.get(name) is not None})
    value = next((v for v in values[1:-1] if v % 2 == 0 and v > 9), values[len(values) // 2])
    criterion = where(name, operator, value)
    expected = [row for row in rows if criterion.holds(row)]
    if not expected:
        return unseen(f"no numbers that would tell `{operator}` were seen")
    # Beyond the rows that are known others may come.
    take = min(len(expected) + (operator in ("<=", "<")), MOST_ROWS)
    try:
        right = table.ask(((criterion.condition,),), take=take, order=(name, *table.order)).rows == expected[:take]
    except RefusedError:
        right = False
    return found(right, f"`{operator}`", f"`{operator}` brings other rows, or is refused")


def sorted_on_numbers(looking: Looking, kind: str = "int") -> tuple[Table, str, list[Row]]:
    """Return rows sorted on a number that is longer in some rows than in others."""
    fields = [
        (len(set(table.values(name))), table, name)
        for table in looking.tables
        for name in table.fields(kind)
        if len({len(str(int(value))) for value in table.values(name)}) > 1 and not table.empties(name)
    ]
    if not fields:
        raise UnseenError("no numbers of several lengths were seen")
    _, table, name = max(fields, key=lambda each: each[0])
    return table, name, [*table.ask(take=MOST_ROWS, order=(name, *table.order)).rows]


def sorted_on_times(looking: Looking) -> tuple[Table, str, list[Row]]:
    """Return rows sorted on the time of their change."""
    for table in looking.dated():
        name = table.described.cursor_field
        rows = table.ask(is_not_empty(name), take=MOST_ROWS, order=(name, *table.order)).rows
        if len(rows) > 5:
            return table, name, [*rows]
    raise UnseenError("no GetConnector with times of change was seen")


def decimals_are_as_shown(looking: Looking) -> Finding:
    """Ask for decimals that were seen, and for what is more than one with a fraction."""
    table, name, values = _decimals(looking)
    chosen = values[:: max(1, len(values) // 4)][:4]
    by_value = found(
        table.brings([[where(name, "=", value)] for value in chosen]),
        "decimals are found by what is shown",
        "decimals are not found by what is shown",
    )
    return together(by_value, decimals_from_a_point_on(looking))


def decimals_from_a_point_on(looking: Looking) -> Finding:
    """Ask for decimals from one with a fraction on, which is none of those that were seen."""
    table, name, values = _decimals(looking)
    middle = Decimal(f"{(values[len(values) // 2 - 1] + values[len(values) // 2]) / 2:.4f}")
    right = table.brings([[where(name, ">=", middle)]])
    return found(right, "a decimal point is understood", "a decimal point is not understood")


def _decimals(looking: Looking) -> tuple[Table, str, list[Decimal]]:
    """Return the decimals with a fraction in a field, the smallest first."""
    for table in looking.smallest_first()[::-1]:
        for name in table.fields("decimal"):
            values = sorted({value for value in table.values(name) if value % 1})
            if len(values) > 3:
                return table, name, values
    raise UnseenError("no decimals that would tell it were seen")


# Order


def the_order_is_obeyed(looking: Looking) -> Finding:
    """Look at the order of all first rows, and of rows sorted on three fields that tie."""
    wrong = sum(not in_order(table.rows, table.order, table.described.data_type) for table in looking.tables)
    pages = found(
        not wrong,
        f"{len(looking.tables)} pages are in order",
        f"{wrong} of {len(looking.tables)} pages are not in order",
        pages=len(looking.tables),
        not_in_order=wrong,
    )
    return together(pages, _ties(looking), _texts_in_some_order(looking))


def _ties(looking: Looking) -> Finding:
    """Sort on fields of which the last counts only where the others tie."""
    for table in looking.tables:
        many = sorted(table.fields("int", "decimal", "date"), key=lambda each: len(set(table.values(each))))
        for first in range(len(many) - 2):
            a, b, c = many[first], many[first + 1], many[-1]
            distinct = [
                len({tuple(row.get(f) for f in fields) for row in table.rows}) for fields in ((a,), (a, b), (a, b, c))
            ]
            if 1 < distinct[0] < distinct[1] < distinct[2] - 5 and c not in (a, b):
                try:
                    rows = table.ask(take=MOST_ROWS, order=(a, b, c)).rows
                except RefusedError:
                    return unseen("AFAS refuses to sort on three fields")
                right = in_order(rows, (a, b, c), table.described.data_type)
                return found(right, "ties follow the next fields", "ties do not follow the next fields")
    return unseen("no fields that tie were seen")


def _texts_in_some_order(looking: Looking) -> Finding:
    try:
        _, name, rows = _sorted_texts(looking)
    except (RefusedError, UnseenError):
        return unseen("no sorted texts were seen")
    values = [plain(str(row[name])) for row in rows]
    groups = sum(1 for n, value in enumerate(values) if not n or value != values[n - 1])
    known = any(texts.is_sorted([str(row[name]) for row in rows], rule) for rule in texts.RULES.values())
    return found(
        known or groups == len(set(values)) < len(values),
        "texts are sorted",
        "texts are sorted by no rule that is known",
    )


def in_order(rows: Sequence[Row], fields: Sequence[str], data_type: Callable[[str], str | None]) -> bool:
    """Return whether rows stand in the order of some fields; of texts, whether equal ones stand together."""
    seen: set[tuple[Any, ...]] = set()
    for row, following in pairwise(rows):
        alike: tuple[Any, ...] = ()
        for field in fields:
            value, other = row.get(field), following.get(field)
            if data_type(field) not in ("int", "decimal", "date", "boolean"):
                value, other = plain(str(value or "")), plain(str(other or ""))
                if value != other:
                    seen.add((*alike, value))
                    if (*alike, other) in seen:
                        return False
                    break
            elif value != other:
                if value is not None and (other is None or value > other):
                    return False
                break
            alike = (*alike, value)
    return True


def every_type_sorts(looking: Looking) -> Finding:
    """Sort on a field of each type, and on as many as one request can name."""
    tried: dict[str, Callable[[], object]] = {
        "a text": lambda: _sorted_texts(looking),
        "a whole number": lambda: sorted_on_numbers(looking),
        "a decimal": lambda: sorted_on_numbers(looking, "decimal"),
        "a time": lambda: sorted_on_times(looking),
        "a boolean": lambda: _sorted_on(looking, "boolean"),
        "a memo": lambda: _sorted_on(looking, "blob"),
        "many fields": lambda: _sorted_on_many(looking),
    }
    words: dict[str, list[str]] = {"sorted": [], "refused": []}
    for word, sort in tried.items():
        try:
            sort()
            words["sorted"].append(word)
        except RefusedError:
            words["refused"].append(word)
        except UnseenError:
            continue
    if not words["sorted"] and not words["refused"]:
        return unseen("no field to sort on was seen")
    return found(
        not words["refused"], f"sorted on {', '.join(words['sorted'])}", f"refused: {', '.join(words['refused'])}"
    )


def _sorted_on(looking: Looking, data_type: str) -> None:
    for table in looking.smallest_first():
        if names := table.fields(data_type):
            table.ask(take=1, order=(names[0], *table.order[:1]))
            return
    raise UnseenError


def _sorted_on_many(looking: Looking) -> None:
    widest = max(looking.tables, key=lambda table: len(table.described.fields))
    widest.ask(take=1, order=total_order(widest.described).fields)


# Times


def filter_times_are_as_shown(looking: Looking) -> Finding:
    """Ask for what was changed from a second before a time on, in summer and in winter."""
    table, name, rows = sorted_on_times(looking)
    times = [_moment(row.get(name)) for row in rows]
    findings = []
    for season, summer in (("summer", True), ("winter", False)):
        if (place := _place(times, summer)) is None:
            findings.append(unseen(f"no time in {season} that would tell it was seen"))
            continue
        since = at_or_after(name, (times[place] - SECOND).isoformat())
        came = table.ask(since, take=3, order=(name, *table.order)).rows
        findings.append(found(came == rows[place : place + 3], f"in {season} they are", f"in {season} they are not"))
    return together(*findings)


def _place(times: Sequence[datetime], summer: bool) -> int | None:
    """Return the place of a time in a season that lies apart from the one before, within an hour or a day if it can."""
    places = [
        n
        for n in range(1, len(times) - 3)
        if times[n] - times[n - 1] > 3 * SECOND and bool(times[n].replace(tzinfo=AMSTERDAM).dst()) == summer
    ]
    within = [n for n in places if times[n] - times[n - 1] < timedelta(hours=1)]
    same_day = [n for n in places if times[n].date() == times[n - 1].date()]
    return next(iter([*within, *same_day, *places]), None)


def windows_meet(looking: Looking) -> Finding:
    """Ask for the second before some times, and for the second after: each row must be in one of the two."""
    neither, both, _, _, number = _halves(looking)
    return found(
        not neither and not both,
        f"{number} rows at a border were on one side of it",
        f"of {number} rows at a border {neither} were on no side of it, {both} on both",
        rows=number,
        on_no_side=neither,
        on_both_sides=both,
    )


def times_are_rounded(looking: Looking) -> Finding:
    """See on which side of a time the rows are that show it: stored fractions are below it or above."""
    neither, _, below, above, number = _halves(looking)
    if neither:
        return unseen("the rows at a border are not found")
    counts = {"rows": number, "below": below, "at_or_above": above}
    if not below:
        return unseen("stored in whole seconds, shown cut off, or compared as shown", **counts)
    return found(above > 0, "some are stored below the time shown", "all are stored below the time shown", **counts)


def _halves(looking: Looking) -> tuple[int, int, int, int, int]:
    """Return of rows at a border how many are on no side, on both, below, at it or above, and how many there are."""
    table, name, rows = sorted_on_times(looking)
    times = sorted({_moment(row.get(name)) for row in rows})
    apart = [
        moment
        for earlier, moment, later in zip(times, times[1:], times[2:], strict=False)
        if moment.second and moment - earlier > 3 * SECOND and later - moment > 3 * SECOND
    ]
    for number in range(8, 2, -1):
        chosen = apart[:: max(1, len(apart) // number)][:number]
        known = [row for row in rows if _moment(row.get(name)) in chosen]
        if len(chosen) < 3:
            break
        try:
            below, above = (
                table.ask(
                    tuple((_at(name, t + begin, ">="), _at(name, t + end, "<")) for t in chosen),
                    take=len(known) + 1,
                    order=(name, *table.order),
                    form=Form("always"),
                ).rows
                for begin, end in ((-SECOND, timedelta()), (timedelta(), SECOND))
            )
        except UnseenError:
            continue  # too long
        sides = [(row in below, row in above) for row in known]
        neither, both = sides.count((False, False)), sides.count((True, True))
        return neither, both, sides.count((True, False)), sides.count((False, True)), len(known)
    raise UnseenError("too few times of change were seen")


def _at(name: str, moment: datetime, operator: str) -> Condition:
    return Condition(name, OPERATORS[operator], moment.isoformat())


def times_are_amsterdams(looking: Looking) -> Finding:
    """Compare the newest changes with the Date header of AFAS's answers."""
    try:
        clock = parsedate_to_datetime(looking.counted.date)
    except ValueError:
        return unseen("AFAS's answers have no Date")
    clock = clock if clock.tzinfo else clock.replace(tzinfo=timezone.utc)
    now = clock.astimezone(AMSTERDAM).replace(tzinfo=None, microsecond=0)
    recent = later = 0
    for table in list(looking.dated())[:1]:
        name = table.described.cursor_field
        order = (name, *table.order)
        rows = table.ask(at_or_after(name, (now - timedelta(minutes=50)).isoformat()), take=20, order=order).rows
        times = [_moment(row.get(name)) for row in rows]
        recent += sum(moment <= now + timedelta(minutes=2) for moment in times)
        later += sum(moment > now + timedelta(minutes=2) for moment in times)
    if later:
        return fails(f"{later} changes are later than AFAS's own clock", later_than_now=later)
    if not recent:
        return unseen("nothing was changed in the last 50 minutes")
    return holds(f"{recent} changes of the last 50 minutes, none later than now", recent=recent)


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(value)[:19])
    except ValueError:
        raise UnseenError("times are written in another way") from None


# Booking days


def changed_days_are_kept(looking: Looking) -> Finding:
    """Look up the booking days of entries, and compare when they and the entries were changed."""
    days = next((table for table in looking.tables if table.name == CHANGED_DAYS), None)
    entries = next((table for table in looking.tables if table.name == "Profit_Transactions"), None)
    if not days or not entries:
        return unseen(f"it takes {CHANGED_DAYS} and Profit_Transactions")
    listed = {str(row.get("EntryDate"))[:10]: str(row.get("Modified")) for row in days.rows}
    last = max(listed) if listed and not days.is_whole else "9999"
    changed: dict[str, str] = {}
    for row in entries.rows:
        day, moment = str(row.get("EntryDate"))[:10], str(row.get("Modified"))
        if day <= last:
            changed[day] = max(changed.get(day, ""), moment)
    missing = [day for day in changed if day not in listed]
    early = [day for day, moment in changed.items() if day in listed and listed[day] < moment]
    if not changed:
        return unseen("no entries of the days that were seen")
    return together(
        found(
            not missing,
            f"{len(changed)} booking days of entries are listed",
            f"{len(missing)} of {len(changed)} booking days of entries are not listed",
            booking_days=len(changed),
            not_listed=len(missing),
        ),
        found(
            not early,
            "none was changed before its entries",
            f"{len(early)} of {len(changed)} were changed before an entry of theirs",
            changed_before_their_entries=len(early),
        ),
    )
