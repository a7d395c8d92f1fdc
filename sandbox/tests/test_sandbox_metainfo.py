"""/metainfo, /metainfo/get/{id} and /ProfitVersion."""

import json

import pytest

from afas_sandbox.catalogue import known, text_of

UNAUTHORISED = "GetConnector not supported for this app or the user is not authorized"
ENGLISH = {"Accept-Language": "en-us"}


def test_metainfo_lists_what_the_app_connector_opens(sandbox):
    sandbox.close_connector("Profit_Debtor")

    info = sandbox.get("/metainfo").json()

    listed = [each["id"] for each in info["getConnectors"]]
    assert "Profit_Accounts" in listed
    assert "Geblokkeerde_export" in listed, "blocked, and listed all the same"
    assert not {"Profit_Debtor", "Profit_Article", "Profit_Illness"} & set(listed)
    assert info["info"] == {
        "envid": "O12345AA",
        "appName": "Sandbox",
        "group": "Sandbox (12345.SANDBOX)",
        "tokenExpiry": "0",
    }


def test_a_get_connector_tells_its_fields_as_afas_does(sandbox):
    common = {"decimals": 0, "decimalsFieldId": ""}
    expected = [
        {
            "id": "AdminId",
            "fieldId": "U002",
            "dataType": "int",
            "label": "Administratie",
            "length": 3,
            "controlType": 5,
        },
        {"id": "AdminNm", "fieldId": "U001", "dataType": "string", "label": "Naam administratie", "length": 80},
        {"id": "AdminCd", "fieldId": "UnCo", "dataType": "string", "label": "Administratie", "length": 10},
    ]
    fields = [{"controlType": 1, **each, **common} for each in expected]

    reply = sandbox.get("/metainfo/get/Profit_Administrations")

    assert reply.json() == {
        "name": "Profit_Administrations",
        "description": "Administraties (Profit)",
        "fields": fields,
    }
    assert list(reply.json()["fields"][0]) == [*expected[0], *common]
    assert reply.text.startswith('{"name":"Profit_Administrations","description":"Administraties (Profit)","fields":[{')


def test_every_standard_get_connector_can_be_opened_and_read(sandbox):
    standard = [each for each in known().values() if each.standard]
    assert {each.id for each in standard} == set(json.loads(text_of("standard_get_connectors.json")))

    for each in standard:
        sandbox.open(each.id)
        fields = sandbox.get(f"/metainfo/get/{each.id}").json()["fields"]
        page = sandbox.get(f"/connectors/{each.id}?take=2")

        assert [field["id"] for field in fields] == [field.id for field in each.fields]
        assert page.status == 200
        assert bool(page.rows) == (each.select is not None)


@pytest.mark.parametrize(("name", "field", "expected"), [
    ("Contracten", "Status", {"dataType": "string", "length": 1, "values": [{"id": "A", "description": "Actief"}]}),
    ("Contracten", "Toelichting", {"dataType": "blob", "controlType": 23}),
    ("Profit_VAT_code", "VatPerc", {"dataType": "decimal", "length": 5, "decimals": 2}),
    ("Profit_Transactions", "AmtDebit", {"dataType": "decimal", "length": 26, "decimals": 10}),
    ("Profit_Transactions", "Modified", {"dataType": "date", "label": "Datum gewijzigd"}),
    ("Grootboekmutaties_BI", "Gewijzigd_op", {"dataType": "date", "label": "Gewijzigd op"}),
])  # fmt: skip
def test_what_metainfo_says_of_a_field(sandbox, name, field, expected):
    fields = {each["id"]: each for each in sandbox.get(f"/metainfo/get/{name}").json()["fields"]}

    said = {key: fields[field][key] for key in expected}
    if "values" in said:
        said["values"] = said["values"][:1]
    assert said == expected


def test_custom_get_connectors_are_as_companies_make_them(sandbox):
    fields = {name: [each.id for each in known()[name].fields] for name in known()}

    assert {"Btw-code", "Naam relatie", "Bedrag.valuta"} <= set(fields["Grootboekmutaties_BI"])
    assert len(fields["Brede_export"]) == 120
    assert "123" in fields
    assert {"Sandbox_Administrations", "Sandbox_Accounts", "Sandbox_Entries", "Sandbox_CostCentres"} <= set(fields)
    assert {row["Datum_gewijzigd"] is None for row in sandbox.rows("Contracten")} == {True, False}


