-- The rows of the standard GetConnectors that have any, over the tables of books_master.sql and books_entries.sql.
-- "Profit_Accounts by Account" names the GetConnector and the fields that identify a row. `@language` becomes nl or en.

-- Profit_Administrations by AdminId
SELECT unit AS AdminId, name AS AdminNm, code AS AdminCd FROM administrations

-- Profit_Accounts by Account
SELECT number AS Account, description AS Description, type AS "Type", kind AS Sort, blocked AS Blocked, is_collect AS CollectAccount,
    collect_type AS CollectAccountType, feature AS Feature, CAST(NULL AS VARCHAR) AS CollectOn, vat_allowed AS VatAllowed, vat_code AS VatCode,
    budget AS Budget, to_project AS ToProject, dim_ax1 AS DimAx1, dim_ax2 AS DimAx2, dim_ax3 AS DimAx3, dim_ax4 AS DimAx4, dim_ax5 AS DimAx5
FROM accounts
UNION ALL
SELECT number, name[1:50], CASE kind WHEN 'D' THEN '1' ELSE '2' END, 'O', blocked, FALSE, 'N', CASE kind WHEN 'D' THEN '2' ELSE '3' END, collect_account,
    FALSE, NULL, 'N', 'N', 'N', 'N', 'N', 'N', 'N'
FROM relations

-- Profit_Journals by UnitId JournalId
SELECT unit AS UnitId, id AS JournalId, description AS Description, type AS JournalType, blocked AS Blocked FROM journals

-- Profit_periods_per_administration by Unit Year Period Periodtable
SELECT unit AS Unit, year AS "Year", period AS Period, description AS PeriodDesc, date_from AS DateFrom, date_to AS DateTo, blocked AS Blocked,
    1 AS Periodtable, 'Kalendermaanden' AS TableDesc
FROM periods

-- Profit_VAT_code by VatCode
SELECT code AS VatCode, description AS Description, account AS AccountNr, percentage AS VatPerc, duty AS VatDuty, blocked AS Blocked,
    method AS VatMethod, type AS VatType
FROM vat_codes

-- Profit_Currency by CurrencyId StartDate
SELECT id AS CurrencyId, name AS Currency, rate AS Exchange_Rate, start_date AS StartDate, rate AS DailyRate FROM currencies

-- Profit_Transactions by UnitId EntryNo SeqNo
SELECT unit AS UnitId, entry_no AS EntryNo, seq_no AS SeqNo, year AS "Year", period AS Period, journal AS JournalId, account AS AccountNo,
    amt_debit AS AmtDebit, amt_credit AS AmtCredit, entry_date AS EntryDate, invoice AS InvoiceId, voucher_date AS VoucherDate,
    voucher_no AS VoucherNo, vat_code AS VatCode, vat_amt AS VatAmt, description AS Description, created AS Created, modified AS Modified
FROM entry_lines

-- Profit_Transactions_Allocated by UnitId EntryNo SeqNo DimAx1 DimAx2 DimAx3 DimAx4 DimAx5
SELECT l.unit AS UnitId, l.entry_no AS EntryNo, l.seq_no AS SeqNo, l.year AS "Year", l.period AS Period, l.journal AS JournalId, l.account AS AccountNo,
    l.line_description AS Omschrijving, l.amt_debit AS AmtDebit, l.amt_credit AS AmtCredit, l.entry_date AS EntryDate, l.invoice AS InvoiceId,
    l.voucher_date AS VoucherDate, l.voucher_no AS VoucherNo, l.vat_code AS VatCode, l.vat_amt AS VatAmt, l.description AS Description,
    l.created AS Created, l.modified AS Modified, t.@language AS "Type", f.@language AS Collect_On,
    l.dim1 AS DimAx1, l.dim2 AS DimAx2, l.dim3 AS DimAx3, l.dim4 AS DimAx4, l.dim5 AS DimAx5
