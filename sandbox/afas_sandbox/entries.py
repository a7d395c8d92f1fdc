"""Journal entries come, change and go while the books are read."""

# ruff: noqa: S608 - names and conditions are this module's own, values travel as parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from afas_sandbox.books import Books
from afas_sandbox.catalogue import known
from afas_sandbox.changed_days import touch
from afas_sandbox.clock import Clock
from afas_sandbox.definition import Field
from afas_sandbox.tables import stored
from afas_sandbox.unlike import Unlike

COLUMNS: Mapping[str, str] = {
    "UnitId": "unit",
    "EntryNo": "entry_no",
    "SeqNo": "seq_no",
    "Year": "year",
    "Period": "period",
    "JournalId": "journal",
    "AccountNo": "account",
    "AmtDebit": "amt_debit",
    "AmtCredit": "amt_credit",
    "EntryDate": "entry_date",
    "InvoiceId": "invoice",
    "VoucherDate": "voucher_date",
    "VoucherNo": "voucher_no",
    "VatCode": "vat_code",
    "VatAmt": "vat_amt",
    "Description": "description",
    "Created": "created",
    "Modified": "modified",
    "Omschrijving": "line_description",
    "DimAx1": "dim1",
    "DimAx2": "dim2",
    "DimAx3": "dim3",
    "DimAx4": "dim4",
    "DimAx5": "dim5",
}
"""The fields of Profit_Transactions and Profit_Transactions_Allocated that can be given, and where they are kept."""

CHANGEABLE = {name: column for name, column in COLUMNS.items() if name not in ("UnitId", "EntryNo", "SeqNo")}


@dataclass(frozen=True)
class EntryKey:
    """What tells a journal entry (journaalpost) apart, and the numbers of its lines."""

    unit_id: int
    year: int
    journal_id: str
    entry_no: int
    seq_nos: tuple[int, ...]


