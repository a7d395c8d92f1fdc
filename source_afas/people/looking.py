"""Looking at an AFAS with few and small requests: which GetConnectors, the rows seen of each, and what was asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas import connections, rest
from source_afas.afas.errors import NotServed, NotUnderstood
from source_afas.afas.exact_json import loads
from source_afas.afas.forms import FORMS, Form
from source_afas.afas.metainfo import AppConnector
from source_afas.afas.page import PageReader, Row, SaidInsteadError
from source_afas.afas.query import OPERATORS, Alternatives, Condition, Query, as_text, plain
from source_afas.components import Components
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.order import is_empty, order_of

MOST_REQUESTS = 60
MOST_ROWS = 200
"""Rows of one request."""

NOT_THERE = "Afas_Probe_Not_There"
"""What no GetConnector and no field is called, and no row holds."""

MOST_TABLES = 6
"""GetConnectors that are looked at, unless some are named."""

PREFERRED = (
    "Profit_Transactions",
    "Profit_Fin_ChangedEntrydate",
    "Profit_Debtor",
    "Profit_Projects",
    "Profit_Accounts",
    "Profit_Period_balance",
    "Profit_Creditor",
    "Profit_Article",
    "Profit_SalesorderLines",
)
"""Standard GetConnectors in which there is most to see: many rows, dates of change, text keys, empty fields."""


class SpentError(Exception):
    """All requests that a probe may send have been sent."""


class RefusedError(Exception):
    """AFAS answers a request with an error."""


class UnseenError(Exception):
    """Something cannot be seen; the text says why."""


class Counted(connections.Connections):
    """Counts requests, repeats included, and sends no more than a probe may."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self.date = ""
        """The Date header of the last answer."""
        self.status = 0
        """Its status."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer. Raises `SpentError` where there have been too many."""
        if self.sent >= MOST_REQUESTS:
            raise SpentError
        self.sent += 1
        self.status = 0
        response = super().send(request, *args, **kwargs)
        self.date, self.status = response.headers.get("Date", self.date), response.status_code
        return response


@dataclass(frozen=True)
class Seen:
    """One answer to a request for rows."""

    rows: list[dict[str, Any]]
    """The rows as the source reads them."""
    raw: Any
    """The whole answer as JSON; None where it has no body."""
    is_page: bool
    """Whether the source takes it for a page."""

    @property
    def raw_rows(self) -> list[Mapping[str, Any]]:
        """The rows as they came."""
        rows = self.raw.get("rows") if isinstance(self.raw, dict) else None
        rows = [rows] if isinstance(rows, dict) else rows
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


@dataclass(frozen=True)
class Criterion:
    """A condition, and which rows fulfil it."""

    condition: Condition
    holds: Callable[[Row], bool]


def where(name: str, operator: str, value: Any = "", holds: Callable[[Any], bool] | None = None) -> Criterion:
    """Return the criterion of a field that `holds` for some of its values, as Python compares them if not given."""
    compare = holds or (lambda found: _COMPARED[operator](found, value))
    return Criterion(Condition(name, OPERATORS[operator], as_text(value)), lambda row: bool(compare(row.get(name))))


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda found, value: bool(found == value),
    "!=": lambda found, value: bool(found != value),
    ">=": lambda found, value: found is not None and found >= value,
    "<=": lambda found, value: found is not None and found <= value,
    ">": lambda found, value: found is not None and found > value,
    "<": lambda found, value: found is not None and found < value,
    "is_empty": lambda found, _: is_empty(found),
    "is_not_empty": lambda found, _: not is_empty(found),
}

Groups = Sequence[Sequence[Criterion]]
"""Criteria that must hold together, of which groups one must hold."""


