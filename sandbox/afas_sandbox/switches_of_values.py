"""Switches: values are stored, compared, sorted or shown by other rules than the reference says."""

# ruff: noqa: S608 - names come from definitions, values travel as parameters

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from afas_sandbox.clause import Clause
from afas_sandbox.clock import AMSTERDAM
from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.query import Condition
from afas_sandbox.switch import Switch, each_condition, is_text, of_type, some_rows, switch

Rule = Callable[[str], str]
"""From the SQL of a value, which may stand in it once, to what it is compared or sorted by."""


# Rules of sorting and comparing


def _lower(sql: str) -> str:
    return f"lower({sql})"


def _natural(sql: str) -> str:
    """Fill numbers within a text up to ten digits."""
    padded = f"regexp_replace({_lower(sql)}, '(\\d+)', '0000000000\\1', 'g')"
    return f"regexp_replace({padded}, '\\d*(\\d{{10}})', '\\1', 'g')"


def _accents_away(sql: str) -> str:
    return f"strip_accents({_lower(sql)})"


def _letters_and_digits(sql: str) -> str:
    return f"regexp_replace({_lower(sql)}, '[^\\pL\\d]', '', 'g')"


def _hyphens_away(sql: str) -> str:
    return f"replace({_lower(sql)}, '-', '')"


def _digits_last(sql: str) -> str:
    return f"translate({_lower(sql)}, '0123456789', '｀ａｂｃｄｅｆｇｈｉ')"


def _first_characters(sql: str) -> str:
    return f"left({_lower(sql)}, 4)"


def _by_length(sql: str) -> str:
    return f"(lpad(CAST(length({sql}) AS VARCHAR), 4, '0') || {_lower(sql)})"


def _whole_number(sql: str) -> str:
    """Fill a text of nothing but digits up to twenty."""
    padded = f"regexp_replace({_lower(sql)}, '^(\\d+)$', '00000000000000000000\\1')"
    return f"regexp_replace({padded}, '^\\d*(\\d{{20}})$', '\\1')"


def _as_text(sql: str) -> str:
    return f"CAST({sql} AS VARCHAR)"


def _binary(sql: str) -> str:
    return f"({sql} || '')"


def _to_the_day(sql: str) -> str:
    return f"date_trunc('day', CAST({sql} AS TIMESTAMP))"


def _rounded(sql: str) -> str:
    return f"date_trunc('second', CAST({sql} AS TIMESTAMP) + INTERVAL 500 MILLISECOND)"


def _sort(rule: Rule, wanted: Callable[[Field], bool] = is_text) -> Any:
    return lambda sql, field: rule(sql) if wanted(field) else sql


def _compare(rule: Rule, wanted: Callable[[Field], bool] = is_text) -> Any:
    return lambda sql, condition: rule(sql) if wanted(condition.field) else sql


def _compare_stored(rule: Rule, wanted: Callable[[Field], bool], *operators: int) -> Any:
    """Apply a rule to the stored value alone."""
    return lambda sql, condition: (
        rule(sql) if wanted(condition.field) and "?" not in sql and condition.operator in operators else sql
    )


def _empty_last(wanted: Callable[[Field], bool]) -> Any:
    swapped = {"ASC NULLS FIRST": "ASC NULLS LAST", "DESC NULLS LAST": "DESC NULLS FIRST"}
    return lambda direction, field: swapped.get(direction, direction) if wanted(field) else direction


def _downwards(direction: str, field: Field) -> str:
    return "DESC NULLS LAST" if direction.startswith("ASC") else "ASC NULLS FIRST"


# Null and ''


def _shown_where_null(text: str, wanted: Callable[[Field], bool]) -> Any:
    return lambda sql, field: f"if({field.column} IS NULL, '{text}', {sql})" if wanted(field) else sql


