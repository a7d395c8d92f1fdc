"""Data that changes while it is read."""

from datetime import datetime
from decimal import Decimal

import pytest

NOW = datetime(2026, 10, 25, 2, 30, 15, 500_000)
SHOWN = "2026-10-25T02:30:16Z"


@pytest.fixture
def changing(sandbox):
    sandbox.now = NOW
    return sandbox


def lines_of(sandbox, entry_no, unit_id=1):
    return [
        row for row in sandbox.rows("Profit_Transactions") if (row["UnitId"], row["EntryNo"]) == (unit_id, entry_no)
    ]


def day_changed(sandbox, day):
    return {row["EntryDate"]: row["Modified"] for row in sandbox.rows("Profit_Fin_ChangedEntrydate")}.get(day)


def trial_balance(sandbox):
    return sum(row["Balance"] for row in sandbox.rows("Profit_Period_balance"))


def test_an_inserted_entry_balances_and_touches_its_day(changing):
    key = changing.insert_entry(AmtDebit="12345678901234.1234567890")

    debit, credit = lines_of(changing, key.entry_no)
    assert debit["AmtDebit"] == credit["AmtCredit"] == Decimal("12345678901234.1234567890")
    assert debit["Created"] == debit["Modified"] == SHOWN
    assert (key.unit_id, key.year, key.journal_id, key.seq_nos) == (1, 2026, "70", (1, 2))
    assert day_changed(changing, "2026-10-25T00:00:00Z") == SHOWN
    assert trial_balance(changing) == 0


def test_an_entry_may_be_told_line_by_line(changing):
    key = changing.insert_entry(
        lines=[
            {"AccountNo": "10400", "AmtDebit": "121"},
            {"AccountNo": "8000", "AmtCredit": "100", "VatCode": "1", "DimAx1": "K010"},
            {"AccountNo": "1510", "AmtCredit": "21"},
        ],
        UnitId=2, JournalId="20", EntryDate="2025-02-03", InvoiceId="X1",
    )  # fmt: skip

    assert [row["AccountNo"] for row in lines_of(changing, key.entry_no, 2)] == ["10400", "8000", "1510"]
    (item,) = [row for row in changing.rows("Profit_Debtor_Invoices") if row["InvoiceNr"] == "X1"]
    assert (item["DebtorId"], item["Balance"]) == ("10400", 121)
    (debtor, *_) = [row for row in changing.rows("Sandbox_Entries") if row["InvoiceId"] == "X1"]
    assert (debtor["Feature"], debtor["CollectAccount"], debtor["Year"], debtor["Period"]) == ("2", "1300", 2025, 2)


def test_thousands_of_lines_may_share_a_second(changing):
    lines = [{"AccountNo": "4300", "AmtDebit": 1}, {"AccountNo": "1100", "AmtCredit": 1}] * 2_500

    key = changing.insert_entry(lines=lines)

    assert len(key.seq_nos) == 5_000
    query = "filterfieldids=Modified,Modified&filtervalues=2026-10-25T02:30:15,2026-10-25T02:30:16&operatortypes=2,5"
    assert len(changing.get(f"/connectors/Profit_Transactions?take=6000&{query}").rows) == 5_000


def test_an_entry_that_does_not_balance_is_refused(changing):
    with pytest.raises(ValueError, match="does not balance"):
        changing.insert_entry(lines=[{"AmtDebit": "1"}, {"AmtCredit": "2"}])


@pytest.mark.parametrize("bad", [{"Amount": 1}, {"lines": []}, {"EntryDate": "gisteren"}])
def test_an_entry_of_something_else_is_refused(changing, bad):
    before = changing.rows("Profit_Transactions")

    with pytest.raises(ValueError):
        changing.insert_entry(**bad)
    assert changing.rows("Profit_Transactions") == before


def test_a_changed_entry_is_modified_now(changing):
    before = lines_of(changing, 1)

    changing.change_entry(1, 1, Description="Anders")

    after = lines_of(changing, 1)
    assert {(row["Description"], row["Modified"]) for row in after} == {("Anders", SHOWN)}
    assert [row["AmtDebit"] for row in after] == [row["AmtDebit"] for row in before]
    assert day_changed(changing, before[0]["EntryDate"]) == SHOWN


def test_a_changed_line_leaves_the_others(changing):
    changing.change_entry(1, 1, seq_no=2, AccountNo="10401")

    first, second, *_ = lines_of(changing, 1)
    assert first["Modified"] != SHOWN
    assert (second["AccountNo"], second["Modified"]) == ("10401", SHOWN)
    assert (
        next(
            row["CollectAccount"]
            for row in changing.rows("Sandbox_Entries")
            if (row["AdministrationId"], row["EntryNo"], row["SeqNo"]) == (1, 1, 2)
        )
        == "1300"
    )