class Table:
    """A GetConnector, and its first rows."""

    def __init__(self, looking: "Looking", described: GetConnector) -> None:
        self._looking, self.described, self.name = looking, described, described.id
        self._reader = PageReader(described.fields)
        self._answers: dict[tuple[tuple[str, Any], ...], Seen] = {}
        self.order: tuple[str, ...] = ()
        """The fields that the first rows are sorted on."""
        self.first = Seen([], None, False)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The first rows."""
        return self.first.rows

    @property
    def is_whole(self) -> bool:
        """Whether the first rows are all, if a short page is the end."""
        return len(self.rows) < MOST_ROWS

    def look(self) -> None:
        """Read the first rows. Raises `RefusedError` where AFAS gives none."""
        order = order_of(self.described)
        for tried in (order, *order.with_fewer_fields()):
            self.order = tried.fields
            try:
                self.first = self.ask(take=MOST_ROWS)
                return
            except RefusedError:
                continue
        raise RefusedError

    def fields(self, *data_types: str) -> list[str]:
        """Return the ids of the fields of some types that AFAS can sort on and filter by: without a dot or a comma."""
        return [name for name in self.described.ids_of(*data_types) if not set(".,;") & set(name)]

    def values(self, name: str) -> list[Any]:
        """Return the values of a field in the first rows, without the empty ones."""
        return [value for row in self.rows if not is_empty(value := row.get(name))]

    def empties(self, name: str) -> int:
        """Return in how many of the first rows a field is empty."""
        return len(self.rows) - len(self.values(name))

    def ask(
        self,
        *clauses: Alternatives,
        take: int,
        skip: int = 0,
        order: Sequence[str] = (),
        form: Form = FORMS[0],
        again: bool = False,
    ) -> Seen:
        """Return AFAS's answer, from memory where it has been asked before. Raises `RefusedError` for an error."""
        query = Query(tuple(dict.fromkeys(order)) or self.order).where(*clauses)
        parameters = query.parameters(skip=skip, take=min(take, MOST_ROWS), form=form)
        if not rest.fits(parameters):
            raise UnseenError("the request would be too long")
        question = tuple(parameters.items())
        if again or question not in self._answers:
            self._answers[question] = self._looking.get("connectors", self.name, read=self._read, **parameters)
            self._looking.note(self, self._answers[question], parameters)
        return self._answers[question]

    def brings(self, groups: Groups, *, take: int = 0, form: Form = FORMS[0]) -> bool:
        """Return whether AFAS brings the rows of some criteria, as far as they can be foretold from the first rows.

        Where it does not, the first rows are looked at once more: the table may have moved. Raises `UnseenError` where
        nothing can be foretold.
        """
        for again in (False, True):
            expected = [row for row in self.rows if any(all(each.holds(row) for each in group) for group in groups)]
            if not expected:
                raise UnseenError("no rows to tell it by")
            wanted = min(take or len(expected) + self.is_whole, MOST_ROWS)
            if not self.is_whole:
                wanted = min(wanted, len(expected))
            clause = tuple(tuple(each.condition for each in group) for group in groups)
            if self.ask(clause, take=wanted, form=form, again=again).rows == expected[:wanted]:
                return True
            if again or not self._has_moved():
                return False
        return False

    def _has_moved(self) -> bool:
        before = self.rows
        self.first = self.ask(take=MOST_ROWS, again=True)
        return self.rows != before

    def _read(self, body: bytes) -> Seen:
        """Return what an answer holds, though the source may not take it. Raises `ValueError` if it is no JSON."""
        raw = loads(body) if body.strip() else None
        self._looking.beginnings.add(body.lstrip()[:1])
        try:
            return Seen(self._reader.read(body).exact(), raw, True)
        except SaidInsteadError:
            self._looking.words += 1
            if not isinstance(raw, dict) or not isinstance(raw.get("rows"), list):
                raise
        except ValueError:
            pass
        seen = Seen([], raw, False)
        return Seen([dict(row) for row in seen.raw_rows], raw, False)