def _blank_stored(one_in: int) -> Any:
    def stored(sql: str, field: Field, get_connector: GetConnector) -> str:
        if not is_text(field):
            return sql
        return f"CASE WHEN {sql} IS NULL AND {some_rows(get_connector, one_in)} THEN '' ELSE {sql} END"

    return stored


def _emptiness(empty: str) -> Callable[[Clause, Condition], Clause]:
    """Have operators 8 and 9 look for something else in texts; `@` stands for the column."""

    def condition_sql(clause: Clause, condition: Condition) -> Clause:
        if condition.operator not in (8, 9) or not is_text(condition.field):
            return clause
        return f"{'NOT ' if condition.operator == 9 else ''}({empty.replace('@', condition.field.column)})", []

    return condition_sql


def _less_finds_empty(clause: Clause, condition: Condition) -> Clause:
    text, values = clause
    return (f"({text} OR {condition.field.column} IS NULL)", values) if condition.operator in (3, 5) else clause


# Times


def _shown_time(sql_of: str) -> Any:
    """Show times in another way; `@` stands for the column."""
    return lambda sql, field: (
        f"coalesce('\"' || {sql_of.replace('@', field.column)} || '\"', 'null')" if field.data_type == "date" else sql
    )


def _strftime(form: str, sql: str = "@ + INTERVAL 500 MILLISECOND") -> Any:
    return _shown_time(f"strftime({sql}, '{form}')")


_SUMMER = "month(@) BETWEEN 4 AND 10"
"""When Amsterdam is two hours ahead; that the clock changes at a month's last Sunday makes no difference here."""


def _asked_time(change: Callable[[datetime], datetime]) -> Any:
    """Take the times in filters for others."""

    def changed(condition: Condition) -> Condition:
        if condition.field.data_type != "date":
            return condition
        try:
            return replace(condition, value=change(datetime.fromisoformat(condition.value)).isoformat())
        except (ValueError, OverflowError):
            return condition

    return each_condition(changed)


def _from_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc).astimezone(AMSTERDAM).replace(tzinfo=None)


def _from_winter(moment: datetime) -> datetime:
    return moment + (moment.replace(tzinfo=AMSTERDAM).dst() or timedelta())


def _fractions_away(given: Any, _: GetConnector) -> Any:
    """Accept fractions of a second in filters."""
    cut = {name: re.sub(r"(T\d\d:\d\d:\d\d)\.\d+", r"\1", given[name])
           for name in ("filtervalues", "filterjson") if name in given}  # fmt: skip
    return {**given, **cut}


# Keys that are none


def _finer(sql: str, field: Field, get_connector: GetConnector) -> str:
    """Have decimals three digits more than they show, above the shown value or below."""
    if field.data_type != "decimal" or field.decimals > 8:
        return sql
    finer = f"DECIMAL(36, {field.decimals + 3})"
    digits = f"CAST(hash({', '.join(get_connector.identity) or '1'}) % 800 AS INTEGER) - 400"
    return f"(CAST({sql} AS {finer}) + CAST(({digits}) / 1{'0' * (field.decimals + 3)} AS {finer}))"


def _shown_rounded(sql: str, field: Field) -> str:
    if field.data_type != "decimal":
        return sql
    return f"coalesce(CAST(CAST({field.column} AS DECIMAL(30, {field.decimals})) AS VARCHAR), 'null')"


def _twins(of: str) -> Any:
    """Have rows twice, the second time with another text in the last text field; `@` stands for the identity."""

    def source(sql: str, get_connector: GetConnector, now: datetime) -> str:
        texts = [field.column for field in get_connector.fields if is_text(field)]
        if not texts or not get_connector.identity:
            return sql
        # Rows have their order in a table of one's own; the twin needs an identity of its own.
        unique = get_connector.identity[-1]
        own = f", {unique} + 1000000000 AS {unique}" if get_connector.own_table else ""
        twin = f"SELECT * REPLACE ({texts[-1]} || ' (2)' AS {texts[-1]}{own}) FROM {sql}"
        return f"(FROM {sql} UNION ALL ({twin} {of.replace('@', ', '.join(get_connector.identity))}))"

    return source


