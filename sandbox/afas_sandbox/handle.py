"""The handle on all that a sandbox holds: a test takes it, and the admin service does for another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from afas_sandbox import tables
from afas_sandbox.app_connector import AppConnector
from afas_sandbox.bad_days import BadDays
from afas_sandbox.books import Books
from afas_sandbox.clock import Clock
from afas_sandbox.database import Database
from afas_sandbox.entries import Entries, EntryKey
from afas_sandbox.page import all_rows
from afas_sandbox.renumbering import renumber_accounts
from afas_sandbox.reply import Reply, authorization_for, send
from afas_sandbox.request_log import BASE_PATH, RequestLog
from afas_sandbox.service import Service
from afas_sandbox.shown import Style

ADMIN_PATH = "/_sandbox"


class Handle(BadDays):
    """What a `Sandbox` is told and asked, apart from being served."""

    def __init__(self, seed: int, entries: int, *, profit_6: bool = False) -> None:
        self.seed = seed
        self.clock = Clock()
        self.app_connector = AppConnector(seed, self.clock)
        self.database = Database()
        self.books = Books(self.database, seed, entries)
        self.service = Service(self.database, self.books, self.app_connector, seed=seed)
        self.service.conditions.style = Style(profit_6=profit_6)
        self._entries = Entries(self.books, self.clock, seed, self.service.unlike)
        self._tables = tables.Tables(self.database)
        self._defined = 0
        self._origin: str | None = None

    # Coming in

    @property
    def origin(self) -> str:
        """Where it serves: http, loopback and the port."""
        if self._origin is None:
            raise RuntimeError("the sandbox does not serve: start() it, or use it in a with statement")
        return self._origin

    @property
    def base_url(self) -> str:
        """The REST service's address, as AFAS's would be."""
        return self.origin + BASE_PATH

    @property
    def admin_url(self) -> str:
        """Where another process finds this handle: GET it for what it can do."""
        return self.origin + ADMIN_PATH

    @property
    def environment(self) -> str:
        """The environment's name."""
        return self.app_connector.environment

    @property
    def token(self) -> str:
        """The classic token, as Profit shows it."""
        return self.app_connector.token

    @property
    def authorization(self) -> str:
        """The Authorization header for the classic token."""
        return authorization_for(self.token)

    @property
    def client_id(self) -> str:
        """The OAuth client."""
        return self.app_connector.client_id

    @property
    def client_secret(self) -> str:
        """The OAuth client's secret."""
        return self.app_connector.client_secret

    def get(
        self,
        path: str,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | str | None = None,
    ) -> Reply:
        """Send a raw request, `path` following /ProfitRestServices and already encoded, and return what came back.

        It carries the sandbox's own token; another one given is sent instead, an empty one not at all.
        """
        own = self.token if token is None else token
        authorization = {"Authorization": authorization_for(own)} if own else {}
        return send(method, self.base_url + path, {**authorization, **(headers or {})}, body)

    # What it holds and what it saw

    def rows(self, get_connector: str) -> list[dict[str, Any]]:
        """Return every row of a GetConnector as a client should read it, whatever the app connector opens.

        Decimals are `Decimal`, times are shown ones; the order is stable.
        """
        found = self.app_connector.find(get_connector)
        if found.own_table is None:
            self.books.make()
        return all_rows(self.database, found, self.service.unlike, self.now)

    @property
    def requests(self) -> RequestLog:
        """The requests so far, oldest first; `.clear()` forgets them."""
        return self.service.log

    @property
    def now(self) -> datetime:
        """The time in AFAS: Amsterdam's, without a zone. Once set it stands still; None lets it run again."""
        return self.clock.now

    @now.setter
    def now(self, value: datetime | None) -> None:
        self.clock.now = value

    # The books

    def insert_entry(self, lines: Sequence[Mapping[str, Any]] | None = None, **fields: Any) -> EntryKey:
        """Add one journal entry that balances; `fields` are those of Profit_Transactions(_Allocated)."""
        return self._entries.insert(lines, **fields)

    def change_entry(self, unit_id: int, entry_no: int, seq_no: int | None = None, **fields: Any) -> None:
        """Change an entry or one of its lines; Modified becomes now."""
        self._entries.change(unit_id, entry_no, seq_no, **fields)

    def change_entries(self, number: int) -> list[EntryKey]:
        """Change the description of so many entries, chosen by the seed."""
        return self._entries.change_some(number)

    def delete_entry(self, unit_id: int, entry_no: int) -> None:
        """Delete an entry with all its lines; its booking day counts as changed."""
        self._entries.delete(unit_id, entry_no)

    def renumber_account(self, old: str, new: str, *, touch: bool = True) -> None:
        """Give an account another number; its entries move along."""
        self.renumber_accounts({old: new}, touch=touch)

    def renumber_accounts(self, renumbering: Mapping[str, str], *, touch: bool = True) -> None:
        """Give several accounts other numbers at once, old to new."""
        renumber_accounts(self.books, renumbering, self.now, touch)

    def entry_keys(self) -> list[EntryKey]:
        """Return the keys of all entries."""
        return self._entries.keys()

    # GetConnectors of one's own

    def define(
        self,
        get_connector: str,
        fields: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        rows: Iterable[Mapping[str, Any]] = (),
        *,
        labels: Mapping[str, Any] | None = None,
        description: Any = None,
    ) -> None:
        """Define a GetConnector over a table of its own and open it; one of the same name is replaced.

        `fields`: id to data type (`{"Id": "int"}`) or to what metainfo says of it; `labels`: id to a text or a
        (Dutch, English) pair. Empty texts become null, as in AFAS.
        """
        self._defined += 1
        made = tables.define(get_connector, _labelled(fields, labels or {}), self._defined, description)
        self._tables.create(made, rows)
        self.app_connector.own[get_connector] = made
        self.open(get_connector)

    def define_empty(self, number: int, fields: int = 10) -> list[str]:
        """Define and open so many GetConnectors without rows, and return their names: for what discovery costs."""
        names = [f"Leeg_{n:03}" for n in range(1, number + 1)]
        columns = {f"Veld_{n}": "string" for n in range(1, fields + 1)}
        for name in names:
            self._defined += 1
            made = tables.define(name, columns, self._defined)
            self.app_connector.own[name] = tables.without_rows(made)
            self.open(name)
        return names

    def insert(self, get_connector: str, *rows: Mapping[str, Any]) -> None:
        """Add rows to a defined GetConnector."""
        self._tables.insert(self.app_connector.find(get_connector), rows)

    def update(self, get_connector: str, where: Mapping[str, Any], **fields: Any) -> int:
        """Change the rows of a defined GetConnector that equal `where`; return how many."""
        return self._tables.update(self.app_connector.find(get_connector), where, fields)

    def delete(self, get_connector: str, where: Mapping[str, Any]) -> int:
        """Delete the rows of a defined GetConnector that equal `where`; return how many."""
        return self._tables.delete(self.app_connector.find(get_connector), where)

    # The app connector

    def open(self, *get_connectors: str) -> None:
        """Let the app connector open GetConnectors."""
        for name in get_connectors:
            self.app_connector.opened[self.app_connector.find(name).id] = None

    def close_connector(self, *get_connectors: str) -> None:
        """Let it open them no longer: they are gone from metainfo, and asking for them fails as unauthorised."""
        for name in get_connectors:
            found = self.app_connector.find(name).id
            self.app_connector.opened.pop(found, None)
            self.app_connector.closed[found] = None

    def open_only(self, *get_connectors: str) -> None:
        """Let it open these and nothing else."""
        self.app_connector.opened = {self.app_connector.find(name).id: None for name in get_connectors}

    def block(self, *get_connectors: str) -> None:
        """Block definitions, as AFAS does to heavy users."""
        self.app_connector.blocked |= {self.app_connector.find(name).id for name in get_connectors}

    def unblock(self, *get_connectors: str) -> None:
        """Take a block away."""
        self.app_connector.blocked -= {self.app_connector.find(name).id for name in get_connectors}

    def revoke_token(self, revoked: bool = True) -> None:
        """Make the classic token worthless, or let it open again."""
        self.app_connector.token_revoked = revoked

    def expire_bearers(self) -> None:
        """End every OAuth token given out."""
        self.app_connector.expire_bearers()

    def refuse_ip(self, refused: bool = True) -> None:
        """Refuse this machine's address, or let it in again."""
        self.app_connector.ip_refused = refused


def _labelled(fields: Any, labels: Mapping[str, Any]) -> Any:
    if not labels:
        return fields
    listed = fields if not isinstance(fields, Mapping) else [
        {"id": name, **({"dataType": facts} if isinstance(facts, str) else facts)} for name, facts in fields.items()
    ]  # fmt: skip
    return [{**facts, **({"label": labels[facts["id"]]} if facts["id"] in labels else {})} for facts in listed]
