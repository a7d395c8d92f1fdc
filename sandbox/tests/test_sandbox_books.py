"""The books add up: SQL's rows, held against each other as a bookkeeper would."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from afas_sandbox import Sandbox


def total(rows, *names, amount):
    sums = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[name] for name in names)] += amount(row)
    return {key: value for key, value in sums.items() if value}


def balance(row):
    return row["AmtDebit"] - row["AmtCredit"]


@pytest.mark.parametrize("entries", [0, 2, 3, 57, 500])
def test_there_are_as_many_lines_as_asked(entries):
    with Sandbox(entries=entries) as sandbox:
        assert len(sandbox.rows("Profit_Transactions")) == entries
        assert len(sandbox.rows("Profit_Debtor")) > 0


def test_every_entry_balances_to_the_cent(books):
    entries = books.rows("Profit_Transactions")

    assert total(entries, "UnitId", "EntryNo", amount=balance) == {}
    assert all(row["AmtDebit"] * 100 % 1 == row["AmtCredit"] * 100 % 1 == 0 for row in entries)
    assert max(Counter((row["UnitId"], row["EntryNo"]) for row in entries).values()) > 3


def test_entries_have_a_key(books):
    entries = books.rows("Profit_Transactions")

    assert len({(row["UnitId"], row["EntryNo"], row["SeqNo"]) for row in entries}) == len(entries)


def test_the_books_are_as_wide_as_promised(books):
    entries = books.rows("Profit_Transactions")

    assert {row["UnitId"] for row in entries} == {row["AdminId"] for row in books.rows("Profit_Administrations")}
    assert {row["Year"] for row in entries} == {2023, 2024, 2025, 2026}
    assert {row["JournalId"] for row in entries} == {"20", "30", "50", "70", "90"}
    assert {row["CurrencyId"] for row in books.rows("Profit_Debtor_Invoices")} == {"EUR", "USD"}
    assert {row["VatCode"] for row in entries} == {"1", "2", "3", "6", "8", None}


def test_vat_is_its_percentage(books):
    percentages = {row["VatCode"]: row["VatPerc"] for row in books.rows("Profit_VAT_code")}
    with_vat = [row for row in books.rows("Profit_Transactions") if row["VatAmt"] is not None]

    for row in with_vat:
        assert abs(abs(balance(row)) * percentages[row["VatCode"]] / 100 - row["VatAmt"]) <= Decimal("0.01")


def test_sub_ledger_numbers_roll_up_to_the_period_balance(books):
    collects_on = {row["Account"]: row["CollectOn"] or row["Account"] for row in books.rows("Profit_Accounts")}
    entries = [{**row, "AccountNr": collects_on[row["AccountNo"]]} for row in books.rows("Profit_Transactions")]
    names = ("UnitId", "Year", "Period", "AccountNr")

    balances = books.rows("Profit_Period_balance")

    assert any(row["AccountNo"] != row["AccountNr"] for row in entries)
    assert total(entries, *names, amount=balance) == total(balances, *names, amount=lambda row: row["Balance"])
    assert total(entries, *names, amount=lambda row: row["AmtDebit"]) == total(
        balances, *names, amount=lambda row: row["Debit"]
    )
    assert all(row["Balance"] == row["Debit"] - row["Credit"] for row in balances)


@pytest.mark.parametrize(("get_connector", "relation", "amount"), [
    ("Profit_Debtor_Invoices", "DebtorId", lambda row: row["Balance"]),
    ("Profit_Creditor_Invoices", "CreditorId", lambda row: -row["AmtInvoice"]),
])  # fmt: skip
def test_open_items_add_up_to_the_balance_of_their_account(books, get_connector, relation, amount):
    items = books.rows(get_connector)
    numbers = {row[relation] for row in books.rows("Profit_Debtor" if relation == "DebtorId" else "Profit_Creditor")}
    entries = [
        {**row, relation: row["AccountNo"]} for row in books.rows("Profit_Transactions") if row["AccountNo"] in numbers
    ]

    names = ("UnitId", relation)
    assert total(items, *names, amount=amount) == total(entries, *names, amount=balance)
    assert len({(row["UnitId"], row[relation], row["InvoiceNr"]) for row in items}) == len(items) > 10
    assert any(row.get("Balance") != row["AmtInvoice"] for row in items) or relation == "CreditorId"


def test_a_split_line_is_more_than_one_row_and_still_the_line(books):
    lines, parts = books.rows("Profit_Transactions"), books.rows("Profit_Transactions_Allocated")
    names = ("UnitId", "EntryNo", "SeqNo")

    assert len(parts) > len(lines)
    assert total(parts, *names, amount=balance) == total(lines, *names, amount=balance)
    key = (*names, "DimAx1", "DimAx2", "DimAx3", "DimAx4", "DimAx5")
    assert len({tuple(row[name] for name in key) for row in parts}) == len(parts)


def test_balances_per_dimension_agree_with_the_entries(books):
    parts = [row for row in books.rows("Sandbox_Entries") if row["DimAx1"]]
    balances = [row for row in books.rows("Profit_Balance_Allocated") if row["DimAx"] == "1"]

    assert total(parts, "AdministrationId", "Year", "Period", "CollectAccount", "DimAx1", amount=balance) == total(
        balances, "Unit", "Year", "Period", "Account", "DimCode", amount=lambda row: row["Balance"]
    )


def test_changed_days_are_the_entries_days(books):
    latest = defaultdict(str)
    for row in books.rows("Profit_Transactions"):
        latest[row["EntryDate"]] = max(latest[row["EntryDate"]], row["Modified"])

    assert {row["EntryDate"]: row["Modified"] for row in books.rows("Profit_Fin_ChangedEntrydate")} == latest


def test_stored_times_have_fractions(books):
    fractions = {modified.microsecond for (modified,) in books.database.rows("SELECT modified FROM entry_lines")}

    assert len(fractions) > 100


def test_a_get_connector_without_a_key_repeats_rows(books):
    rows = books.rows("Verkoopregels_zonder_sleutel")

    assert max(Counter(tuple(row.values()) for row in rows).values()) > 1