# Changed booking days


def _of_changed_days(select: str) -> Any:
    """Change what the lists of changed booking days hold; `@` stands for their rows, `:now` for the time."""

    def source(sql: str, get_connector: GetConnector, now: datetime) -> str:
        if "changedentrydate" not in get_connector.id.lower():
            return sql
        return "(" + select.replace("@", sql).replace(":now", f"TIMESTAMP '{now.isoformat()}'") + ")"

    return source


def _both(rule: Rule, wanted: Callable[[Field], bool] = is_text) -> dict[str, Any]:
    return {"sorted": _sort(rule, wanted), "compared": _compare(rule, wanted)}


_INT, _DECIMAL, _DATE, _BOOLEAN = (of_type(name) for name in ("int", "decimal", "date", "boolean"))


OF_VALUES: tuple[Switch, ...] = (
    # 2
    switch(2, "empty-text-shown-blank", 'an empty text is shown as ""', shown=_shown_where_null('""', is_text)),
    switch(2, "empty-text-shown-blank-last", 'an empty text is shown as "", and sorted last',
           shown=_shown_where_null('""', is_text), direction=_empty_last(is_text)),
    switch(2, "empty-text-shown-as-space", 'an empty text is shown as " "', shown=_shown_where_null('" "', is_text)),
    switch(2, "empty-text-stored-blank", "an empty text is '' and not null; operator 8 does not find it",
           stored=_blank_stored(1)),
    switch(2, "null-and-blank", "of empty texts half are null and half '', which operator 8 finds both",
           stored=_blank_stored(2), condition=_emptiness("@ IS NULL OR @ = ''")),
    switch(2, "null-and-blank-null-found", "of empty texts half are null and half ''; operator 8 finds null alone",
           stored=_blank_stored(2)),
    switch(2, "null-and-blank-blank-found", "of empty texts half are null and half ''; operator 8 finds '' alone",
           stored=_blank_stored(2), condition=_emptiness("@ IS NOT DISTINCT FROM ''")),
    switch(2, "null-and-blank-as-one", "of empty texts half are null and half ''; both are sorted first, side by side",
           stored=_blank_stored(2), condition=_emptiness("@ IS NULL OR @ = ''"), sorted=_sort(
               lambda sql: f"coalesce({_lower(sql)}, '')")),
    switch(2, "empty-last", "empty values are sorted last", direction=_empty_last(lambda field: True)),
    switch(2, "empty-text-last", "empty texts are sorted last", direction=_empty_last(is_text)),
    switch(2, "empty-date-last", "empty dates are sorted last", direction=_empty_last(_DATE)),
    switch(2, "empty-number-shown-zero", "an empty number is shown as 0",
           shown=_shown_where_null("0", of_type("int", "decimal"))),
    switch(2, "empty-date-shown-1900", "an empty date is shown as 1 January 1900",
           shown=_shown_where_null('"1900-01-01T00:00:00Z"', _DATE)),
    switch(2, "empty-boolean-shown-false", "an empty boolean is shown as false",
           shown=_shown_where_null("false", _BOOLEAN)),
    switch(2, "less-finds-empty", "`<` and `<=` find empty values", condition=_less_finds_empty),
    # 3
    switch(3, "binary", "texts sort and compare by code point", **_both(_binary)),
    switch(3, "sort-binary", "texts sort by code point, but compare without case", sorted=_sort(_binary)),
    switch(3, "compare-binary", "texts compare by code point, but sort without case", compared=_compare(_binary)),
    switch(3, "natural", "texts sort and compare with numbers as such: Item2 before Item10", **_both(_natural)),
    switch(3, "sort-natural", "texts sort with numbers as such: Item2 before Item10", sorted=_sort(_natural)),
    switch(3, "compare-natural", "texts compare with numbers as such", compared=_compare(_natural)),
    switch(3, "sort-text-as-numbers", "texts of digits sort as numbers", sorted=_sort(_whole_number)),
    switch(3, "compare-text-as-numbers", "texts of digits compare as numbers", compared=_compare(_whole_number)),
    switch(3, "ints-as-text", "whole numbers sort and compare as text", **_both(_as_text, _INT)),
    switch(3, "sort-ints-as-text", "whole numbers sort as text", sorted=_sort(_as_text, _INT)),
    switch(3, "compare-ints-as-text", "whole numbers compare as text", compared=_compare(_as_text, _INT)),
    switch(3, "sort-decimals-as-text", "decimals sort as text", sorted=_sort(_as_text, _DECIMAL)),
    switch(3, "sort-dates-by-day", "times sort by their day", sorted=_sort(_to_the_day, _DATE)),
    switch(3, "trailing-blanks-trimmed", "some texts end in a blank, which is compared but not shown",
           stored=lambda sql, field, get_connector: (
               f"CASE WHEN {some_rows(get_connector, 3)} THEN {sql} || ' ' ELSE {sql} END" if is_text(field) else sql),
           shown=lambda sql, field: (
               f"coalesce(CAST(to_json(rtrim({field.column})) AS VARCHAR), 'null')" if is_text(field) else sql)),
    switch(3, "accents-overlooked", "accents count neither in sorting nor in comparing", **_both(_accents_away)),
    switch(3, "sort-without-accents", "accents do not count in sorting", sorted=_sort(_accents_away)),
    switch(3, "compare-without-accents", "accents do not count in comparing", compared=_compare(_accents_away)),
    switch(3, "sort-downwards", "rows are sorted downwards", direction=_downwards),
    switch(3, "sort-without-hyphens", "`-` does not count in sorting", sorted=_sort(_hyphens_away)),
    switch(3, "compare-letters-and-digits", "only letters and digits count in comparing",
           compared=_compare(_letters_and_digits)),
    switch(3, "sort-digits-last", "digits are sorted after letters", sorted=_sort(_digits_last)),
    switch(3, "digits-last", "digits sort and compare after letters", **_both(_digits_last)),
    switch(3, "sort-first-characters", "texts sort by their first 4 characters", sorted=_sort(_first_characters)),
    switch(3, "compare-first-characters", "texts compare by their first 4 characters",
           compared=_compare(_first_characters)),
    switch(3, "sort-by-length", "texts sort by length first", sorted=_sort(_by_length)),
    # 5
    switch(5, "compared-to-the-minute", "times compare to the minute",
           compared=_compare(lambda sql: f"date_trunc('minute', CAST({sql} AS TIMESTAMP))", _DATE)),
    switch(5, "compared-to-the-day", "times compare by their day", compared=_compare(_to_the_day, _DATE)),
    switch(5, "compared-as-shown", "times compare rounded to the second, as they are shown",
           compared=_compare(_rounded, _DATE)),
    switch(5, "before-as-shown", "`<` compares times as shown, `>=` as stored: between them rows are lost",
           compared=_compare_stored(_rounded, _DATE, 5)),
    switch(5, "at-or-after-as-shown", "`>=` compares times as shown, `<` as stored: rows are on both sides",
           compared=_compare_stored(_rounded, _DATE, 2)),
    switch(5, "asked-times-in-utc", "times in filters are taken for UTC", query=_asked_time(_from_utc)),
    switch(5, "asked-times-in-winter", "times in filters are taken for winter time", query=_asked_time(_from_winter)),
    switch(5, "asked-times-cut-to-day", "of times in filters the day counts",
           query=_asked_time(lambda moment: moment.replace(hour=0, minute=0, second=0))),
    switch(5, "shown-with-milliseconds", "times are shown with milliseconds, which filters do not take",
           shown=_strftime("%Y-%m-%dT%H:%M:%S.%gZ", "@")),
    switch(5, "milliseconds-everywhere", "times are shown with milliseconds, which filters take and cut off",
           shown=_strftime("%Y-%m-%dT%H:%M:%S.%gZ", "@"), parameters=_fractions_away),
    switch(5, "shown-with-offset", "times are shown with +01:00 or +02:00",
           shown=_shown_time("(strftime(@ + INTERVAL 500 MILLISECOND, '%Y-%m-%dT%H:%M:%S') || "
                             f"if({_SUMMER}, '+02:00', '+01:00'))")),
    switch(5, "shown-without-z", "times are shown without a Z", shown=_strftime("%Y-%m-%dT%H:%M:%S")),
    switch(5, "shown-in-utc", "times are shown in UTC, filters are in Amsterdam's",
           shown=_strftime("%Y-%m-%dT%H:%M:%SZ",
                           f"@ + INTERVAL 500 MILLISECOND - INTERVAL 1 HOUR * if({_SUMMER}, 2, 1)")),
    switch(5, "shown-cut-off", "times are shown cut off to the second, not rounded",
           shown=_strftime("%Y-%m-%dT%H:%M:%SZ", "@")),
    switch(5, "shown-to-the-minute", "times are shown to the minute", shown=_strftime("%Y-%m-%dT%H:%M:00Z", "@")),
    switch(5, "shown-to-the-day", "times are shown as a day", shown=_strftime("%Y-%m-%d", "@")),
    switch(5, "shown-with-space", "times are shown with a blank and no T", shown=_strftime("%Y-%m-%d %H:%M:%S")),
    switch(5, "shown-in-dutch", "times are shown as 31-01-2026 09:00:00", shown=_strftime("%d-%m-%Y %H:%M:%S")),
    # 10
    switch(10, "last-row-twice", "the last row has a twin, different in one text", source=_twins(
        "ORDER BY @ DESC LIMIT 1")),
    switch(10, "some-rows-twice", "one row in 16 has a twin, different in one text", source=_twins(
        "WHERE hash(@) % 16 = 0")),
    switch(10, "decimals-finer", "decimals are stored finer than they are shown", stored=_finer, shown=_shown_rounded),
    switch(10, "texts-cut", "texts are shown cut after 6 characters",
           shown=lambda sql, field: (
               f"coalesce(CAST(to_json(left({field.column}, 6)) AS VARCHAR), 'null')" if is_text(field) else sql)),
    # 11
    switch(11, "changed-days-kept-a-day", "a changed booking day is listed for a day",
           source=_of_changed_days("SELECT * FROM @ WHERE Modified >= :now - INTERVAL 1 DAY")),
    switch(11, "changed-days-newest-3", "the 3 booking days that were changed last are listed",
           source=_of_changed_days("SELECT * FROM @ ORDER BY Modified DESC, EntryDate LIMIT 3")),
    switch(11, "changed-days-an-hour-late", "a changed booking day is listed an hour after the change",
           source=_of_changed_days("SELECT * FROM @ WHERE Modified <= :now - INTERVAL 1 HOUR")),
    switch(11, "changed-days-in-utc", "changes of booking days are in UTC, two hours behind",
           source=_of_changed_days("SELECT * REPLACE (Modified - INTERVAL 2 HOUR AS Modified) FROM @")),
    switch(11, "changed-days-to-the-day", "changes of booking days have no time of day",
           source=_of_changed_days("SELECT * REPLACE (date_trunc('day', Modified) AS Modified) FROM @")),
    switch(11, "changed-days-without-deletions", "a booking day is not listed when an entry was deleted",
           touched=lambda touched, what: touched and what != "deleted"),
    switch(11, "changed-days-without-moves", "the day that an entry was moved away from is not listed",
           touched=lambda touched, what: touched and what != "moved"),
)  # fmt: skip
"""Kinds 2, 3, 5, 10 and 11."""