def test_the_consolidation_set_filters_on_the_administration(sandbox):
    query = "filterfieldids=AdministrationId;AdministrationId&filtervalues=1;3&operatortypes=1;1"
    path = f"/connectors/Sandbox_Administrations?{query}&orderbyfieldids=AdministrationId"

    assert [row["AdministrationId"] for row in sandbox.get(path).rows] == [
        1,
        3,
    ]


@pytest.mark.parametrize(("language", "label", "message", "data"), [
    ("nl-nl", "Rekeningnummer", "Deze GetConnector (definitie) is geblokkeerd", "België"),
    ("nl-be", "Rekeningnummer", "Deze GetConnector (definitie) is geblokkeerd", "België"),
    ("en-us", "Account number", "This GetConnector (definition) is blocked", "Belgium"),
    ("en-US,en;q=0.9", "Account number", "This GetConnector (definition) is blocked", "Belgium"),
    ("", "Rekeningnummer", "Deze GetConnector (definitie) is geblokkeerd", "België"),
])  # fmt: skip
def test_the_language_of_the_call(sandbox, language, label, message, data):
    sandbox.open("ProfitCountries")
    headers = {"Accept-Language": language}

    assert sandbox.get("/metainfo/get/Profit_Accounts", headers=headers).json()["fields"][0]["label"] == label
    assert sandbox.get("/connectors/Geblokkeerde_export", headers=headers).json()["externalMessage"] == message
    query = "filterfieldids=CoId&filtervalues=B&operatortypes=1"
    assert sandbox.get(f"/connectors/ProfitCountries?{query}", headers=headers).rows == [{"CoId": "B", "Co": data}]


@pytest.mark.parametrize("path", ["/metainfo/get/{}", "/connectors/{}"])
@pytest.mark.parametrize(("name", "message"), [
    pytest.param("Profit_Illness", UNAUTHORISED, id="closed"),
    pytest.param("Bestaat_niet", UNAUTHORISED, id="unknown"),
    pytest.param("Profit_Debtor", "This GetConnector (definition) is blocked", id="blocked"),
])  # fmt: skip
def test_what_may_not_be_read_is_a_500(sandbox, path, name, message):
    sandbox.block("Profit_Debtor")

    reply = sandbox.get(path.format(name), headers=ENGLISH)

    assert (reply.status, reply.json()["externalMessage"]) == (500, message)


def test_a_block_can_be_taken_away(sandbox):
    sandbox.block("Profit_Debtor")
    sandbox.unblock("Profit_Debtor")

    assert sandbox.get("/connectors/Profit_Debtor").status == 200


@pytest.mark.parametrize("path", [
    "/metainfo", "/MetaInfo/GET/profit_accounts", "/CONNECTORS/PROFIT_ACCOUNTS", "/profitversion", "/ProfitVersion",
])  # fmt: skip
def test_addresses_match_in_any_case(sandbox, path):
    assert sandbox.get(path).status == 200


def test_the_version_of_profit(sandbox):
    assert sandbox.get("/ProfitVersion").json() == {"version": "22.22.5"}


@pytest.mark.parametrize("path", ["/", "", "/connectors", "/metainfo/get", "/connectors/a/b/c", "/metainfos"])
def test_an_unknown_address_is_not_found_and_says_nothing(sandbox, path):
    reply = sandbox.get(path)

    assert (reply.status, reply.body) == (404, b"")


def test_own_definitions_carry_labels_and_unknown_types(sandbox):
    sandbox.define(
        "Eigen", {"Id": "int", "Plek": "geo", "Bedrag": {"dataType": "decimal", "length": 38, "decimals": 15}},
        [{"Id": 1, "Plek": "52.1;5.2", "Bedrag": "0.123456789012345"}], labels={"Id": ("Nummer", "Number")},
    )  # fmt: skip

    fields = sandbox.get("/metainfo/get/Eigen", headers=ENGLISH).json()["fields"]

    assert [(each["dataType"], each["label"], each["decimals"]) for each in fields] == [
        ("int", "Number", 0), ("geo", "Plek", 0), ("decimal", "Bedrag", 15),
    ]  # fmt: skip
    assert '{"Id":1,"Plek":"52.1;5.2","Bedrag":0.123456789012345}' in sandbox.get("/connectors/Eigen").text


def test_many_empty_get_connectors_for_discovery(sandbox):
    names = sandbox.define_empty(300)

    listed = json.loads(sandbox.get("/metainfo").body)["getConnectors"]
    assert set(names) <= {each["id"] for each in listed}
    assert sandbox.get(f"/connectors/{names[-1]}").rows == []
