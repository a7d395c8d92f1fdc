"""Every setting does what the guide says of it."""

import pytest


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["Profit_Debtor*"], {"Profit_Debtor", "Profit_Debtor_Invoices"}),
        (["profit_debtor", "123"], {"Profit_Debtor", "123"}),
        (["Profit_V?T_code"], {"Profit_VAT_code"}),
    ],
)
def test_get_connectors(source_afas, patterns, expected):
    assert set(source_afas.discover(get_connectors=patterns).streams) == expected


def test_administrations_narrow_every_stream_that_has_them(sandbox, source_afas):
    sync = source_afas.read(
        "Profit_Transactions",
        "Profit_Period_balance",
        "Sandbox_Administrations",
        "Profit_Debtor",
        administrations=[1, 3],
    )

    assert {row["UnitId"] for row in sync.rows("Profit_Transactions")} == {1, 3}
    assert {row["UnitId"] for row in sync.rows("Profit_Period_balance")} == {1, 3}
    assert {row["AdministrationId"] for row in sync.rows("Sandbox_Administrations")} == {1, 3}
    assert len(sync.rows("Profit_Debtor")) == len(sandbox.rows("Profit_Debtor"))


def test_start_date(sandbox, source_afas):
    sync = source_afas.read("Profit_Transactions", "Profit_Accounts", start_date="2025-01-01")

    expected = [row for row in sandbox.rows("Profit_Transactions") if row["Modified"] >= "2025-01-01"]
    assert 0 < len(expected) < len(sandbox.rows("Profit_Transactions"))
    assert len(sync.rows("Profit_Transactions")) == len(expected)
    assert len(sync.rows("Profit_Accounts")) == len(sandbox.rows("Profit_Accounts")), "no cursor, so no start"


def test_streams_primary_key_and_cursor_field(source_afas):
    settings = [
        {"get_connector": "sandbox_accounts", "primary_key": ["AccountNo"]},
        {
            "get_connector": "Profit_Transactions",
            "primary_key": ["UnitId", "EntryNo", "SeqNo"],
            "cursor_field": "Created",
        },
        {"get_connector": "Profit_Debtor", "cursor_field": ""},
    ]

    streams = source_afas.discover(streams=settings).streams

    assert streams["Sandbox_Accounts"]["source_defined_primary_key"] == [["AccountNo"]]
    assert streams["Profit_Transactions"]["source_defined_primary_key"] == [["UnitId"], ["EntryNo"], ["SeqNo"]]
    assert streams["Profit_Transactions"]["default_cursor_field"] == ["Created"]
    assert streams["Profit_Debtor"]["supported_sync_modes"] == ["full_refresh"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"primary_key": ["Debiteur"]}, "`primary_key` names Debiteur, which it does not have"),
        ({"cursor_field": "DebtorName"}, "`cursor_field` must be a date field; DebtorName is string"),
        (
            {"filters": [{"field": "Naam", "operator": "=", "value": "x"}]},
            "`filters[0].field` names Naam, which it does not have",
        ),
    ],
)
def test_streams_that_do_not_fit_the_get_connector_fail_discovery(source_afas, settings, said):
    discovered = source_afas.discover(streams=[{"get_connector": "Profit_Debtor", **settings}])

    assert discovered.exit_code == 1
    assert discovered.error()["failure_type"] == "config_error"
    assert f"`streams` for GetConnector Profit_Debtor: {said}" in discovered.error()["message"]


