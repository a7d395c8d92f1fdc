-- The trial balance of each administration, from the entries, beside AFAS's own balances.
--
-- In an entry a debtor's or creditor's own number may stand as the account; `CollectOn` says to which ledger account it
-- rolls up. Profit_Period_balance holds ledger accounts only.
WITH entries AS (
    SELECT t.UnitId AS unit, coalesce(a.CollectOn, t.AccountNo) AS account, sum(t.AmtDebit) AS debit, sum(t.AmtCredit) AS credit
    FROM Profit_Transactions AS t
    LEFT JOIN Profit_Accounts AS a ON a.Account = t.AccountNo
    GROUP BY ALL
),
balances AS (
    SELECT UnitId AS unit, AccountNr AS account, sum(Debit) AS debit, sum(Credit) AS credit
    FROM Profit_Period_balance
    GROUP BY ALL
)
SELECT
    unit AS administration,
    any_value(d.AdminNm) AS name,
    count(*) AS accounts,
    sum(coalesce(e.debit, 0)) AS debit,
    sum(coalesce(e.credit, 0)) AS credit,
    sum(abs(coalesce(e.debit, 0) - coalesce(b.debit, 0)) + abs(coalesce(e.credit, 0) - coalesce(b.credit, 0))) AS difference
FROM entries AS e
FULL JOIN balances AS b USING (unit, account)
LEFT JOIN Profit_Administrations AS d ON d.AdminId = unit
GROUP BY unit
ORDER BY unit