FROM allocated_lines AS l
LEFT JOIN accounts AS a ON a.number = l.collect_account
LEFT JOIN account_types AS t ON t.code = a.type
LEFT JOIN features AS f ON f.code = l.feature

-- Profit_Period_balance by UnitId Year Period AccountNr
SELECT b.unit AS UnitId, b.year AS "Year", b.period AS Period, b.account AS AccountNr, a.description AS AccountDesc,
    b.credit AS Credit, b.debit AS Debit, b.debit - b.credit AS Balance, b.budget AS Budget
FROM (
    SELECT unit, year, period, account, sum(credit) AS credit, sum(debit) AS debit, sum(budget) AS budget FROM (
        SELECT unit, year, period, collect_account AS account, amt_credit AS credit, amt_debit AS debit, NULL AS budget FROM entry_lines
        UNION ALL
        SELECT unit, year, period, account, 0, 0, amount FROM budgets
    ) GROUP BY ALL
) AS b
LEFT JOIN accounts AS a ON a.number = b.account

-- Profit_Balance_Allocated by Unit Year Period Account DimAx DimCode
SELECT b.unit AS Unit, b.year AS "Year", b.period AS Period, b.account AS Account, b.axis AS DimAx, d.description AS Description, b.code AS DimCode,
    b.credit AS Credit, b.debit AS Debet, b.debit - b.credit AS Balance, CAST(NULL AS DECIMAL(26, 10)) AS Budget,
    CAST(0 AS DECIMAL(26, 10)) AS Reserved, CAST(0 AS DECIMAL(26, 10)) AS Obligation
FROM (
    SELECT unit, year, period, collect_account AS account, axis, code, sum(amt_credit) AS credit, sum(amt_debit) AS debit FROM (
        SELECT *, '1' AS axis, dim1 AS code FROM allocated_lines WHERE dim1 IS NOT NULL
        UNION ALL SELECT *, '2', dim2 FROM allocated_lines WHERE dim2 IS NOT NULL
        UNION ALL SELECT *, '3', dim3 FROM allocated_lines WHERE dim3 IS NOT NULL
        UNION ALL SELECT *, '4', dim4 FROM allocated_lines WHERE dim4 IS NOT NULL
        UNION ALL SELECT *, '5', dim5 FROM allocated_lines WHERE dim5 IS NOT NULL
    ) GROUP BY ALL
) AS b
LEFT JOIN dimensions AS d ON d.axis = b.axis AND d.code = b.code

-- Profit_Allocation_Assigments by Unit Account DimAx DimCode
SELECT u.unit AS Unit, a.number AS Account, d.axis AS DimAx, d.axis_description AS AxDescription, d.code AS DimCode, d.description AS CodeDescription
FROM administrations AS u, accounts AS a
JOIN dimensions AS d ON 'N' <> CASE d.axis WHEN '1' THEN a.dim_ax1 WHEN '2' THEN a.dim_ax2 WHEN '3' THEN a.dim_ax3 WHEN '4' THEN a.dim_ax4 ELSE a.dim_ax5 END
WHERE NOT a.blocked

-- Profit_Debtor by DebtorId
SELECT number AS DebtorId, name AS DebtorName, number AS BcCo, search_name AS SearchName, street AS AdressLine1, city AS AdressLine3, country AS AdressLine4,
    phone AS TelNr, email AS Email, iban AS IBAN, vat_number AS VatNr, commerce_number AS ChOfCommNr, collect_account AS CollectAccount,
    payment_condition AS PayCon, 'B' AS VatDuty, blocked AS Blocked, credit_limit AS CreditLimit, currency AS CurrencyId, auto_payment AS AutoPayment,
    created AS CreateDate, modified AS ModifiedDate
FROM relations WHERE kind = 'D'

