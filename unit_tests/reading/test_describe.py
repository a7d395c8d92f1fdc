import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.metainfo import Field, read_fields
from source_afas.reading.describe import describe, unknown
from source_afas.reading.get_connector import Fault, GetConnector
from source_afas.reading.settings import Settings, Tracking


def get_connector(name="Eigen", settings=None, **types):
    return describe(name, "", tuple(Field(field_id, data_type) for field_id, data_type in types.items()), settings)


def labelled(*labels):
    fields = tuple(Field(f"U{n}", "date", label) for n, label in enumerate(labels))
    return describe("Eigen", "", (Field("Id", "int", "Nummer"), *fields))


def test_a_standard_get_connector_has_its_key_cursor_and_administration():
    entries = get_connector(
        "Profit_Transactions", UnitId="int", JournalId="string", EntryNo="int", SeqNo="int", Modified="date"
    )

    assert entries.primary_key == ("UnitId", "JournalId", "EntryNo", "SeqNo")
    assert entries.cursor_field == "Modified"
    assert entries.administration_field == "UnitId"


def test_a_key_that_the_definition_no_longer_has_is_no_key():
    assert get_connector("Profit_Transactions", UnitId="int", EntryNo="int").primary_key == ()


def test_the_users_settings_go_first():
    settings = Settings(primary_key=("Omschrijving",), cursor_field="")

    entries = get_connector("Profit_Debtor", settings, DebtorId="string", Omschrijving="string", ModifiedDate="date")

    assert entries.primary_key == ("Omschrijving",)
    assert entries.cursor_field == ""


def test_the_settings_of_one_get_connector_are_no_others():
    config = {"streams": [{"get_connector": "Debiteuren", "primary_key": ["Id"]}]}

    assert Settings.of(config, "debiteuren").primary_key == ("Id",)
    assert Settings.of(config, "Crediteuren").primary_key is None


@pytest.mark.parametrize(
    "field_id",
    ["Modified", "ModifiedDate", "DateModified", "Gewijzigd_op", "gewijzigd-op", "Datum gewijzigd", "dateOfChange"],
)
def test_a_date_whose_id_says_modified_is_the_cursor(field_id):
    assert get_connector(Id="int", **{field_id: "date"}).cursor_field == field_id


@pytest.mark.parametrize(
    "label",
    [
        "Gewijzigd op",
        "Datum gewijzigd",
        "Datum laatst gewijzigd",
        "Regel laatst gewijzigd",
        "Changed on",
        "Date changed",
        "Date last changed",
        "Last changed line",
        "Geändert am",
        "Modifié le",
    ],
)
def test_a_date_whose_label_says_modified_is_the_cursor(label):
    assert labelled("Begindatum", label).cursor_field == "U1"


@pytest.mark.parametrize("label", ["Aangemaakt op", "Created on", "Begindatum", "Wijzigingsreden", "Datum"])
def test_any_other_date_is_not(label):
    assert labelled(label).cursor_field == ""


def test_a_modified_that_is_no_date_is_no_cursor():
    assert get_connector(Id="int", Modified="string").cursor_field == ""


def test_two_dates_that_say_modified_leave_the_choice_to_the_user():
    """Each is of another joined table, and tells nothing of the other's changes."""
    assert labelled("Gewijzigd op", "Gewijzigd op").cursor_field == ""


@pytest.mark.parametrize(
    "field_id", ["UnitId", "Unit", "AdminId", "AdministrationId", "Administratie", "administratie_nr"]
)
def test_an_administration_is_found_by_its_id(field_id):
    assert get_connector(Id="int", **{field_id: "int"}).administration_field == field_id


def test_an_administration_is_found_by_its_label():
    assert describe("Eigen", "", (Field("U1", "int", "Administratie"),)).administration_field == "U1"


def test_a_unit_of_measure_is_no_administration():
    assert get_connector(UnitId="string").administration_field == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(primary_key=("Id", "Nummer")), "`primary_key` names Nummer"),
        (Settings(cursor_field="Gewijzigd"), "`cursor_field` names Gewijzigd"),
        (Settings(cursor_field="Id"), "must be a date field; Id is int"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, said):
    with pytest.raises(AirbyteTracedException, match=said):
        get_connector("Eigen", settings, Id="int")


def test_metainfo_is_read_with_its_code_values():
    (field,) = read_fields(
        {
            "fields": [
                {
                    "id": "Soort",
                    "fieldId": "U001",
                    "dataType": "string",
                    "label": "Soort",
                    "length": 10,
                    "decimals": 0,
                    "values": [{"id": "1", "description": "Activa"}, {"id": "2", "description": "Passiva"}, "?"],
                }
            ]
        }
    )

    assert field == Field("Soort", "string", "Soort", 10, 0, (("1", "Activa"), ("2", "Passiva")))


@pytest.mark.parametrize("answer", [{}, {"fields": None}, {"fields": ["Id"]}, {"fields": [{"label": "x"}]}])
def test_what_is_no_metainfo_is_refused(answer):
    with pytest.raises(ValueError):
        read_fields(answer)


def test_a_get_connector_travels_as_text():
    whole = GetConnector(
        'Een "rare" {{ naam }}',
        "Omschrijving",
        (Field("Soort", "string", "{{ config }}", 10, None, (("1", "Activa"),)),),
        ("Soort",),
        "Gewijzigd",
        "Unit",
        Tracking("booking_days", 1000, False, "Boekdag", "Gewijzigde_dagen"),
        Fault("kapot", FailureType.config_error, lasting=True),
    )

    assert GetConnector.from_json(whole.to_json()) == whole


def test_without_metainfo_the_key_and_cursor_stay_as_far_as_they_are_known():
    debtors = unknown("Profit_Debtor", "", Settings(), Fault("kapot", FailureType.transient_error, lasting=False))

    assert (debtors.primary_key, debtors.cursor_field) == (("DebtorId",), "ModifiedDate")
