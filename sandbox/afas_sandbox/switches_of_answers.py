"""Switches: pages end elsewhere than the reference says, and answers are written in other ways."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from afas_sandbox.definition import Field, GetConnector
from afas_sandbox.errors import Answer, as_json, empty
from afas_sandbox.query import Query
from afas_sandbox.switch import Switch, of_type, some_rows, switch

MOST_ROWS = 5
MOST_CELLS = 30
"""So low that small tables show it."""


def _at_most(rows: Callable[[GetConnector], int]) -> Any:
    def query(asked: Query, get_connector: GetConnector) -> Query:
        return asked if asked.everything else replace(asked, take=min(asked.take, rows(get_connector)))

    return query


_FIVE = _at_most(lambda get_connector: MOST_ROWS)


def _no_head(head: dict[str, Any], rows: int) -> dict[str, Any]:
    return {}


def _take_says(says: Callable[[dict[str, Any], int], int]) -> Any:
    return lambda head, rows: {**head, "take": says(head, rows)}


def _when_full(rows: list[str], query: Query, given: list[str]) -> list[str]:
    return given if len(rows) == query.take > 1 else rows


def _first_of(text: str) -> int:
    """Return a number that belongs to a text, the same in every process."""
    return sum(text.encode())


def _instead_of_empty(body: bytes | None = None, status: int = 200) -> Any:
    """Answer otherwise where there is no row; None takes the rows out of the page."""

    def answer(given: Answer, rows: int, call: int) -> Answer:
        if rows or given.status != 200:
            return given
        if body is None:
            return replace(given, body=given.body.replace(b',"rows":[]', b""))
        return replace(given, status=status, body=body)

    return answer


def _rows_written(text: bytes) -> Any:
    def answer(given: Answer, rows: int, call: int) -> Answer:
        return given if rows else replace(given, body=given.body.replace(b'"rows":[]', b'"rows":' + text))

    return answer


def _more(text: bytes, when: Callable[[int, int], bool] = lambda rows, call: True) -> Any:
    """Write more behind the rows, for some numbers of rows and calls."""

    def answer(given: Answer, rows: int, call: int) -> Answer:
        return replace(given, body=given.body[:-1] + b"," + text + b"}") if when(rows, call) else given

    return answer


def _one_row_bare(given: Answer, rows: int, call: int) -> Answer:
    if rows != 1:
        return given
    return replace(given, body=re.sub(rb'"rows":\[(.*)\]\}$', rb'"rows":\1}', given.body, flags=re.DOTALL))


def _quoted(wanted: Callable[[Field], bool], change: str = "@") -> Any:
    """Show values as text; `@` stands for the SQL of the JSON."""
    return lambda sql, field: (
        f"if({field.column} IS NULL, 'null', '\"' || {change.replace('@', sql)} || '\"')" if wanted(field) else sql
    )


def _in_own_case(given: Mapping[str, str], get_connector: GetConnector) -> Mapping[str, str]:
    """Take ids in any case."""
    own = {each.upper(): each for each in get_connector.by_id}

    def cased(found: re.Match[str]) -> str:
        return own.get(found[0].upper(), found[0])

    lists = {name: re.sub(r"[^,;-][^,;]*", cased, text) for name, text in given.items()
             if name in ("filterfieldids", "orderbyfieldids")}  # fmt: skip
    if "filterjson" in given:
        by_json = re.sub(
            r'(?<="@FieldId":)"[^"]*"', lambda id_: json.dumps(own.get(id_[0][1:-1].upper())), given["filterjson"]
        )
        lists["filterjson"] = by_json
    return {**given, **lists}


def _lowered(found: re.Match[str]) -> str:
    return found[0].lower()


def _refused_by(status: int) -> dict[str, Any]:
    return {"refused": lambda answer: empty(status), "listed": lambda opened, closed: [*opened, *closed]}


_MESSAGE = b'"externalMessage":"De opdracht is afgebroken.","errorNumber":-2147180999'


OF_ANSWERS: tuple[Switch, ...] = (
    # 1
    switch(1, "short-pages", "a page has at most 5 rows; `take` says what was asked", query=_FIVE),
    switch(1, "short-pages-cap-echoed", "a page has at most 5 rows, and `take` says so",
           query=_FIVE, head=_take_says(lambda head, rows: min(head["take"], MOST_ROWS))),
    switch(1, "short-pages-rows-echoed", "a page has at most 5 rows; `take` says how many came",
           query=_FIVE, head=_take_says(lambda head, rows: rows)),
    switch(1, "short-pages-no-echo", "a page has at most 5 rows, and neither `skip` nor `take`",
           query=_FIVE, head=_no_head),
    switch(1, "short-pages-echo-zero", "a page has at most 5 rows; `take` is 0",
           query=_FIVE, head=_take_says(lambda head, rows: 0)),
    switch(1, "short-pages-by-cells", "a page has at most 30 cells (rows times fields)",
           query=_at_most(lambda get_connector: max(1, MOST_CELLS // len(get_connector.fields)))),
    switch(1, "pages-short-by-one", "a full page lacks its last row, which the next one has",
           rows=lambda rows, query, call: _when_full(rows, query, rows[:-1])),
    switch(1, "pages-short-at-random", "every other full page lacks its last two rows",
           rows=lambda rows, query, call: _when_full(rows, query, rows[:-2] if call % 2 else rows)),
    switch(1, "pages-without-a-middle-row", "a full page lacks a row in its middle, which no page has",
           rows=lambda rows, query, call: _when_full(rows, query, rows[:2] + rows[3:])),
    switch(1, "rights-after-paging", "rows that the user may not see are taken out of the page",
           visible=lambda visible, get_connector: f"{visible} AND NOT {some_rows(get_connector, 6)}"),
    switch(1, "filters-after-paging", "filters take rows out of the page",
           query=lambda query, get_connector: replace(query, late=True)),
    switch(1, "empty-page-now-and-then", "every fourth page is empty",
           rows=lambda rows, query, call: [] if call % 4 == 0 else rows),
    switch(1, "empty-page-twice", "two pages in eight are empty, one after the other",
           rows=lambda rows, query, call: [] if call % 8 in (6, 7) else rows),
    switch(1, "empty-page-for-some-rows", "one page in five is empty, however often it is asked for",
           rows=lambda rows, query, call: [] if rows and _first_of(rows[0]) % 5 == 0 else rows),
    switch(1, "one-row-more", "a page has one row more than was asked for",
           query=lambda query, _: query if query.everything else replace(query, take=query.take + 1)),
    switch(1, "one-row-for-many", "a page of more than 20 cells has one row",
           query=lambda query, get_connector: (
               replace(query, take=1) if query.take * len(get_connector.fields) > 20 else query)),
    # 8
    switch(8, "message-beside-rows", "a page of more than 3 rows breaks off with an `externalMessage`",
           rows=lambda rows, query, call: rows[: max(3, len(rows) // 2)], answer=_more(
               _MESSAGE, lambda rows, call: rows >= 3)),
    switch(8, "message-instead-of-rows", "every fifth page is empty, with an `externalMessage`",
           rows=lambda rows, query, call: [] if call % 5 == 0 else rows,
           answer=_more(_MESSAGE, lambda rows, call: call % 5 == 0)),
    switch(8, "empty-as-204", "an empty page is a 204", answer=_instead_of_empty(b"", 204)),
    switch(8, "empty-as-no-body", "an empty page is a 200 without a body", answer=_instead_of_empty(b"")),
    switch(8, "empty-as-list", "an empty page is `[]`", answer=_instead_of_empty(b"[]")),
    switch(8, "empty-as-object", "an empty page is `{}`", answer=_instead_of_empty(b"{}")),
    switch(8, "empty-rows-null", "the rows of an empty page are null", answer=_rows_written(b"null")),
    switch(8, "empty-rows-blank", 'the rows of an empty page are ""', answer=_rows_written(b'""')),
    switch(8, "empty-rows-missing", "an empty page has no `rows`", answer=_instead_of_empty()),
    switch(8, "one-row-bare", "a single row stands in no list", answer=_one_row_bare),
    switch(8, "take-echoes-rows", "`take` says how many rows came", head=_take_says(lambda head, rows: rows)),
    switch(8, "take-echoes-zero", "`take` is 0", head=_take_says(lambda head, rows: 0)),
    switch(8, "no-echo", "a page has neither `skip` nor `take`", head=_no_head),
    switch(8, "more-keys", "a page has more keys before its rows",
           head=lambda head, rows: {**head, "count": rows, "version": "9"}),
    switch(8, "ids-upper-in-metainfo", "metainfo has ids in upper case, rows have not",
           metainfo=lambda facts: {**facts, "id": facts["id"].upper()},
           parameters=lambda given, get_connector: _in_own_case(given, get_connector)),
    switch(8, "ids-lower-in-rows", "rows have ids in lower case, metainfo has not",
           rows=lambda rows, query, call: [re.sub(r'([{,])"([^"]+)":', _lowered, row) for row in rows]),
    switch(8, "ints-shown-as-text", "whole numbers are shown as text", shown=_quoted(of_type("int"))),
    switch(8, "ints-with-decimals", "whole numbers are shown as 5.0",
           shown=lambda sql, field: (
               f"if({field.column} IS NULL, 'null', {sql} || '.0')" if field.data_type == "int" else sql)),
    switch(8, "decimals-as-text", "decimals are shown as text", shown=_quoted(of_type("decimal"))),
    switch(8, "decimals-with-comma", "decimals are shown as text with a comma",
           shown=_quoted(of_type("decimal"), "replace(@, '.', ',')")),
    switch(8, "booleans-as-text", 'booleans are shown as "true"', shown=_quoted(of_type("boolean"))),
    switch(8, "booleans-as-numbers", "booleans are shown as 1 and 0",
           shown=lambda sql, field: (
               f"coalesce(CAST(CAST({field.column} AS INTEGER) AS VARCHAR), 'null')"
               if field.data_type == "boolean" else sql)),
    switch(8, "empty-fields-left-out", "rows leave out what is empty",
           rows=lambda rows, query, call: [re.sub(r'(?<=[{,])"[^"]+":null(,|(?=\}))', "", row).replace(",}", "}")
                                           for row in rows]),
    switch(8, "byte-order-mark", "an answer begins with a byte order mark",
           answer=lambda given, rows, call: replace(given, body=b"\xef\xbb\xbf" + given.body)),
    # 9
    *(switch(9, f"closed-as-{status}", f"metainfo lists what is closed, and asking for it brings a {status} without "
             "a word", **_refused_by(status)) for status in (400, 401, 403, 404, 500)),
    switch(9, "closed-as-no-rows", "metainfo lists what is closed, and asking for it brings no fields and no rows",
           refused=lambda answer: Answer(200, as_json({"skip": 0, "take": 100, "rows": []}), answer.headers),
           listed=lambda opened, closed: [*opened, *closed]),
    switch(9, "closed-in-other-words", "metainfo lists what is closed, and asking for it brings words not known",
           refused=lambda answer: replace(
               answer, body=as_json({"externalMessage": "Kein Zugriff.", "errorNumber": -1})),
           listed=lambda opened, closed: [*opened, *closed]),
)  # fmt: skip
"""Kinds 1, 8 and 9."""
