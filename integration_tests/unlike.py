"""What the source makes of an AFAS unlike the reference: every switch of the sandbox, read in every way.

    python -m integration_tests.unlike                        all switches, as a table
    python -m integration_tests.unlike short-pages natural -v   these, with what was said and which rows are wrong
    python -m integration_tests.unlike --kind 5 -v

A switch is on from the first request. After each sync, what a destination would hold is compared with what AFAS has, as
this AFAS shows it.
"""

import argparse
import json
import logging
import multiprocessing
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from afas_sandbox import Sandbox
from afas_sandbox.page import _row_as_json
from afas_sandbox.shown import PROFIT_7
from afas_sandbox.unlike import SWITCHES
from integration_tests.in_process import Reader, acting_between_requests, sandbox_of_small_slices
from integration_tests.unlike_tables import ARTICLES, CODED, HOURS, RATES, Row, Table
from source_afas import SourceAfas

MOST_REQUESTS = 600
MOST_SECONDS = 20
"""Of this process's own time, which a busy machine does not lengthen. Beyond either, a sync is stuck."""

PAGE_SIZE = 7

RIGHT, WARNED, LOUD, MISTYPED, SILENT, STUCK, BROKEN = WORDS = (
    "right", "warned", "loud", "MISTYPED", "SILENT", "STUCK", "BROKEN"
)  # fmt: skip
"""What may come of it, the best first. Right: every row, no warning. Warned: a warning in the sync that was wrong, or
a warning though all is right. Loud: an error, and the next sync on a good AFAS makes it complete. Mistyped: every row,
but values or names that are not the schema's. Broken: this harness."""

REFERENCE = "(reference)"
"""The sandbox as the reference says."""


@dataclass
class Finding:
    """What came of one switch in one scenario."""

    word: str = RIGHT
    why: str = ""
    requests: int = 0
    details: list[str] = field(default_factory=list)


class StuckError(Exception):
    """Too many requests, or too long."""


class NotRightError(Exception):
    """Says how a scenario ended, when it is not right."""

    def __init__(self, word: str, why: str) -> None:
        super().__init__(why)
        self.word = word


# Values and rows, as they are compared


def same(value: Any) -> Any:
    """Return a value as it is compared: empty is empty in every form, numbers and times are what they mean."""
    if value is None or value == "" or value == " ":
        return None
    if isinstance(value, bool):
        return str(int(value))
    text = str(value).rstrip()
    if text.lower() in ("true", "false"):
        return str(int(text.lower() == "true"))
    if moment := re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", text):
        return f"{moment[1]} {moment[2] or '00:00:00'}"
    if moment := re.fullmatch(r"(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d)", text):
        return f"{moment[3]}-{moment[2]}-{moment[1]} {moment[4]}"
    if re.fullmatch(r"-?\d+([.,]\d+)?", text) and not re.fullmatch(r"0\d+", text):
        return format(Decimal(text.replace(",", ".")).normalize(), "f")
    return text


def same_row(row: Mapping[str, Any], fields: Sequence[str] = ()) -> str:
    """Return a row as it is compared, some fields or all, without the marks of a tracked stream."""
    wanted = {name.lower() for name in fields or row if not name.startswith(("_ab_", "_afas_"))}
    values = {name.lower(): same(value) for name, value in row.items() if name.lower() in wanted}
    return json.dumps({name: value for name, value in sorted(values.items()) if value is not None}, ensure_ascii=False)