def test_an_entry_moved_to_another_day_touches_both(changing):
    before = lines_of(changing, 1)[0]["EntryDate"]

    changing.change_entry(1, 1, EntryDate="2024-12-31")

    assert {(row["Year"], row["Period"]) for row in lines_of(changing, 1)} == {(2024, 12)}
    assert day_changed(changing, before) == day_changed(changing, "2024-12-31T00:00:00Z") == SHOWN


def test_so_many_entries_change_and_no_others(changing):
    keys = changing.change_entries(10)

    modified = {
        (row["UnitId"], row["EntryNo"]) for row in changing.rows("Profit_Transactions") if row["Modified"] == SHOWN
    }
    assert modified == {(key.unit_id, key.entry_no) for key in keys}
    assert len(keys) == 10


def test_a_deleted_entry_leaves_only_its_touched_day(changing):
    day = lines_of(changing, 1)[0]["EntryDate"]

    changing.delete_entry(1, 1)

    assert lines_of(changing, 1) == []
    assert not [
        row for row in changing.rows("Profit_Transactions_Allocated") if (row["UnitId"], row["EntryNo"]) == (1, 1)
    ]
    assert day_changed(changing, day) == SHOWN
    assert trial_balance(changing) == 0


def test_what_is_not_there_cannot_change(changing):
    for act in (changing.delete_entry, changing.change_entry):
        with pytest.raises(LookupError):
            act(1, 999_999)


def test_a_renumbered_account_is_gone_and_its_entries_moved(changing):
    before = {row["AccountNr"]: row["Balance"] for row in changing.rows("Profit_Period_balance")}
    assert "1100" in before

    changing.renumber_account("1100", "1101")

    accounts = {row["Account"] for row in changing.rows("Profit_Accounts")}
    assert "1101" in accounts
    assert "1100" not in accounts
    moved = [row for row in changing.rows("Profit_Transactions") if row["AccountNo"] == "1101"]
    assert moved
    assert {row["Modified"] for row in moved} == {SHOWN}
    assert "1100" not in {row["AccountNo"] for row in changing.rows("Profit_Transactions")}
    assert "1100" not in {row["AccountNr"] for row in changing.rows("Profit_Period_balance")}


def test_entries_may_move_without_a_sign(changing):
    changing.renumber_account("1100", "1101", touch=False)

    assert SHOWN not in {row["Modified"] for row in changing.rows("Profit_Transactions")}


def test_a_collect_account_takes_its_sub_ledger_along(changing):
    changing.renumber_account("1300", "1305")

    assert {row["CollectAccount"] for row in changing.rows("Profit_Debtor")} == {"1305", "1310"}
    assert "1305" in {row["AccountNr"] for row in changing.rows("Profit_Period_balance")}


def test_two_accounts_swap_numbers(changing):
    names = {row["Account"]: row["Description"] for row in changing.rows("Profit_Accounts")}

    changing.renumber_accounts({"4300": "4400", "4400": "4300"})

    swapped = {row["Account"]: row["Description"] for row in changing.rows("Profit_Accounts")}
    assert (swapped["4300"], swapped["4400"]) == (names["4400"], names["4300"])


@pytest.mark.parametrize(("renumbering", "error"), [
    ({"9999": "9998"}, LookupError), ({"4300": "4400"}, ValueError), ({"4300": "4301", "4400": "4301"}, ValueError),
])  # fmt: skip
def test_a_renumbering_that_cannot_be(changing, renumbering, error):
    with pytest.raises(error):
        changing.renumber_accounts(renumbering)


def test_a_defined_table_changes_too(sandbox):
    sandbox.define("Tabel", {"Id": "int", "Naam": "string"}, [{"Id": 1, "Naam": "een"}, {"Id": 2}])

    sandbox.insert("Tabel", {"Id": 3, "Naam": "drie"}, {"Id": 4})
    assert sandbox.update("Tabel", {"Naam": None}, Naam="geen") == 2
    assert sandbox.delete("Tabel", {"Id": 1}) == 1

    assert sandbox.rows("Tabel") == [{"Id": 2, "Naam": "geen"}, {"Id": 3, "Naam": "drie"}, {"Id": 4, "Naam": "geen"}]
    for bad in (
        lambda: sandbox.insert("Tabel", {"Nee": 1}),
        lambda: sandbox.insert("Profit_Debtor", {"DebtorId": "1"}),
    ):
        with pytest.raises(ValueError):
            bad()


def test_the_clock_takes_other_zones_to_amsterdam(sandbox):
    sandbox.now = datetime.fromisoformat("2026-07-01T12:00:00+00:00")
    assert sandbox.now == datetime(2026, 7, 1, 14)

    sandbox.now = None
    assert sandbox.now.tzinfo is None
