-- The journal entries. A case is one sale with its receipt and one purchase with its payment, and now and then the wages;
-- every document in it is one journal entry that balances to the cent. Cases are added until `@entries` lines stand there;
-- small memorial entries fill the rest, so that there are exactly as many lines as asked.

CREATE TEMP TABLE cases AS
SELECT *,
    -- lines: debtor, revenues, a VAT line for each rate above zero
    CASE WHEN usd THEN 2 ELSE 1 + revenues + least(revenues, 2) END AS sale_lines,
    CASE WHEN foreign_purchase THEN 2 ELSE 2 + costs END AS purchase_lines
FROM (
    SELECT c, CAST(1 + pick([0, 0, 1, 1, 1, 2, 2, 3], 100, c) AS INTEGER) AS unit,
        TIMESTAMP '2023-01-01' + to_days(CAST((c * 397 + draw(101, c, 60)) % 1231 AS INTEGER)) AS day,
        draw(102, c, @debtors) AS debtor, draw(102, c, @debtors) % 6 = 5 AS usd, 1 + draw(103, c, 3) AS revenues,
        draw(104, c, 10) AS sale_fate, draw(105, c, @creditors) AS creditor, draw(105, c, @creditors) % 6 = 5 AS foreign_purchase,
        1 + draw(106, c, 2) AS costs, draw(107, c, 10) < 7 AS purchase_paid, c % 5 = 0 AS wages
    FROM range(@entries // 9 + 20) AS t(c)
);

-- Of ten sales six are paid and one is half paid; the rest is open.
CREATE TEMP TABLE kept AS
SELECT * FROM (
    SELECT *, sum(sale_lines + purchase_lines + CASE WHEN sale_fate < 7 THEN 2 ELSE 0 END + CASE WHEN purchase_paid THEN 2 ELSE 0 END
        + CASE WHEN wages THEN 4 ELSE 0 END) OVER (ORDER BY c) AS lines_so_far
    FROM cases
) WHERE lines_so_far <= @entries - 2;

CREATE TEMP TABLE documents AS
SELECT c, kind, unit, journal, day, CAST(year(day) AS INTEGER) AS year, CAST(month(day) AS INTEGER) AS period,
    row_number() OVER (PARTITION BY unit ORDER BY day, c, kind) AS entry_no,
    CASE WHEN kind IN ('S', 'P') THEN strftime(day, '%y') || lpad(CAST(row_number() OVER (PARTITION BY kind, unit, year(day) ORDER BY day, c) AS VARCHAR), 6, '0') END AS number,
    day + to_microseconds(28800000000 + draw(110, c * 8 + ascii(kind) % 8, 36000000000)) AS created,
    extra
FROM (
    SELECT c, 'S' AS kind, unit, '20' AS journal, day, 0 AS extra FROM kept
    UNION ALL SELECT c, 'R', unit, '50', day + to_days(CAST(5 + draw(111, c, 40) AS INTEGER)), 0 FROM kept WHERE sale_fate < 7
    UNION ALL SELECT c, 'P', unit, '30', day + to_days(CAST(draw(112, c, 10) AS INTEGER)), 0 FROM kept
    UNION ALL SELECT c, 'B', unit, '50', day + to_days(CAST(12 + draw(113, c, 30) AS INTEGER)), 0 FROM kept WHERE purchase_paid
    UNION ALL SELECT c, 'W', unit, '90', day, 0 FROM kept WHERE wages
    -- the rest: entries of two lines, the last of three where the number is odd
    UNION ALL SELECT -1 - n, 'M', CAST(1 + draw(114, n, 4) AS INTEGER), '70', TIMESTAMP '2023-01-01' + to_days(CAST((n * 397 + draw(115, n, 60)) % 1231 AS INTEGER)),
        CASE WHEN n = 0 AND rest % 2 = 1 THEN 1 ELSE 0 END
    FROM (SELECT CAST(@entries - coalesce(max(lines_so_far), 0) AS BIGINT) AS rest FROM kept), range(rest // 2) AS t(n)
);

-- The amounts of a case, in cents.
CREATE TEMP TABLE amounts AS
SELECT c, base1, base2, base3, vat1, vat2, base1 + base2 + base3 + vat1 + vat2 AS sale, cost1, cost2, vat_in, cost1 + cost2 + vat_in AS purchase,
    150000 + draw(120, c, 450000) AS wage
FROM (
    SELECT c, base1, base2, base3, CASE WHEN usd THEN 0 ELSE (base1 * 21 + 50) // 100 END AS vat1, (base2 * 9 + 50) // 100 AS vat2,
        cost1, cost2, CASE WHEN foreign_purchase THEN 0 ELSE ((cost1 + cost2) * 21 + 50) // 100 END AS vat_in
    FROM (
        SELECT c, usd, foreign_purchase, 1000 + draw(121, c, 1500000) AS base1, CASE WHEN usd OR revenues < 2 THEN 0 ELSE 500 + draw(122, c, 300000) END AS base2,
            CASE WHEN usd OR revenues < 3 THEN 0 ELSE 500 + draw(123, c, 100000) END AS base3,
            500 + draw(124, c, 600000) AS cost1, CASE WHEN foreign_purchase OR costs < 2 THEN 0 ELSE 500 + draw(125, c, 90000) END AS cost2
        FROM kept
    )
);

CREATE TEMP TABLE postings AS
WITH facts AS (
    SELECT k.*, a.* EXCLUDE (c), CAST(10400 + debtor AS VARCHAR) AS debtor_no, CAST(30000 + creditor AS VARCHAR) AS creditor_no,
        CASE WHEN usd THEN '1310' ELSE '1300' END AS debtors_account, CASE WHEN foreign_purchase THEN '1610' ELSE '1600' END AS creditors_account,
        CASE WHEN sale_fate = 6 THEN sale // 2 ELSE sale END AS received
    FROM kept AS k JOIN amounts AS a ON a.c = k.c
)
-- seq, account, feature, collect account, debit, credit (cents), VAT code, VAT (cents), what it is
SELECT c, 'S' AS kind, 1 AS seq, debtor_no AS account, '2' AS feature, debtors_account AS collect_account, sale AS debit, 0 AS credit, NULL AS vat_code, NULL AS vat, 'Factuur' AS what FROM facts
UNION ALL SELECT c, 'S', 2, CASE WHEN usd THEN '8200' ELSE pick(['8000', '8010'], 130, c) END, '1', NULL, 0, base1, CASE WHEN usd THEN '3' ELSE '1' END, vat1, 'Omzet' FROM facts
UNION ALL SELECT c, 'S', 3, '8100', '1', NULL, 0, base2, '2', vat2, 'Omzet laag' FROM facts WHERE base2 > 0
UNION ALL SELECT c, 'S', 4, '8200', '1', NULL, 0, base3, '3', 0, 'Omzet verlegd' FROM facts WHERE base3 > 0
UNION ALL SELECT c, 'S', revenues + 2, '1510', '1', NULL, 0, vat1, '1', NULL, 'Btw hoog' FROM facts WHERE NOT usd
UNION ALL SELECT c, 'S', revenues + 3, '1520', '1', NULL, 0, vat2, '2', NULL, 'Btw laag' FROM facts WHERE base2 > 0
UNION ALL SELECT c, 'R', 1, '1100', '1', NULL, received, 0, NULL, NULL, 'Ontvangst' FROM facts WHERE sale_fate < 7
UNION ALL SELECT c, 'R', 2, debtor_no, '2', debtors_account, 0, received, NULL, NULL, 'Ontvangst' FROM facts WHERE sale_fate < 7
UNION ALL SELECT c, 'P', 1, pick(['4200', '4300', '4310', '4400', '4500', '4510', '4600', '7000'], 131, c), '1', NULL, cost1, 0, CASE WHEN foreign_purchase THEN '8' ELSE '6' END,
    (cost1 * CASE WHEN foreign_purchase THEN 0 ELSE 21 END + 50) // 100, 'Inkoop' FROM facts
UNION ALL SELECT c, 'P', 2, '4300', '1', NULL, cost2, 0, '6', vat_in - (cost1 * 21 + 50) // 100, 'Inkoop' FROM facts WHERE cost2 > 0
UNION ALL SELECT c, 'P', costs + 1, '1530', '1', NULL, vat_in, 0, '6', NULL, 'Btw inkoop' FROM facts WHERE NOT foreign_purchase
UNION ALL SELECT c, 'P', CASE WHEN foreign_purchase THEN 2 ELSE costs + 2 END, creditor_no, '3', creditors_account, 0, purchase, NULL, NULL, 'Factuur' FROM facts
UNION ALL SELECT c, 'B', 1, creditor_no, '3', creditors_account, purchase, 0, NULL, NULL, 'Betaling' FROM facts WHERE purchase_paid
UNION ALL SELECT c, 'B', 2, '1100', '1', NULL, 0, purchase, NULL, NULL, 'Betaling' FROM facts WHERE purchase_paid
UNION ALL SELECT c, 'W', 1, '4000', '1', NULL, wage, 0, NULL, NULL, 'Lonen' FROM facts WHERE wages
UNION ALL SELECT c, 'W', 2, '4010', '1', NULL, wage // 5, 0, NULL, NULL, 'Lonen' FROM facts WHERE wages
UNION ALL SELECT c, 'W', 3, '1700', '1', NULL, 0, wage // 3, NULL, NULL, 'Lonen' FROM facts WHERE wages
UNION ALL SELECT c, 'W', 4, '1710', '1', NULL, 0, wage + wage // 5 - wage // 3, NULL, NULL, 'Lonen' FROM facts WHERE wages
UNION ALL SELECT c, 'M', seq, account, '1', NULL, CASE WHEN seq = 1 THEN cents ELSE 0 END,
    CASE WHEN seq = 1 THEN 0 WHEN extra = 0 THEN cents WHEN seq = 2 THEN cents // 2 ELSE cents - cents // 2 END, NULL, NULL, 'Overboeking'
FROM (SELECT c, extra, 100 + draw(140, c, 100000) AS cents FROM documents WHERE kind = 'M'), (VALUES (1, '4700'), (2, '0200'), (3, '0300')) AS t(seq, account)
WHERE seq <= 2 + extra;

CREATE TABLE entry_lines AS
SELECT d.unit, CAST(d.entry_no AS BIGINT) AS entry_no, CAST(p.seq AS BIGINT) AS seq_no, d.year, d.period, d.journal, p.account, p.feature,
    coalesce(p.collect_account, p.account) AS collect_account,
    CASE WHEN p.debit <> 0 OR p.credit = 0 THEN money(p.debit) ELSE money(0) END AS amt_debit, money(p.credit) AS amt_credit,
    d.day AS entry_date, d.number AS invoice, i.number AS matched_invoice,
    d.day AS voucher_date, substr('SRPBWM', 1 + strpos('SRPBWM', d.kind) - 1, 1) || strftime(d.day, '%y') || lpad(CAST(d.entry_no AS VARCHAR), 7, '0') AS voucher_no,
    p.vat_code, money(p.vat) AS vat_amt, p.what || ' ' || coalesce(d.number, i.number, CAST(d.entry_no AS VARCHAR)) AS description,
    CASE WHEN draw(150, d.c, 12) = 0 THEN 'Let op: "' || p.what || '"' END AS line_description,
    d.created,
    -- one entry in seven was changed again, days later
    least(d.created + to_microseconds(CASE WHEN draw(151, d.c * 8 + ascii(d.kind) % 8, 7) = 0 THEN draw(152, d.c, 60 * 86400000000) ELSE draw(153, d.c, 2000000) END),
        TIMESTAMP '2026-07-31 23:59:58.75') AS modified,
    CASE WHEN p.account LIKE '4%' OR p.account = '7000' THEN pick(['K010', 'K020', 'K030', 'K040', 'K050', 'K060', 'K070', 'K080'], 154, d.c * 8 + p.seq) END AS dim1,
    CASE WHEN p.feature = '1' AND substr(p.account, 1, 1) IN ('4', '7', '8') AND draw(155, d.c, 3) = 0 THEN 'P' || (1000 + draw(156, d.c, 40)) END AS dim2,
    CASE WHEN p.feature = '1' AND p.account LIKE '45%' THEN 'D' || (1 + draw(157, d.c, 6)) END AS dim3,
    CASE WHEN p.feature = '1' AND p.account LIKE '80%' THEN pick(['N', 'Z', 'O', 'W'], 158, d.c) END AS dim4,
    CAST(NULL AS VARCHAR) AS dim5,
    p.kind = 'P' AND p.seq = 1 AND draw(159, d.c, 5) = 0 AS split,
    CASE WHEN p.feature IN ('2', '3') THEN CASE WHEN p.collect_account IN ('1310', '1610') THEN 'USD' ELSE 'EUR' END END AS currency,
    CASE WHEN p.feature IN ('2', '3') AND d.number IS NOT NULL THEN d.day + to_days(CAST(pick(['14', '30', '60'], 16, p.relation) AS INTEGER)) END AS due_date
FROM (SELECT *, CASE feature WHEN '2' THEN CAST(account AS BIGINT) - 10400 WHEN '3' THEN 1000000 + CAST(account AS BIGINT) - 30000 END AS relation FROM postings) AS p
JOIN documents AS d ON d.c = p.c AND d.kind = p.kind
LEFT JOIN documents AS i ON i.c = d.c AND p.feature IN ('2', '3') AND i.kind = CASE d.kind WHEN 'R' THEN 'S' WHEN 'B' THEN 'P' END
ORDER BY d.unit, d.entry_no, p.seq;
UPDATE entry_lines SET vat_amt = NULL WHERE vat_code IS NULL;

-- What a split line is divided into: two or three parts over different cost centres, together the line to the cent.
CREATE TABLE splits AS
SELECT unit, entry_no, seq_no, CAST(part AS INTEGER) AS part,
    CASE part WHEN 1 THEN amt_debit - rest * (parts - 1) ELSE rest END AS amt_debit, amt_credit,
    ['K020', 'K040', 'K060'][part] AS dim1, dim2, dim3, dim4, dim5
FROM (
    SELECT *, CAST(trunc(amt_debit / 4, 2) AS DECIMAL(26, 10)) AS rest, 2 + draw(161, entry_no, 2) AS parts FROM entry_lines WHERE split
), range(1, 4) AS t(part)
WHERE part <= parts;

-- A line that is not split counts as its own and only part.
CREATE VIEW allocated_lines AS
SELECT * EXCLUDE (split, amt_debit, amt_credit, dim1, dim2, dim3, dim4, dim5), 1 AS part, amt_debit, amt_credit, dim1, dim2, dim3, dim4, dim5
FROM entry_lines WHERE NOT split
UNION ALL
SELECT l.* EXCLUDE (split, amt_debit, amt_credit, dim1, dim2, dim3, dim4, dim5), s.part, s.amt_debit, s.amt_credit, s.dim1, s.dim2, s.dim3, s.dim4, s.dim5
FROM entry_lines AS l JOIN splits AS s ON s.unit = l.unit AND s.entry_no = l.entry_no AND s.seq_no = l.seq_no
WHERE l.split;

-- An open item: an invoice and what was paid on it, until they cancel out. The debtor's or creditor's balance is their sum.
CREATE VIEW open_items AS
SELECT i.*, CAST(round(invoiced * coalesce(c.rate, 1), 2) AS DECIMAL(26, 10)) AS invoiced_currency, CAST(round(balance * coalesce(c.rate, 1), 2) AS DECIMAL(26, 10)) AS balance_currency
FROM (
    SELECT unit, feature, account, coalesce(invoice, matched_invoice, voucher_no) AS item, min(voucher_no) AS voucher_no, min(voucher_date) AS voucher_date,
        coalesce(min(due_date), min(voucher_date)) AS due_date, coalesce(min(currency), 'EUR') AS currency, min(description) AS description,
        coalesce(sum(amt_debit - amt_credit) FILTER (matched_invoice IS NULL), 0) AS invoiced, sum(amt_debit - amt_credit) AS balance
    FROM entry_lines WHERE feature IN ('2', '3') GROUP BY ALL
) AS i
ASOF LEFT JOIN currencies AS c ON c.id = i.currency AND c.start_date <= i.voucher_date
WHERE balance <> 0;

CREATE TABLE budgets AS
SELECT unit, CAST(year AS INTEGER) AS year, CAST(period AS INTEGER) AS period, number AS account, money(100000 + draw(170, unit * 1000000 + year * 100 + period + CAST(number AS BIGINT), 900) * 1000) AS amount
FROM administrations, range(2023, 2027) AS y(year), range(1, 13) AS p(period), accounts
WHERE budget = 'B' AND NOT accounts.blocked AND draw(171, unit * 10000 + CAST(number AS BIGINT), 2) = 0;

CREATE TABLE changed_days AS
SELECT entry_date, max(modified) AS modified FROM entry_lines GROUP BY entry_date;

DROP TABLE cases;
DROP TABLE kept;
DROP TABLE documents;
DROP TABLE amounts;
DROP TABLE postings;
