-- The master data of the invented company: administrations, ledger accounts, relations, dimensions, articles.
-- `@seed`, `@debtors`, `@creditors` and `@orders` are filled in by books.py. `draw(topic, i, n)` is a whole number from
-- 0 to n - 1 that depends on nothing but the seed, the topic and i: no statement depends on the order of another's rows.

CREATE OR REPLACE TEMP MACRO draw(topic, i, n) AS CAST(hash(@seed, topic, i) % n AS BIGINT);
CREATE OR REPLACE TEMP MACRO pick(list, topic, i) AS list[1 + draw(topic, i, len(list))];
CREATE OR REPLACE TEMP MACRO money(cents) AS CAST(CAST(cents AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(26, 10));
CREATE OR REPLACE TEMP MACRO guid(topic, i) AS upper(md5(concat_ws('-', @seed, topic, i)));
-- A moment between 2023-01-01 and 2026-07-31, to the microsecond: a stored time has fractions that AFAS does not show.
CREATE OR REPLACE TEMP MACRO moment(topic, i) AS
    TIMESTAMP '2023-01-01' + to_microseconds(draw(topic, i, 1307 * 86400000000));

CREATE TABLE administrations AS
SELECT * FROM (VALUES
    (1, 'Voorbeeld Holding B.V.', 'HOLD'),
    (2, 'Voorbeeld Handel B.V.', 'HAND'),
    (3, 'Voorbeeld Diensten B.V.', 'DIEN'),
    (4, 'Voorbeeld Vastgoed B.V.', NULL)
) AS t(unit, name, code);

-- type: 1 assets, 2 liabilities, 3 revenue, 4 costs. kind: G goods, D services, I investments, B VAT, O other.
-- collect_type: N none, D debtors, C creditors. A dimension axis: N none, B by amount, P by percentage.
CREATE TABLE accounts AS
SELECT number, '1' AS feature, description, type, kind, collect_type <> 'N' AS is_collect, collect_type,
    vat_code IS NOT NULL AS vat_allowed, vat_code, number = '4990' AS blocked,
    CASE WHEN type IN ('3', '4') THEN 'B' ELSE 'N' END AS budget, CASE WHEN number LIKE '8%' THEN 'T' ELSE 'N' END AS to_project,
    CASE WHEN type = '4' THEN 'B' ELSE 'N' END AS dim_ax1, CASE WHEN type IN ('3', '4') THEN 'B' ELSE 'N' END AS dim_ax2,
    CASE WHEN number LIKE '45%' THEN 'P' ELSE 'N' END AS dim_ax3, CASE WHEN number LIKE '80%' THEN 'B' ELSE 'N' END AS dim_ax4,
    'N' AS dim_ax5
FROM (VALUES
    ('0100', 'Gebouwen', '1', 'I', 'N', NULL),
    ('0200', 'Inventaris', '1', 'I', 'N', NULL),
    ('0300', 'Vervoermiddelen', '1', 'I', 'N', NULL),
    ('0900', 'Aandelenkapitaal', '2', 'O', 'N', NULL),
    ('0990', 'Algemene reserve', '2', 'O', 'N', NULL),
    ('1000', 'Kas', '1', 'O', 'N', NULL),
    ('1100', 'Bank', '1', 'O', 'N', NULL),
    ('1190', 'Kruisposten', '1', 'O', 'N', NULL),
    ('1300', 'Debiteuren', '1', 'O', 'D', NULL),
    ('1310', 'Debiteuren buitenland', '1', 'O', 'D', NULL),
    ('1400', 'Vooruitbetaalde kosten', '1', 'O', 'N', NULL),
    ('1510', 'Btw af te dragen hoog', '2', 'B', 'N', NULL),
    ('1520', 'Btw af te dragen laag', '2', 'B', 'N', NULL),
    ('1530', 'Te vorderen btw', '1', 'B', 'N', NULL),
    ('1600', 'Crediteuren', '2', 'O', 'C', NULL),
    ('1610', 'Crediteuren buitenland', '2', 'O', 'C', NULL),
    ('1700', 'Af te dragen loonheffing', '2', 'O', 'N', NULL),
    ('1710', 'Te betalen nettolonen', '2', 'O', 'N', NULL),
    ('3000', 'Voorraad goederen', '1', 'G', 'N', NULL),
    ('4000', 'Brutolonen', '4', 'O', 'N', NULL),
    ('4010', 'Sociale lasten', '4', 'O', 'N', NULL),
    ('4200', 'Huisvestingskosten', '4', 'D', 'N', '6'),
    ('4300', 'Kantoorkosten', '4', 'D', 'N', '6'),
    ('4310', 'Telefoon & internet', '4', 'D', 'N', '6'),
    ('4400', 'Autokosten', '4', 'D', 'N', '6'),
    ('4500', 'Verkoopkosten', '4', 'D', 'N', '6'),
    ('4510', 'Reclame, beurzen; "relatiegeschenken"', '4', 'D', 'N', '6'),
    ('4600', 'Kosten uitbesteed werk', '4', 'D', 'N', '6'),
    ('4700', 'Afschrijvingen', '4', 'O', 'N', NULL),
    ('4990', 'Diverse kosten (vervallen)', '4', 'O', 'N', NULL),
    ('7000', 'Inkoopwaarde omzet', '4', 'G', 'N', '6'),
    ('8000', 'Omzet goederen hoog', '3', 'G', 'N', '1'),
    ('8010', 'Omzet diensten hoog', '3', 'D', 'N', '1'),
    ('8100', 'Omzet laag', '3', 'G', 'N', '2'),
    ('8200', 'Omzet verlegd en export', '3', 'G', 'N', '3'),
    ('9000', 'Koersverschillen', '4', 'O', 'N', NULL)
) AS t(number, description, type, kind, collect_type, vat_code);

CREATE TABLE journals AS
SELECT unit, journal AS id, journals.description, type, journal = '40' AS blocked
FROM administrations, (VALUES
    ('20', 'Verkoopboek', 'V'), ('30', 'Inkoopboek', 'I'), ('40', 'Kas', 'K'), ('50', 'Bank', 'B'),
    ('70', 'Memoriaal', 'M'), ('90', 'Lonen', 'M')
) AS journals(journal, description, type);

CREATE TABLE periods AS
SELECT unit, year, period, description, date_from, date_from + INTERVAL 1 MONTH - INTERVAL 1 DAY AS date_to, year < 2025 AS blocked
FROM (
    SELECT unit, CAST(year AS INTEGER) AS year, CAST(period AS INTEGER) AS period,
        ['Januari', 'Februari', 'Maart', 'April', 'Mei', 'Juni', 'Juli', 'Augustus', 'September', 'Oktober', 'November',
         'December'][period] AS description,
        make_timestamp(year, period, 1, 0, 0, 0) AS date_from
    FROM administrations, range(2023, 2027) AS y(year), range(1, 13) AS p(period)
);

CREATE TABLE vat_codes AS
SELECT * FROM (VALUES
    ('1', 'Btw hoog verkoop', '1510', 21.00, 'B', FALSE, 'E', 'V'),
    ('2', 'Btw laag verkoop', '1520', 9.00, 'B', FALSE, 'E', 'V'),
    ('3', 'Btw nul verkoop', NULL, 0.00, 'V', FALSE, 'E', 'V'),
    ('6', 'Btw hoog inkoop', '1530', 21.00, 'B', FALSE, 'E', 'I'),
    ('7', 'Btw laag inkoop', '1530', 9.00, 'B', FALSE, 'E', 'I'),
    ('8', 'Btw nul inkoop', NULL, 0.00, 'V', FALSE, 'E', 'I'),
    ('9', 'Btw hoog oud (19%)', '1510', 19.00, 'B', TRUE, 'E', 'V')
) AS t(code, description, account, percentage, duty, blocked, method, type);

CREATE TABLE currencies AS
SELECT 'EUR' AS id, 'Euro' AS name, CAST(1 AS DECIMAL(26, 10)) AS rate, TIMESTAMP '2023-01-01' AS start_date
UNION ALL
SELECT 'USD', 'Amerikaanse dollar', CAST(1.05 AS DECIMAL(26, 10)) + CAST(draw(2, q, 900) AS DECIMAL(9, 0)) * CAST(0.0001 AS DECIMAL(9, 4)),
    TIMESTAMP '2023-01-01' + to_months(CAST(q * 3 AS INTEGER))
FROM range(14) AS t(q);

CREATE TABLE relations AS
SELECT kind, i, number, name, upper(replace(name, ' ', '')) AS search_name,
    'Dorpsstraat ' || (1 + draw(4, i, 200)) AS street,
    (1000 + draw(5, i, 8999)) || ' ' || pick(['AB', 'CD', 'EZ', 'KL'], 6, i) || '  ' || pick(['UTRECHT', 'LEUSDEN', '''S-HERTOGENBOSCH', 'ÉCHT'], 7, i) AS city,
    CASE WHEN currency = 'USD' THEN 'Verenigde Staten' ELSE 'Nederland' END AS country,
    '0' || (101000000 + draw(8, i, 8999999)) AS phone, 'administratie@' || number || '.example' AS email,
    CASE WHEN draw(9, i, 8) > 0 THEN 'NL' || lpad(CAST(draw(10, i, 100) AS VARCHAR), 2, '0') || 'ZZZZ' || lpad(CAST(draw(11, i, 1000000000) AS VARCHAR), 10, '0') END AS iban,
    CASE WHEN draw(12, i, 5) > 0 THEN 'NL' || lpad(CAST(draw(13, i, 1000000000) AS VARCHAR), 9, '0') || 'B01' END AS vat_number,
    CASE WHEN draw(14, i, 6) > 0 THEN lpad(CAST(draw(15, i, 100000000) AS VARCHAR), 8, '0') END AS commerce_number,
    pick(['14', '30', '60'], 16, i) AS payment_condition, CAST(pick(['14', '30', '60'], 16, i) AS INTEGER) AS payment_days,
    draw(17, i, 40) = 0 AS blocked,
    CASE WHEN draw(18, i, 3) > 0 THEN money(draw(19, i, 500) * 100000) END AS credit_limit, currency,
    collect_account, draw(20, i, 2) = 0 AS auto_payment, created,
    least(created + to_microseconds(draw(21, i, 200 * 86400000000)), TIMESTAMP '2026-07-31 23:59:58.75') AS modified
FROM (
    SELECT kind, i, CAST(CASE kind WHEN 'D' THEN 10400 + n ELSE 30000 + n END AS VARCHAR) AS number,
        concat_ws(' ', pick(['Bakkerij', 'Drukkerij', 'Café', 'Garage', 'Groothandel', 'Kwekerij', 'Atelier', 'Müller', 'Slagerij', 'Bureau'], 3, i),
            pick(['De Zon', 'Noord', 'Zuiderzee', 'Het Anker', 'De Eik', 'Océane', 'West & Oost', '"De Punt"', '''t Hoekje', 'Links, Rechts; Partners'], 30, i),
            pick(['B.V.', 'N.V.', 'V.O.F.', ''], 31, i)) AS name,
        CASE WHEN n % 6 = 5 THEN 'USD' ELSE 'EUR' END AS currency,
        CASE kind WHEN 'D' THEN CASE WHEN n % 6 = 5 THEN '1310' ELSE '1300' END
            ELSE CASE WHEN n % 6 = 5 THEN '1610' ELSE '1600' END END AS collect_account,
        moment(32, i) AS created
    FROM (SELECT 'D' AS kind, n, n AS i FROM range(@debtors) AS t(n) UNION ALL SELECT 'C', n, 1000000 + n FROM range(@creditors) AS t(n))
);
UPDATE relations SET name = rtrim(name);

CREATE TABLE dimensions AS
SELECT '1' AS axis, 'Kostenplaats' AS axis_description, code, description FROM (VALUES
    ('K010', 'Directie'), ('K020', 'Verkoop binnenland'), ('K030', 'Verkoop buitenland'), ('K040', 'Productie'),
    ('K050', 'Magazijn'), ('K060', 'Administratie'), ('K070', 'Automatisering'), ('K080', 'Onderzoek & ontwikkeling')) AS t(code, description)
UNION ALL
SELECT '2', 'Project', 'P' || (1000 + p), 'Project ' || (1000 + p) FROM range(40) AS t(p)
UNION ALL
SELECT '3', 'Kostendrager', 'D' || (p + 1), 'Kostendrager ' || (p + 1) FROM range(6) AS t(p)
UNION ALL
SELECT '4', 'Regio', code, description FROM (VALUES ('N', 'Noord'), ('Z', 'Zuid'), ('O', 'Oost'), ('W', 'West')) AS t(code, description);

CREATE TABLE cost_centres AS
SELECT CAST(employer AS VARCHAR) AS employer, code, description, code = 'K080' AS blocked, moment(40, employer * 1000 + rank) AS modified
FROM range(1, 3) AS e(employer), (SELECT *, row_number() OVER (ORDER BY code) AS rank FROM dimensions WHERE axis = '1');

CREATE TABLE projects AS
SELECT 'P' || (1000 + p) AS id, 'Project ' || (1000 + p) AS description, CAST(1 + draw(50, p, 4) AS INTEGER) AS unit,
    pick(['Advies', 'Bouw', 'Onderhoud'], 51, p) AS project_group, p % 5 = 4 AS checked_out,
    CASE WHEN @debtors > 0 THEN CAST(10400 + draw(52, p, greatest(@debtors, 1)) AS VARCHAR) END AS debtor,
    date_trunc('day', created) AS date_start, CASE WHEN p % 5 = 4 THEN date_trunc('day', modified) END AS date_ready,
    draw(53, p, 3) > 0 AS chargeable, created, modified
FROM (SELECT p, moment(54, p) AS created, least(moment(54, p) + to_microseconds(draw(55, p, 100 * 86400000000)), TIMESTAMP '2026-07-31 23:59:58.75') AS modified
    FROM range(40) AS t(p));

CREATE TABLE articles AS
SELECT i, 'A-' || lpad(CAST(i AS VARCHAR), 4, '0') AS code, pick(['Stoel', 'Tafel', 'Kast', 'Lamp', 'Bureau'], 60, i) || ' ' || pick(['eiken', 'blauw', '½ hoog', '19"'], 61, i) AS description,
    CASE WHEN draw(62, i, 3) = 0 THEN 'Levertijd: 2 weken; op aanvraag' END AS extra, 'STK' AS base_unit, pick(['MEUB', 'VERL'], 63, i) AS article_group,
    draw(64, i, 20) = 0 AS blocked, CASE WHEN draw(65, i, 2) = 0 THEN '87' || lpad(CAST(draw(66, i, 100000000000) AS VARCHAR), 11, '0') END AS barcode,
    1000 + draw(67, i, 90000) AS price_cents, moment(68, i) AS created,
    least(moment(68, i) + to_microseconds(draw(69, i, 300 * 86400000000)), TIMESTAMP '2026-07-31 23:59:58.75') AS modified
FROM range(1, 61) AS t(i);

CREATE TABLE order_lines AS
SELECT lpad(CAST(o AS VARCHAR), 6, '0') AS order_number, CAST(s AS INTEGER) AS seq_no, i, pick(['Actief', 'Geleverd', 'Gefactureerd'], 70, o) AS status,
    date_trunc('day', created) AS order_date, CAST(10400 + draw(71, o, greatest(@debtors, 1)) AS VARCHAR) AS debtor,
    CASE WHEN draw(71, o, greatest(@debtors, 1)) % 6 = 5 THEN 'USD' ELSE 'EUR' END AS currency,
    CASE WHEN draw(72, o, 2) = 0 THEN 'Uw ref. ' || draw(73, o, 9999) END AS reference, 'A-' || lpad(CAST(article AS VARCHAR), 4, '0') AS article,
    quantity, money(price_cents) AS price, money(discount_cents) AS discount, guid(79, i) AS guid, created, least(created + to_microseconds(draw(74, i, 30 * 86400000000)), TIMESTAMP '2026-07-31 23:59:58.75') AS modified
FROM (
    SELECT n // 3 + 1 AS o, n % 3 + 1 AS s, n AS i, 1 + draw(75, n, 60) AS article, 1 + draw(76, n, 20) AS quantity,
        1000 + draw(67, 1 + draw(75, n, 60), 90000) AS price_cents, CASE WHEN draw(77, n, 6) = 0 THEN 250 END AS discount_cents, moment(78, n // 3) AS created
    FROM range(@orders) AS t(n)
);

CREATE TABLE contracts AS
SELECT i AS number, pick(['A', 'C', 'V', 'X'], 80, i) AS status, 'Contract ' || i || pick([' onderhoud', ' huur', ' "leasing"', ' licentie ½'], 81, i) AS description,
    CASE WHEN draw(82, i, 3) = 0 THEN 'Regel 1: zie bijlage' || chr(13) || chr(10) || 'Regel 2:' || chr(9) || 'tab, "aanhaling" en \ teken' END AS remark,
    CASE WHEN draw(83, i, 4) > 0 THEN draw(84, i, 2) = 0 END AS active, CASE WHEN draw(85, i, 2) = 0 THEN date_trunc('day', moment(86, i)) END AS start_date,
    CASE WHEN draw(87, i, 4) = 0 THEN date_trunc('day', moment(88, i)) END AS end_date,
    CASE WHEN draw(89, i, 3) > 0 THEN CAST(draw(90, i, 20000001) - 10000000 AS DECIMAL(20, 0)) * CAST(0.0000001 AS DECIMAL(8, 7)) END AS rate,
    CASE WHEN draw(91, i, 4) > 0 THEN moment(92, i) END AS modified
FROM range(1, 151) AS t(i);

CREATE TABLE countries AS
SELECT * FROM (VALUES
    ('A', 'Oostenrijk', 'Austria'), ('AE', 'Verenigde Arabische Emiraten', 'United Arab Emirates'), ('B', 'België', 'Belgium'),
    ('D', 'Duitsland', 'Germany'), ('F', 'Frankrijk', 'France'), ('NL', 'Nederland', 'Netherlands'), ('USA', 'Verenigde Staten', 'United States')
) AS t(code, nl, en);

-- What a code means, in both languages: AFAS shows these texts in the language of the call.
CREATE TABLE account_types AS
SELECT * FROM (VALUES ('1', 'Activa', 'Assets'), ('2', 'Passiva', 'Liabilities'), ('3', 'Opbrengsten', 'Revenue'), ('4', 'Kosten', 'Costs')) AS t(code, nl, en);
CREATE TABLE features AS
SELECT * FROM (VALUES ('1', 'Grootboek', 'Ledger'), ('2', 'Debiteur', 'Debtor'), ('3', 'Crediteur', 'Creditor')) AS t(code, nl, en);
