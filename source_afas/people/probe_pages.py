"""Probes of pages and answers: `skip` and `take`, what stands in a page, how AFAS refuses."""

from typing import Any

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.errors import NotServed
from source_afas.people.finding import Finding, fails, found, holds, together, unseen
from source_afas.people.looking import NOT_THERE, Looking, RefusedError, Seen, Table, UnseenError

PARTS = ((7, 20), (27, 10), (37, 10))
"""Where pages begin that are compared with the first rows, and how many rows they have."""


def short_page_is_the_end(looking: Looking) -> Finding:
    """Ask for what comes after the end of pages with fewer rows than were asked for."""
    short = _short(looking)
    if not short:
        return unseen("all GetConnectors that were looked at have more rows than a page")
    wrong = sum(bool(table.ask(skip=len(table.rows), take=2).rows) for table in short)
    return found(
        not wrong,
        "nothing came after a short page",
        "rows came after a short page",
    )


def _short(looking: Looking) -> list[Table]:
    """Return the largest table whose first page was a short one."""
    return [table for table in looking.smallest_first() if table.is_whole][-1:]


def pages_hold_all_rows(looking: Looking) -> Finding:
    """Compare pages with the same rows of a larger page."""
    table, parts = _parts(looking)
    right = sum(seen.rows == table.rows[skip : skip + take] for (skip, take), seen in parts)
    empty = sum(not seen.rows for _, seen in parts)
    return found(
        right == len(parts),
        f"{right} pages held what a larger page did",
        f"{len(parts) - right} of {len(parts)} pages held other rows than a larger page did; {empty} had none",
        pages=len(parts),
        as_expected=right,
        empty=empty,
    )


def skip_and_take_are_obeyed(looking: Looking) -> Finding:
    """Look where pages begin, and whether any had more rows than were asked for."""
    many = looking.too_many
    taken = found(not many, "", f"{many} pages had more rows than were asked for", pages_with_too_many_rows=many)
    try:
        table, parts = _parts(looking)
    except RefusedError:
        return fails("AFAS refuses `skip`")
    right = sum(seen.rows[:1] in ([], [table.rows[skip]]) for (skip, _), seen in parts)
    skipped = found(
        right == len(parts),
        f"{right} pages began where they should",
        f"{len(parts) - right} of {len(parts)} pages began elsewhere",
        pages=len(parts),
        begun_elsewhere=len(parts) - right,
    )
    return together(skipped, taken)


def _parts(looking: Looking) -> tuple[Table, list[tuple[tuple[int, int], Seen]]]:
    """Return a table and pages of it. The table is the largest, without regard to whether it is whole."""
    table = max(looking.tables, key=lambda each: len(each.rows))
    parts = [(skip, take) for skip, take in PARTS if skip + take < len(table.rows)]
    if not parts:
        raise UnseenError("no GetConnector has enough rows")
    return table, [((skip, take), table.ask(skip=skip, take=take)) for skip, take in parts]


def a_page_has_three_parts(looking: Looking) -> Finding:
    """Look at what stands beside the rows in all answers so far, and in what the rows stand."""
    more, fewer = looking.parts - {"skip", "take", "rows"}, {"skip", "take", "rows"} - looking.parts
    wrong = [
        *([f"{looking.words} held a message beside rows"] if looking.words else []),
        *(["some have parts that are new"] if more and not looking.words else []),
        *([f"they lack {' and '.join(sorted(fewer))}"] if fewer else []),
        *(["a single row stands in no list"] if looking.bare else []),
        *([] if looking.beginnings <= {b"{", b"[", b""} else ["some begin with a byte order mark"]),
    ]
    return found(
        not wrong,
        f"{looking.pages} answers are as expected",
        f"of {looking.pages} answers: {'; '.join(wrong)}",
        answers=looking.pages,
        answers_with_words=looking.words,
    )


def an_empty_page_has_an_empty_list(looking: Looking) -> Finding:
    """Ask for rows beyond the end."""
    if not (short := _short(looking)):
        return unseen("no GetConnector is small enough")
    try:
        seen = short[0].ask(skip=len(short[0].rows), take=2)
    except RefusedError:
        return fails("AFAS refuses to skip beyond the end")
    if isinstance(seen.raw, dict) and seen.raw.get("rows") == []:
        return holds("`rows` is an empty list")
    if seen.rows:
        return unseen("rows came beyond the end")
    taken = "the source takes that for an empty page" if seen.is_page else "the source takes that for no page"
    return fails(f"it comes as {_form(seen.raw)}; {taken}")


def _form(raw: Any) -> str:
    if raw is None:
        return "an answer without a body"
    if not isinstance(raw, dict):
        return "a list" if isinstance(raw, list) else "something else"
    return "an object without `rows`" if "rows" not in raw else "`rows` that are no list"


def skip_and_take_are_echoed(looking: Looking) -> Finding:
    """Compare `skip` and `take` in all answers so far with the requests."""
    right = sum(echoed for echoed, _ in looking.echoes)
    wrong = len(looking.echoes) - right
    return found(
        not wrong,
        f"{right} answers repeated both",
        f"{wrong} of {len(looking.echoes)} answers said something else",
        answers=len(looking.echoes),
        unlike=wrong,
    )


def refusals_say_why(looking: Looking) -> Finding:
    """Ask for a GetConnector and for a field that are not there."""
    return together(_of_a_get_connector(looking), _of_a_field(looking))


def _of_a_get_connector(looking: Looking) -> Finding:
    parameters = {"skip": 0, "take": 1, "orderbyfieldids": NOT_THERE}
    try:
        looking.get("connectors", NOT_THERE, read=bytes, **parameters)
    except NotServed:
        status = looking.counted.status
        return found(
            status == requests.codes.server_error,
            "a GetConnector that is not open is refused in known words",
            f"a GetConnector that is not open is refused with status {status}",
            status=status,
        )
    except (RefusedError, AirbyteTracedException):
        status = looking.counted.status
        return fails(f"a GetConnector that is not open is refused with status {status}, not in known words")
    return fails("a GetConnector that is not open is answered with rows, or with none")


def _of_a_field(looking: Looking) -> Finding:
    try:
        looking.tables[0].ask(take=1, order=[NOT_THERE])
    except RefusedError as refused:
        error = refused.__cause__
        named = isinstance(error, AirbyteTracedException) and error.failure_type is FailureType.config_error
        return found(
            named,
            "a field that is not there is refused in known words",
            "a field that is not there is refused in others",
        )
    return fails("a field that is not there is overlooked")