@dataclass
class Looking:
    """The AFAS that is looked at."""

    components: Components
    counted: Counted = field(default_factory=Counted)
    tables: list[Table] = field(default_factory=list)
    refused: int = 0
    """GetConnectors that gave no rows when they were looked at."""
    parts: set[str] = field(default_factory=set)
    """What stands at the top of pages."""
    beginnings: set[bytes] = field(default_factory=set)
    """The bytes that answers begin with."""
    words: int = 0
    """Pages with words of AFAS's in them."""
    bare: int = 0
    """Pages with a row that stands in no list."""
    pages: int = 0
    """Pages that were seen."""
    too_many: int = 0
    """Pages with more rows than were asked for."""
    echoes: list[tuple[bool, bool]] = field(default_factory=list)
    """For each page: whether `skip` and `take` repeat the request, and whether it was full."""

    def __post_init__(self) -> None:
        connections.SESSION.mount(str(self.components.config["base_url"]), self.counted)

    @property
    def app_connector(self) -> AppConnector:
        """What /metainfo says."""
        return self.components.get_connectors.app_connector()

    def look(self, names: Sequence[str]) -> None:
        """Look at the GetConnectors that are named, or at some that have much to see.

        Raises what keeps from looking at any: an `AirbyteTracedException`.
        """
        failure: Exception | None = None
        wanted = list(names) or self._choice()
        for name in wanted:
            if not names and (len(self.tables) >= MOST_TABLES or self._has_all()):
                break
            try:
                described = self.components.get_connectors.get_connector(name)
                if described.fault:
                    raise described.fault.error()
                table = Table(self, described)
                table.look()
            except (NotServed, RefusedError) as error:
                self.refused += 1
                failure = error
                continue
            if table.rows:
                self.tables.append(table)
        if not self.tables and isinstance(failure, AirbyteTracedException):
            raise failure

    def _choice(self) -> list[str]:
        opened = list(self.app_connector.get_connectors)
        first = [name for name in PREFERRED if name in opened]
        return [*first, *(name for name in opened if name not in first)][: 2 * MOST_TABLES]

    def _has_all(self) -> bool:
        """Whether there is enough to see: many rows and few, times of change, empty fields of most types."""
        types = {
            field.data_type
            for table in self.tables
            for field in table.described.fields
            if table.empties(field.id) and table.values(field.id)
        }
        return (
            len(self.tables) > 3
            and {table.is_whole for table in self.tables} == {True, False}
            and bool(list(self.dated()))
            and {"string", "date", "decimal"} <= types
        )

    def dated(self) -> Iterator[Table]:
        """Yield the tables with times of change, most of them first."""
        yield from sorted(
            (each for each in self.tables if each.described.cursor_field and each.described.primary_key),
            key=lambda each: -len(set(each.values(each.described.cursor_field))),
        )

    def smallest_first(self) -> list[Table]:
        """Return the tables that cost AFAS least first."""
        return sorted(self.tables, key=lambda each: len(each.rows))

    def get(self, *segments: str, read: Callable[[bytes], Any], **parameters: Any) -> Any:
        """Return an answer of AFAS's. Raises `RefusedError` where it is an error that AFAS has been asked for twice."""
        requester = self.components.get_connectors.metainfo_requester
        try:
            return rest.get(requester, *segments, read=read, what="no page of rows", tries=2, **parameters)
        except NotServed:
            raise
        except AirbyteTracedException as error:
            if isinstance(error, NotUnderstood) or self.counted.status == requests.codes.server_error:
                raise RefusedError from error
            raise

    def note(self, table: Table, seen: Seen, parameters: Mapping[str, Any]) -> None:
        """Take note of a page."""
        self.pages += 1
        self.too_many += len(seen.rows) > parameters["take"]
        if isinstance(seen.raw, dict):
            self.bare += isinstance(seen.raw.get("rows"), dict)
            self.parts |= {str(name) for name in seen.raw}
            echoes = all(seen.raw.get(name) == parameters[name] for name in ("skip", "take"))
            self.echoes.append((echoes, len(seen.rows) == parameters["take"]))


def alone(values: Sequence[str]) -> list[str]:
    """Return the texts among some that AFAS cannot take for another, and that need no `filterjson`."""
    times: dict[str, set[str]] = {}
    for value in values:
        times.setdefault(plain(value), set()).add(value)
    return [value for value in dict.fromkeys(values) if len(times[plain(value)]) == 1 and not set(",;%") & set(value)]