def mistyped(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> list[str]:
    """Return what in rows is not of the schema: names and values."""
    found = {}
    for row in rows:
        if row.get("_ab_cdc_deleted_at"):
            continue
        for name, value in row.items():
            if name.startswith(("_ab_", "_afas_")) or value is None:
                continue
            if name not in types or not _is_of(types[name], value):
                found[name] = f"{name}: {value!r} is no {types.get(name, 'field')}"
    return list(found.values())


def _is_of(data_type: str, value: Any) -> bool:
    if data_type == "int":
        return type(value) is int
    if data_type == "decimal":
        return type(value) in (int, float, Decimal)
    if data_type == "boolean":
        return type(value) is bool
    if data_type == "date":
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", str(value)))
    return isinstance(value, str)


class Landed:
    """What a destination holds: by key where there is one, the latest version of a row; else every row."""

    def __init__(self, key: Sequence[str]) -> None:
        self._key = [name.lower() for name in key]
        self._rows: dict[str, Row] = {}

    def apply(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Land rows, and delete those that are said to be gone."""
        for number, row in enumerate(rows):
            by_name = {name.lower(): value for name, value in row.items()}
            key = json.dumps([same(by_name.get(name)) for name in self._key]) if self._key else str(number)
            if row.get("_ab_cdc_deleted_at"):
                self._rows.pop(key, None)
            else:
                self._rows[key] = dict(row)

    @property
    def rows(self) -> list[Row]:
        """The rows."""
        return list(self._rows.values())


def afas_rows(sandbox: Sandbox, name: str) -> list[Row]:
    """Return all rows that AFAS has, as this AFAS shows them."""
    found, unlike = sandbox.app_connector.find(name), sandbox.service.unlike
    source = unlike.source(found, "nl", sandbox.now)
    order = ", ".join(found.identity)
    sql = f"SELECT {_row_as_json(found, PROFIT_7, unlike)} FROM {source} WHERE {unlike.visible(found)} ORDER BY {order}"
    return [json.loads(row, parse_float=Decimal) for (row,) in sandbox.database.rows(sql)]


def types_of(sandbox: Sandbox, name: str) -> dict[str, str]:
    """Return the data types by the ids that metainfo tells."""
    facts = ({"id": each.id, "dataType": each.data_type} for each in sandbox.app_connector.find(name).fields)
    told = sandbox.service.unlike.metainfo({"fields": list(facts)})["fields"]
    return {each["id"]: each["dataType"] for each in told}


# Reading


class Watch(logging.Handler):
    """Hears the source's warnings and counts its requests."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings: list[str] = []
        self.requests = 0
        self.stuck = ""
        self._began = time.process_time()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning; that a request is sent again says nothing of rows."""
        message = record.getMessage()
        if record.levelno == logging.WARNING and "Asking again in" not in message:
            self.warnings.append(message)

    def count(self) -> None:
        """Count a request, and let none through once there are too many."""
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            self.stuck = f"more than {MOST_REQUESTS} requests"
        elif time.process_time() - self._began > MOST_SECONDS:
            self.stuck = f"more than {MOST_SECONDS} seconds of work"
        if self.stuck:
            raise StuckError(self.stuck)


@contextmanager
def watching() -> Iterator[Watch]:
    """Listen to the source."""
    watch, logger = Watch(), logging.getLogger("airbyte")
    level, propagates = logger.level, logger.propagate
    logger.addHandler(watch)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        yield watch
    finally:
        logger.removeHandler(watch)
        logger.setLevel(level)
        logger.propagate = propagates


class Stream:
    """One stream, synced into a destination time and again, and looked at after each sync."""

    def __init__(
        self, sandbox: Sandbox, finding: Finding, name: str, key: Sequence[str], cursor: str = "", **entry: Any
    ) -> None:
        self.sandbox, self.finding, self.name = sandbox, finding, name
        told = {each.lower(): each for each in types_of(sandbox, name)}
        entry = {setting: told.get(value.lower(), value) if setting == "entry_date_field" else value
                 for setting, value in entry.items()}  # fmt: skip
        own = tuple(told[each.lower()] for each in key)
        self.reader = Reader(sandbox, name, own, told.get(cursor.lower(), cursor), PAGE_SIZE, **entry)
        self.incremental = bool(cursor or "track_changes" in entry)
        self.key, self.landed = key, Landed(key)
        self.state: Any = None
        self.syncs = 0

    def sync(self, expected: Callable[[Row], bool] = lambda row: True) -> None:
        """Sync, and see what came; raise `NotRightError` where nothing more is to be learned."""
        self.syncs += 1
        before = len(self.sandbox.requests)
        with watching() as watch:
            sync = self.reader.read(self.state, between_requests=watch.count)
        self.finding.requests += len(self.sandbox.requests) - before
        self.landed.apply(sync.rows)
        self.state = sync.state or self.state
        told = f"{self.name}, sync {self.syncs}"
        self._note(told, [*watch.warnings, *([f"error: {sync.error}"] if sync.error else [])])
        if watch.stuck:
            self._note(told, [f"last asked: {each.query}" for each in self.sandbox.requests[-3:]])
            raise NotRightError(STUCK, f"{told}: {watch.stuck}")
        if sync.error:
            self._loud(told, sync.error, watch.warnings)
        difference = self._difference(afas_rows(self.sandbox, self.name), expected)
        if difference:
            self._note(told, difference)
            if watch.warnings:
                raise NotRightError(WARNED, f"{told}: {_unique(watch.warnings)[0]}")
            raise NotRightError(SILENT, f"{told}: {difference[0]}")
        if watch.warnings:
            self._worsen(WARNED, f"{told}, and right: {_unique(watch.warnings)[0]}")
        elif found := mistyped(sync.rows, types_of(self.sandbox, self.name)):
            self._note(told, found)
            self._worsen(MISTYPED, f"{told}: {found[0]}")

    def _loud(self, told: str, error: str, doubts: list[str]) -> None:
        """Raise `NotRightError` for a sync that failed: loud where the next one, on a good AFAS, makes it complete."""
        if self.incremental and self.state is not None:
            on, shown = self.sandbox.service.unlike.names, afas_rows(self.sandbox, self.name)
            self.sandbox.like_the_reference()
            with watching() as watch:
                sync = self.reader.read(self.state, between_requests=watch.count)
            self.landed.apply(sync.rows)
            missing = self._still_missing(afas_rows(self.sandbox, self.name), shown, on)
            self.sandbox.unlike(*on)
            self._note(f"{told}, healed", [*watch.warnings, sync.error, *missing])
            if missing and not (sync.error or watch.warnings or doubts):
                raise NotRightError(SILENT, f"{told}: the state went beyond what was read before {error}")
        raise NotRightError(LOUD, f"{told}: {error}")

    def _still_missing(self, afas: list[Row], shown: list[Row], on: list[str]) -> list[str]:
        """Return which of a good AFAS's rows a destination does not hold, as they are or as they were shown before."""
        stages = {stage for name in on for stage in SWITCHES[name].changes}
        if not stages & {"shown", "stored", "rows", "source"}:
            return self._difference(afas, lambda row: True)
        landed = {same_row(row, self.key) for row in self.landed.rows}
        before = shown if len(shown) == len(afas) else afas
        return [
            f"missing  {same_row(row)}"
            for row, as_shown in zip(afas, before, strict=True)
            if not landed & {same_row(row, self.key), same_row(as_shown, self.key)}
        ]

    def _difference(self, afas: list[Row], expected: Callable[[Row], bool]) -> list[str]:
        """Return what a destination holds too little and too much, in a sentence, then the rows."""
        there = Counter(map(same_row, filter(expected, afas)))
        came = Counter(map(same_row, self.landed.rows))
        missing, more = list((there - came).elements()), list((came - there).elements())
        if not missing and not more:
            return []
        sentence = f"{len(missing)} of {there.total()} rows missing, {len(more)} too many"
        return [sentence, *(f"missing  {row}" for row in missing[:5]), *(f"too many {row}" for row in more[:5])]

    def _worsen(self, word: str, why: str) -> None:
        if WORDS.index(word) > WORDS.index(self.finding.word):
            self.finding.word, self.finding.why = word, why

    def _note(self, told: str, texts: Iterable[str]) -> None:
        self.finding.details += [f"{told}: {text}" for text in _unique(texts) if text]


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


# Scenarios


def defined(sandbox: Sandbox, table: Table) -> None:
    """Make a table in the sandbox."""
    sandbox.define(table.name, fields=table.fields, rows=table.rows())


def full(sandbox: Sandbox, finding: Finding) -> None:
    """A full refresh of each table: a number, a text and three fields as key, and none."""
    for table in (ARTICLES, CODED, RATES, HOURS):
        defined(sandbox, table)
        with alone(finding):
            Stream(sandbox, finding, table.name, table.key).sync()


def incremental(sandbox: Sandbox, finding: Finding) -> None:
    """Three incremental syncs, with rows new and changed in between."""
    for table, key, name, amount in ((ARTICLES, "Id", "Naam", "Prijs"), (CODED, "Code", "Omschrijving", "Bedrag")):
        defined(sandbox, table)
        with alone(finding):
            stream = Stream(sandbox, finding, table.name, table.key, table.cursor)
            stream.sync()
            newest = max(row["Gewijzigd_op"] or "" for row in sandbox.rows(table.name)).removesuffix("Z")
            moment = datetime.fromisoformat(newest)
            keys = [row[key] for row in table.rows()]
            for round_ in (1, 2):
                for n in range(12):
                    moment += timedelta(seconds=(0.5, 40, 0.25)[n % 3])
                    changes = {name: f"Anders {round_}.{n}", "Gewijzigd_op": moment.isoformat()}
                    sandbox.update(table.name, {key: keys[round_ + 5 * n]}, **changes)
                for n in range(4):
                    own = 1000 * round_ + n if key == "Id" else f"Nieuw-{round_}{n}"
                    new = {key: own, name: None, amount: "1.10", "Gewijzigd_op": moment.isoformat()}
                    sandbox.insert(table.name, new)
                stream.sync()


def snapshot(sandbox: Sandbox, finding: Finding) -> None:
    """Four syncs of a snapshot: rows deleted, renumbered, changed and new in between; the last time nothing."""
    for table in (CODED, RATES):
        defined(sandbox, table)
        with alone(finding):
            stream = Stream(sandbox, finding, table.name, table.key, track_changes="snapshot")
            stream.sync()
            rows = table.rows()
            for round_ in (1, 2):
                deleted, renumbered, changed = ([rows[round_ * 4 + 9 * n + i] for n in range(3)] for i in (0, 1, 2))
                for n, row in enumerate(deleted):
                    sandbox.delete(table.name, _key_of(table, row))
                    sandbox.update(table.name, _key_of(table, renumbered[n]), Code=f"Om{round_}{n}")
                    sandbox.update(table.name, _key_of(table, changed[n]), **{table_text(table): f"Anders {round_}"})
                sandbox.insert(table.name, {**rows[round_], "Code": f"Nieuw {round_}", table_text(table): "Nieuw"})
                stream.sync()
            stream.sync()


def table_text(table: Table) -> str:
    """Return a text field of a table that is not of its key."""
    return "Omschrijving" if table is CODED else "Naam"


def _key_of(table: Table, row: Row) -> Row:
    return {name: row[name] for name in table.key}


def booking_days(sandbox: Sandbox, finding: Finding) -> None:
    """Four syncs by booking days, two days apart: entries new, changed, moved and deleted in between."""
    sandbox.open("Profit_Transactions", "Profit_Fin_ChangedEntrydate")
    sandbox.now = datetime(2026, 8, 3, 10, 0, 0)
    stream = Stream(
        sandbox, finding, "Profit_Transactions", ("UnitId", "JournalId", "EntryNo", "SeqNo"),
        track_changes="booking_days", entry_date_field="EntryDate",
        changed_days_get_connector="Profit_Fin_ChangedEntrydate",
    )  # fmt: skip
    stream.sync()
    keys = sandbox.entry_keys()
    for round_ in (0, 1):
        for n, act in enumerate(("insert", "change", "move", "delete", "delete")):
            sandbox.now += timedelta(hours=5, minutes=7, microseconds=400_000)
            key = keys[round_ * 7 + n]
            if act == "insert":
                sandbox.insert_entry(AmtDebit=100 + n, EntryDate=f"2026-06-{11 + round_:02}")
            elif act == "change":
                sandbox.change_entry(key.unit_id, key.entry_no, Description=f"Anders {round_}")
            elif act == "move":
                sandbox.change_entry(key.unit_id, key.entry_no, EntryDate=f"2026-05-{12 + round_:02}")
            else:
                sandbox.delete_entry(key.unit_id, key.entry_no)
        sandbox.now += timedelta(days=2)
        stream.sync()
    stream.sync()


FILTERS: Mapping[str, tuple[dict[str, Any], Callable[[Row], bool]]] = {
    "contains": (
        {"field": "Naam", "operator": "contains", "value": "TEM 1"},
        lambda row: "tem 1" in (row["Naam"] or "").lower(),
    ),
    "starts with": (
        {"field": "Naam", "operator": "starts_with", "value": "item 2"},
        lambda row: (row["Naam"] or "").lower().startswith("item 2"),
    ),
    "text": ({"field": "Naam", "operator": "=", "value": "ITEM 7"}, lambda row: row["Naam"] == "Item 7"),
    "not": ({"field": "Id", "operator": "!=", "value": 7}, lambda row: row["Id"] != 7),
    "boolean": ({"field": "Actief", "operator": "=", "value": True}, lambda row: row["Actief"] is True),
    "decimal": (
        {"field": "Prijs", "operator": ">=", "value": "12.50"},
        lambda row: row["Prijs"] is not None and row["Prijs"] >= Decimal("12.5"),
    ),
    "whole": ({"field": "Groep", "operator": "=", "value": [1, 2]}, lambda row: row["Groep"] in (1, 2)),
    "quick": ({"field": "Groep", "operator": "quick_filter", "value": "2..3"}, lambda row: row["Groep"] in (2, 3)),
    "empty": ({"field": "Naam", "operator": "is_empty"}, lambda row: row["Naam"] is None),
    "not empty": ({"field": "Naam", "operator": "is_not_empty"}, lambda row: row["Naam"] is not None),
}


def filters(sandbox: Sandbox, finding: Finding) -> None:
    """Full refreshes with a filter of the user's: the rows that fulfil it by the reference."""
    defined(sandbox, ARTICLES)
    meant = {row["Id"]: row for row in sandbox.rows(ARTICLES.name)}
    on = sandbox.service.unlike.names
    sandbox.like_the_reference()
    meant = {row["Id"]: row for row in sandbox.rows(ARTICLES.name)}
    sandbox.unlike(*on)
    for name, (wanted, holds) in FILTERS.items():
        with alone(finding):
            ids = {each.lower(): each for each in types_of(sandbox, ARTICLES.name)}
            own = [{**wanted, "field": ids[wanted["field"].lower()]}]
            stream = Stream(sandbox, finding, ARTICLES.name, ARTICLES.key, filters=own)
            stream.name = ARTICLES.name
            wished = {same(id_) for id_, row in meant.items() if holds(row)}
            try:
                stream.sync(lambda row, wished=wished: same({k.lower(): v for k, v in row.items()}["id"]) in wished)
            except NotRightError as wrong:
                raise NotRightError(wrong.word, f"{name}: {wrong}") from None


def closed(sandbox: Sandbox, finding: Finding) -> None:
    """One of two GetConnectors is closed: check and discover work, the other is read, this one's error names it."""
    defined(sandbox, ARTICLES)
    sandbox.define("Dicht", fields={"Id": "int"}, rows=[{"Id": 1}])
    sandbox.close_connector("Dicht")
    reader = Reader(sandbox, "Dicht", (), "", PAGE_SIZE)
    config = {**reader._config, "get_connectors": [], "streams": []}
    with watching() as watch, acting_between_requests(watch.count):
        status = SourceAfas(None, config, None)
        checked = status.check(status.logger, config)
        if checked.status.value != "SUCCEEDED":
            raise NotRightError(LOUD, f"check: {checked.message}")
        try:
            streams = [each.name for each in status.discover(status.logger, config).streams]
        except Exception as error:
            raise NotRightError(LOUD, f"discover: {getattr(error, 'message', error)}") from None
    finding.details += [f"check: {checked.message}", f"discover: {streams}", *watch.warnings]
    if ARTICLES.name not in streams:
        raise NotRightError(SILENT, "discover: the open one is missing")
    Stream(sandbox, finding, ARTICLES.name, ARTICLES.key).sync()
    with watching() as watch:
        sync = reader.read(between_requests=watch.count)
    finding.details.append(f"Dicht: {sync.error or watch.warnings}")
    listed = "Dicht" in [each["id"] for each in sandbox.get("/metainfo").json()["getConnectors"]]
    if listed and not sync.error and not watch.warnings:
        raise NotRightError(SILENT, "Dicht: read to the end, though it is closed")
    if sync.error and "Dicht" not in sync.error:
        raise NotRightError(LOUD, f"Dicht: {sync.error}")


@contextmanager
def alone(finding: Finding) -> Iterator[None]:
    """Go on with the next table after a wrong one, and keep the worst."""
    try:
        yield
    except NotRightError as wrong:
        if WORDS.index(wrong.word) > WORDS.index(finding.word):
            finding.word, finding.why = wrong.word, str(wrong)


OF_KINDS: Mapping[str, set[int]] = {"filters": {0, 4, 12}, "closed": {0, 9}}
"""The kinds of switches that a scenario is for, where it is not for all."""

SCENARIOS: Mapping[str, Callable[[Sandbox, Finding], None]] = {
    "full": full,
    "incremental": incremental,
    "snapshot": snapshot,
    "booking days": booking_days,
    "filters": filters,
    "closed": closed,
}


@dataclass
class Result:
    """What came of one switch."""

    name: str
    findings: dict[str, Finding]
    seconds: float

    @property
    def word(self) -> str:
        """The worst."""
        return max((each.word for each in self.findings.values()), key=WORDS.index, default=RIGHT)

    @property
    def why(self) -> str:
        """What was said, or what was wrong, in the worst scenario."""
        worst = [(name, each.why) for name, each in self.findings.items() if each.word == self.word]
        return next((f"{name}: {why}" for name, why in worst if why), "")


def kind_of(name: str) -> int:
    """Return the kind of a switch; 0 is the reference."""
    return SWITCHES[name].kind if name in SWITCHES else 0


def tried(name: str, scenarios: Iterable[str] = tuple(SCENARIOS)) -> Result:
    """Read everything with one switch on."""
    began, findings = time.monotonic(), {}
    for scenario in scenarios:
        if kind_of(name) not in OF_KINDS.get(scenario, {kind_of(name)}):
            continue
        finding = findings[scenario] = Finding()
        try:
            with sandbox_of_small_slices(entries=40 if scenario == "booking days" else 0) as sandbox:
                sandbox.unlike(*([] if name == REFERENCE else [name]))
                with alone(finding):
                    SCENARIOS[scenario](sandbox, finding)
        except Exception:
            finding.word, finding.why = BROKEN, traceback.format_exc().splitlines()[-1]
            finding.details.append(traceback.format_exc())
    return Result(name, findings, time.monotonic() - began)


def all_tried(names: Sequence[str], scenarios: Sequence[str] = tuple(SCENARIOS)) -> Iterator[Result]:
    """Try switches side by side, in processes of their own, in their order."""
    if len(names) == 1:
        yield tried(names[0], scenarios)
        return
    context = multiprocessing.get_context("fork")
    with context.Pool(min(len(names), multiprocessing.cpu_count())) as pool:
        yield from pool.imap(_tried, [(name, scenarios) for name in names])


def _tried(given: tuple[str, Sequence[str]]) -> Result:
    return tried(*given)


# The table


def line(result: Result, scenarios: Sequence[str] = tuple(SCENARIOS)) -> str:
    """Return a switch's line of the table."""
    words = "".join(f"{result.findings[each].word if each in result.findings else '-':<13}" for each in scenarios)
    return f"{kind_of(result.name):>2}  {result.name:<32}{words}{result.why[:300]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit with 1 where something is silent, stuck or mistyped."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.unlike", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="switches, or the beginning of their names")
    parser.add_argument("-v", "--verbose", action="store_true", help="what was said, and which rows are wrong")
    parser.add_argument("--kind", type=int, action="append", help="the switches of a kind")
    parser.add_argument("--only", action="append", choices=[*SCENARIOS], help="a scenario alone")
    parser.add_argument("--lists", action="store_true", help="the names at the end, outcome by outcome, for the test")
    given = parser.parse_args(arguments)
    names = [
        name
        for name, switch in SWITCHES.items()
        if (not given.kind or switch.kind in given.kind)
        and (not given.names or any(name == each or name.startswith(each) for each in given.names))
    ]
    if unknown := [each for each in given.names if not any(name.startswith(each) for name in [*names, REFERENCE])]:
        parser.error(f"there is no switch {', '.join(unknown)}")
    scenarios = given.only or [*SCENARIOS]
    print("    " + f"{'switch':<32}" + "".join(f"{each:<13}" for each in scenarios) + "first of the worst")
    began, results = time.monotonic(), []
    for result in all_tried([REFERENCE, *names] if not given.names else names or [REFERENCE], scenarios):
        results.append(result)
        print(line(result, scenarios), flush=True)
        if given.verbose:
            for name, finding in result.findings.items():
                print(f"      {name}: {finding.word}, {finding.requests} requests")
                print("".join(f"        {text}\n" for text in finding.details), end="")
    counted = Counter(result.word for result in results)
    print(", ".join(f"{counted[word]} {word}" for word in WORDS if counted[word]), end="")
    print(f": {len(results)} in {time.monotonic() - began:.0f} s")
    if given.lists:
        for word in WORDS:
            print(f"\n{word}", *(each.name for each in results if each.word == word), sep="\n")
    return int(any(result.word in (MISTYPED, SILENT, STUCK, BROKEN) for result in results))


if __name__ == "__main__":
    sys.exit(main())