WORDS = [
    {"Id": 1, "Naam": "Jansen, Pietersen", "Bedrag": "10.5", "Actief": True, "Datum": "2026-01-01T00:00:00"},
    {"Id": 2, "Naam": "De Vries; & Zn 100%", "Bedrag": "-3", "Actief": False, "Datum": "2026-06-01T12:30:00.4"},
    {"Id": 3, "Naam": 'Café "Één"', "Bedrag": "0", "Actief": True, "Datum": None},
    {"Id": 4, "Naam": None, "Bedrag": None, "Actief": None, "Datum": "2026-12-31T00:00:00"},
    {"Id": 5, "Naam": "Jansens Vriend", "Bedrag": "10.51", "Actief": False, "Datum": "2026-06-01T12:31:00"},
]
TYPES = {"Id": "int", "Naam": "string", "Bedrag": "decimal", "Actief": "boolean", "Datum": "date"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("Id", "=", 2)], {2}),
        ([("Id", "=", [2, 4])], {2, 4}),
        ([("Naam", "=", "Jansen, Pietersen")], {1}),
        ([("Naam", "=", ["Jansen, Pietersen", "De Vries; & Zn 100%"])], {1, 2}),
        ([("Naam", "=", 'Café "Één"')], {3}),
        ([("Naam", "!=", "Jansens Vriend")], {1, 2, 3}),
        ([("Bedrag", ">=", 10.5)], {1, 5}),
        ([("Bedrag", ">", "10.5")], {5}),
        ([("Bedrag", "<=", 0)], {2, 3}),
        ([("Bedrag", "<", 0)], {2}),
        ([("Naam", "contains", "Vri")], {2, 5}),
        ([("Naam", "not_contains", "Vri")], {1, 3}),
        ([("Naam", "starts_with", ["Jansen", "De"])], {1, 2, 5}),
        ([("Naam", "not_starts_with", "Jansen")], {2, 3}),
        ([("Naam", "ends_with", "Vriend")], {5}),
        ([("Naam", "not_ends_with", "Vriend")], {1, 2, 3}),
        ([("Naam", "is_empty", None)], {4}),
        ([("Naam", "is_not_empty", None)], {1, 2, 3, 5}),
        ([("Id", "quick_filter", "2..4")], {2, 3, 4}),
        ([("Actief", "=", True)], {1, 3}),
        ([("Actief", "=", False), ("Bedrag", ">", 0)], {5}),
        ([("Datum", ">=", "2026-06-01"), ("Datum", "<", "2026-06-01T12:31:00Z")], {2}),
    ],
)
def test_streams_filters(sandbox, source_afas, filters, expected):
    sandbox.define("Woorden", fields=TYPES, rows=WORDS)
    given = [
        {"field": field, "operator": operator, **({} if value is None else {"value": value})}
        for field, operator, value in filters
    ]

    sync = source_afas.read("Woorden", streams=[{"get_connector": "Woorden", "filters": given}])

    assert {row["Id"] for row in sync.rows("Woorden")} == expected


def test_filters_administrations_and_cursor_hold_together(sandbox, source_afas):
    settings = [
        {
            "get_connector": "Profit_Transactions",
            "filters": [{"field": "JournalId", "operator": "=", "value": ["20", "50"]}],
        }
    ]

    sync = source_afas.read(
        "Profit_Transactions", streams=settings, administrations=[1, 2], start_date="2024-06-01", page_size=40
    )

    expected = [
        row
        for row in sandbox.rows("Profit_Transactions")
        if row["JournalId"] in ("20", "50") and row["UnitId"] in (1, 2) and row["Modified"] >= "2024-06-01"
    ]
    assert expected
    assert len(sync.rows("Profit_Transactions")) == len(expected)


def test_six_hundred_values_give_each_row_once(sandbox, source_afas):
    sandbox.define("Rijen", fields={"Id": "int"}, rows=[{"Id": n} for n in range(1, 1001)])
    wanted = list(range(1, 601))

    sync = source_afas.read(
        "Rijen",
        streams=[{"get_connector": "Rijen", "filters": [{"field": "Id", "operator": "=", "value": wanted}]}],
    )

    assert sorted(row["Id"] for row in sync.rows("Rijen")) == wanted
    assert all(len(request.query_string) + 1 <= 2049 for request in sandbox.requests)


def test_language_and_integration_id_go_with_every_request(sandbox, source_afas):
    source_afas.read("Profit_Accounts", language="de-de", integration_id="12345_67890")

    for request in sandbox.requests:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert headers["accept-language"] == "de-de"
        assert headers["integrationid"] == "12345_67890"


def test_the_language_is_dutch_where_none_is_asked_for(sandbox, source_afas):
    source_afas.read("Profit_Accounts")

    for request in sandbox.requests:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert headers["accept-language"] == "nl-nl"
        assert "integrationid" not in headers


def test_page_size(sandbox, source_afas):
    source_afas.read("Profit_Debtor", page_size=25)

    takes = {request.query["take"] for request in sandbox.requests if "take" in request.query}
    assert takes == {"25"}


def test_a_page_size_beyond_afas_cells_is_cut_to_them(sandbox, source_afas):
    source_afas.read("Brede_export", page_size=100_000)

    takes = {int(request.query["take"]) for request in sandbox.requests if "take" in request.query}
    assert takes == {1249}, "120 fields of which 150,000 cells hold just under 1,250"


@pytest.mark.parametrize("token", ["digits", "base64", "xml-and-line-end"])
def test_the_token_in_its_other_forms(sandbox, source_afas, token):
    forms = {
        "digits": sandbox.token.split("<data>")[1].split("</data>")[0],
        "base64": sandbox.authorization.removeprefix("AfasToken "),
        "xml-and-line-end": f" {sandbox.token}\r\n",
    }

    checked = source_afas.check(credentials={"auth_type": "token", "token": forms[token]})

    assert checked.status.startswith("SUCCEEDED")