class Entries:
    """The journal entries, open to change."""

    def __init__(self, books: Books, clock: Clock, seed: int, unlike: Unlike) -> None:
        self._books = books
        self._database = books.database
        self._clock = clock
        self._seed = seed
        self._unlike = unlike
        self._changes = 0

    def insert(self, lines: Sequence[Mapping[str, Any]] | None = None, **fields: Any) -> EntryKey:
        """Add one journal entry and return its key.

        `fields` hold for every line, unless it says otherwise; what nobody says is: administration 1, journal 70,
        today, now. Without `lines` the entry has two, that balance: AmtDebit or AmtCredit (default 100 debit) on
        AccountNo (default 4300), the same on the other side of 1100. Lines given that do not balance raise ValueError.
        """
        self._books.make()
        lines = [{**fields, **line} for line in (_two_lines(fields) if lines is None else lines)]
        if not lines:
            raise ValueError("an entry has lines")
        now = self._clock.now
        first: dict[str, Any] = {
            "UnitId": 1,
            "JournalId": "70",
            "EntryDate": now.replace(hour=0, minute=0, second=0, microsecond=0),
        }
        first |= {name: lines[0][name] for name in (*first, "Year", "Period", "EntryNo") if name in lines[0]}
        day = _day(first["EntryDate"])
        with self._database.writing():
            entry_no = first.get("EntryNo") or self._next_entry_no(first["UnitId"])
            shared = {
                "Year": day.year,
                "Period": day.month,
                "VoucherDate": day,
                "VoucherNo": f"M{day:%y}{entry_no:07}",
                "Created": now,
                "Modified": now,
                **first,
                "EntryNo": entry_no,
            }
            numbered = [{**shared, "SeqNo": number, **line} for number, line in enumerate(lines, start=1)]
            self._write(numbered)
            self._touch("inserted", *_condition(first["UnitId"], entry_no, None))
        return EntryKey(
            unit_id=first["UnitId"],
            year=numbered[0]["Year"],
            journal_id=first["JournalId"],
            entry_no=entry_no,
            seq_nos=tuple(line["SeqNo"] for line in numbered),
        )

    def change(self, unit_id: int, entry_no: int, seq_no: int | None = None, **fields: Any) -> None:
        """Change fields of an entry, or of one of its lines; Modified becomes now unless it is given.

        A changed EntryDate takes Year and Period along, and touches the old day and the new. Amounts of a line that
        was split over dimensions go to its first part. That the entry still balances is the caller's affair.
        Raises LookupError where there is no such entry.
        """
        self._books.make()
        unknown = set(fields) - set(CHANGEABLE)
        if unknown:
            raise ValueError(f"an entry has no field {', '.join(sorted(unknown))} that can be changed")
        now = self._clock.now
        values = {"Modified": now, **fields}
        if "EntryDate" in fields:
            day = _day(fields["EntryDate"])
            values = {"Year": day.year, "Period": day.month, **values}
        condition, key = _condition(unit_id, entry_no, seq_no)
        sets = ", ".join(f"{COLUMNS[name]} = CAST(? AS {_field(name).sql_type})" for name in values)
        with self._database.writing() as connection:
            self._touch("moved" if "EntryDate" in fields else "changed", condition, key)
            connection.execute(
                f"UPDATE entry_lines SET {sets} WHERE {condition}",
                [*(_stored(name, value) for name, value in values.items()), *key],
            )
            if "AccountNo" in fields:
                self._find_collect_accounts(condition, key)
            if {"AmtDebit", "AmtCredit", "DimAx1", "DimAx2", "DimAx3", "DimAx4", "DimAx5"} & set(fields):
                self._unsplit(condition, key)
            self._touch("changed", condition, key)

    def change_some(self, number: int) -> list[EntryKey]:
        """Change the description of `number` entries, always the same ones for a seed, and return their keys."""
        self._books.make()
        with self._database.writing():
            self._changes += 1
            keys = self._keys(f"ORDER BY hash({self._seed}, {self._changes}, unit, entry_no) LIMIT {int(number)}")
            for key in keys:
                self.change(key.unit_id, key.entry_no, Description=f"Gewijzigd {self._changes}")
        return keys

    def delete(self, unit_id: int, entry_no: int) -> None:
        """Delete an entry with all its lines: nothing of it stays but its touched day. LookupError if there is none."""
        self._books.make()
        condition, key = _condition(unit_id, entry_no, None)
        with self._database.writing() as connection:
            self._touch("deleted", condition, key)
            connection.execute(f"DELETE FROM splits WHERE {condition}", key)
            connection.execute(f"DELETE FROM entry_lines WHERE {condition}", key)

    def keys(self) -> list[EntryKey]:
        """Return the keys of all entries, by administration and number."""
        self._books.make()
        return self._keys("ORDER BY unit, entry_no")

    def _touch(self, what: str, condition: str, key: Sequence[Any]) -> None:
        touch(self._database, self._clock.now, condition, key, listed=self._unlike.touched(what))

    def _keys(self, rest: str) -> list[EntryKey]:
        rows = self._within(
            "SELECT unit, year, journal, entry_no, list(seq_no ORDER BY seq_no) FROM entry_lines "
            f"GROUP BY unit, year, journal, entry_no {rest}"
        )
        return [EntryKey(unit, year, journal, entry_no, tuple(lines)) for unit, year, journal, entry_no, lines in rows]

    def _within(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read what this transaction has written so far."""
        with self._database.writing() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def _next_entry_no(self, unit: int) -> int:
        """Return the next number; that of a deleted entry does not come back while a higher one stands."""
        return int(self._within("SELECT coalesce(max(entry_no), 0) + 1 FROM entry_lines WHERE unit = ?", [unit])[0][0])

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        names = [*COLUMNS]
        unknown = {name for line in lines for name in line} - {*names, "MatchedInvoice"}
        if unknown:
            raise ValueError(f"an entry line has no field {', '.join(sorted(unknown))}")
        balance = sum(
            Decimal(str(line.get("AmtDebit") or 0)) - Decimal(str(line.get("AmtCredit") or 0)) for line in lines
        )
        if balance:
            raise ValueError(f"the entry does not balance: debit minus credit is {balance}")
        columns = [(COLUMNS[name], _field(name).sql_type) for name in names]
        columns += [("matched_invoice", "VARCHAR"), ("split", "BOOLEAN")]
        rows = [
            [*(_stored(name, _value(line, name)) for name in names), line.get("MatchedInvoice"), "false"]
            for line in lines
        ]
        self._database.insert("entry_lines", columns, rows)
        self._find_collect_accounts("collect_account IS NULL", [])

    def _find_collect_accounts(self, condition: str, parameters: Sequence[Any]) -> None:
        """Say of lines whether their account is a debtor, a creditor or a ledger account, and where it collects."""
        with self._database.writing() as connection:
            connection.execute(
                f"""UPDATE entry_lines AS l SET
                    feature = coalesce((SELECT if(kind = 'D', '2', '3') FROM relations WHERE number = l.account), '1'),
                    collect_account =
                        coalesce((SELECT r.collect_account FROM relations AS r WHERE r.number = l.account), l.account)
                WHERE {condition}""",
                list(parameters),
            )

    def _unsplit(self, condition: str, key: Sequence[Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(f"DELETE FROM splits WHERE {condition}", list(key))
            connection.execute(f"UPDATE entry_lines SET split = FALSE WHERE {condition}", list(key))


def _field(name: str) -> Field:
    return known()["Profit_Transactions_Allocated"].by_id[name]


def _stored(name: str, value: Any) -> Any:
    return stored(_field(name), value)


def _day(value: Any) -> datetime:
    return datetime.fromisoformat(str(_stored("EntryDate", value))[:10])


def _value(line: Mapping[str, Any], name: str) -> Any:
    return line.get(name, 0 if name in ("AmtDebit", "AmtCredit") else None)


def _two_lines(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    debit, credit = fields.get("AmtDebit"), fields.get("AmtCredit")
    if debit is None and credit is None:
        debit = 100
    return [
        {"AccountNo": fields.get("AccountNo", "4300"), "AmtDebit": debit or 0, "AmtCredit": credit or 0},
        {"AccountNo": "1100", "AmtDebit": credit or 0, "AmtCredit": debit or 0},
    ]


def _condition(unit_id: int, entry_no: int, seq_no: int | None) -> tuple[str, list[Any]]:
    if seq_no is None:
        return "unit = ? AND entry_no = ?", [unit_id, entry_no]
    return "unit = ? AND entry_no = ? AND seq_no = ?", [unit_id, entry_no, seq_no]