-- Profit_Creditor by CreditorId
SELECT number AS CreditorId, name AS CreditorName, number AS BcCo, search_name AS SearchName, street AS Adressline1, city AS Adressline3, country AS Adressline4,
    phone AS TelNr, email AS Email, iban AS IBAN, vat_number AS "Btw-nummer", commerce_number AS ChOfCommNr, payment_condition AS PaymentCondition,
    credit_limit AS CreditLimit, FALSE AS TempBlocked, 'B' AS VatDuty, auto_payment AS AutoPayment, blocked AS Blocked,
    created AS CreateDate, modified AS ModifiedDate
FROM relations WHERE kind = 'C'

-- Profit_Debtor_Invoices by UnitId DebtorId InvoiceNr
SELECT unit AS UnitId, account AS DebtorId, item AS InvoiceNr, voucher_date AS NookPieceDate, due_date AS ExpDate, currency AS CurrencyId,
    invoiced AS AmtInvoice, invoiced_currency AS AmtInvoiceCurr, balance AS Balance, balance_currency AS BalanceCurr, description AS Description
FROM open_items WHERE feature = '2'

-- Profit_Creditor_Invoices by UnitId CreditorId InvoiceNr
SELECT unit AS UnitId, account AS CreditorId, item AS InvoiceNr, voucher_no AS BookPiecrNr, voucher_date AS BookPieceDate, currency AS CurrencyId,
    -balance AS AmtInvoice, -balance_currency AS AmtInvoiceCurr, due_date AS ExpDate, description AS Description, FALSE AS Blocked
FROM open_items WHERE feature = '3'

-- Profit_Fin_ChangedEntrydate by EntryDate
SELECT entry_date AS EntryDate, modified AS Modified FROM changed_days

-- Profit_CostCentre by EmployerId CostCentre
SELECT employer AS EmployerId, code AS CostCentre, description AS Description, blocked AS Blocked, modified AS ModifiedDate FROM cost_centres

-- Profit_Projects by ProjectId
SELECT id AS ProjectId, description AS Description, unit AS UnitId, project_group AS ProjectGroup, checked_out AS CheckedOut, debtor AS BcCo,
    debtor AS DebtorId, date_start AS DateStart, date_ready AS DateReady, chargeable AS Chargeable, created AS CreateDate, modified AS ModifiedDate
FROM projects

-- Profit_Article by ItemCode
SELECT code AS ItemCode, description AS Description, extra AS ExtraDescription, base_unit AS UnitId, 1 AS Factor, article_group AS ArtGroup, blocked AS Blocked,
    barcode AS Barcode, '1' AS VATGroup, 'N' AS ItemSortCode, 'A' AS ItemTypeCode, TRUE AS Stock, 0 AS BitDecimals, CAST(NULL AS VARCHAR) AS PriceGroup,
    'G' AS StockCode, CAST(NULL AS VARCHAR) AS StockDimId1, CAST(NULL AS VARCHAR) AS StockDimId2, created AS CreateDate, modified AS ModifiedDate
FROM articles

-- Profit_SalesorderLines by OrderNumber SeqNo
SELECT l.order_number AS OrderNumber, l.status AS Status, l.order_date AS OrderDate, l.debtor AS DebtorId, l.currency AS CurrencyId, l.reference AS CustomerReference,
    l.seq_no AS SeqNo, 'A' AS LineStatusCode, l.guid AS LineGuid, 'A' AS ItemTypeCode, l.article AS ItemCodeId, a.description AS Description, 'STK' AS UnitId,
    CAST(l.quantity AS DECIMAL(26, 10)) AS PiecePerUnit, l.price AS PricePerUnit, l.discount AS AmtRowDiscount, l.price - coalesce(l.discount, 0) AS PriceNet,
    l.quantity * (l.price - coalesce(l.discount, 0)) AS AmtTotal, l.created AS CreateDate, l.modified AS ModifiedDate
FROM order_lines AS l LEFT JOIN articles AS a ON a.code = l.article

-- ProfitCountries by CoId
SELECT code AS CoId, @language AS Co FROM countries
