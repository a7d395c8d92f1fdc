"""Every key of the configuration, given wrongly: one sentence that names the key and what is expected."""

from pathlib import Path

import pytest
import yaml
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.configuration import validate

SPECIFICATION = yaml.safe_load((Path(__file__).parents[1] / "source_afas" / "manifest.yaml").read_text())["spec"][
    "connection_specification"
]
DIGITS = "0123456789ABCDEF" * 4
GOOD = {"environment": "12345", "credentials": {"auth_type": "token", "token": DIGITS}}
FULL = {
    **GOOD,
    "credentials": {"auth_type": "token", "token": DIGITS, "token_name": "Consolidatie"},
    "environment_type": "test",
    "get_connectors": ["Profit_*"],
    "administrations": [1, 2],
    "start_date": "2024-02-29",
    "streams": [
        {
            "get_connector": "Profit_Debtor",
            "primary_key": ["DebtorId"],
            "cursor_field": "",
            "filters": [
                {"field": "DebtorId", "operator": "starts_with", "value": ["1", 2, True, 1.5]},
                {"field": "IBAN", "operator": "is_not_empty"},
                {"field": "DebtorId", "operator": "quick_filter", "value": "10400..10499"},
            ],
            "track_changes": "snapshot",
            "tracked_rows": 100_000,
            "allow_mass_deletes": True,
        },
        {
            "get_connector": "Grootboekmutaties_BI",
            "track_changes": "booking_days",
            "entry_date_field": "Boekdatum",
            "changed_days_get_connector": "Gewijzigde_boekdagen",
            "tracked_rows": 1_000_000,
        },
    ],
    "language": "en-us",
    "integration_id": "12345_67890",
    "lookback_window": "P1DT2H",
    "num_workers": 8,
    "page_size": 500,
    "base_url": "http://127.0.0.1:8000/ProfitRestServices",
}


def stream(**settings):
    return {"streams": [{"get_connector": "Profit_Debtor", **settings}]}


def with_filter(**given):
    return stream(filters=[{"field": "DebtorId", "operator": "=", **given}])


def test_every_setting_of_the_specification_is_tried_here():
    assert set(FULL) == set(SPECIFICATION["properties"])


@pytest.mark.parametrize("config", [GOOD, FULL])
def test_a_good_configuration_passes(config):
    validate(config, SPECIFICATION)


@pytest.mark.parametrize(
    ("wrong", "key", "expected"),
    [
        (stream(track_changes="deletes"), "streams[0].track_changes", "one of snapshot, booking_days"),
        (stream(allow_mass_deletes=True), "streams[0].allow_mass_deletes", "nothing without `track_changes`"),
        (stream(tracked_rows=10), "streams[0].tracked_rows", "nothing without `track_changes`"),
        (stream(track_changes="snapshot", tracked_rows=0), "streams[0].tracked_rows", "1 or more"),
        (stream(track_changes="snapshot", tracked_rows=100_001), "streams[0].tracked_rows", "from 1 to 100000"),
        (stream(track_changes="snapshot", entry_date_field="D"), "streams[0].entry_date_field", "booking_days"),
        (stream(changed_days_get_connector="D"), "streams[0].changed_days_get_connector", "booking_days"),
        (stream(track_changes="snapshot", cursor_field="M"), "streams[0].cursor_field", "must be left out"),
        ({"environment": "AFAS"}, "`environment`", "12345 or O12345AA"),
        ({"environment": 12345}, "`environment`", 'a text between quotes, as in "12345'),
        ({"environment": "١٢٣٤٥"}, "`environment`", "12345 or O12345AA"),
        ({"environment": f"<token>{DIGITS}</token>"}, "`environment`", "12345 or O12345AA."),
        ({"adminstrations": [1]}, "`adminstrations`", "did you mean `administrations`?"),
        ({"environment": "T12345AA", "environment_type": "accept"}, "`environment_type`", "says test"),
        ({"environment_type": f"hunter2{DIGITS[:32]}"}, "`environment_type`", "production, test, accept, training."),
        ({"environment_type": "live"}, "`environment_type`", "production, test, accept, training"),
        ({"credentials": None}, "`credentials`", "auth_type"),
        ({"credentials": "hunter2"}, "`credentials`", "auth_type"),
        ({"credentials": {"token": DIGITS}}, "`credentials.auth_type`", "must be `token`"),
        ({"credentials": {"auth_type": "token"}}, "`credentials.token`", "missing"),
        (
            {"credentials": {"auth_type": "token", "token": DIGITS, "tokenname": "x"}},
            "`credentials.tokenname`",
            "token_name",
        ),
        ({"credentials": {"auth_type": "token", "token": f"<data>{DIGITS[1:]}</data>"}}, "`credentials.token`", "63"),
        ({"credentials": {"auth_type": "token", "token": "hunter2"}}, "`credentials.token`", "64 hexadecimal digits"),
        ({"credentials": {"auth_type": "oauth2.0", "client_id": "x"}}, "`credentials.client_secret`", "missing"),
        (
            {"credentials": {"auth_type": "oauth2.0", "client_id": " ", "client_secret": "y"}},
            "`credentials.client_id`",
            "missing or empty",
        ),
        (
            {"credentials": {"auth_type": "oauth2.0", "client_id": "x", "client_secret": 12}},
            "`credentials.client_secret`",
            "not a text",
        ),
        (
            {"credentials": {"auth_type": "oauth2.0", "clientid": "x", "client_secret": "y"}},
            "`credentials.clientid`",
            "`client_id`",
        ),
        ({"base_url": "http://12345.rest.afas.online/ProfitRestServices"}, "`base_url`", "https://"),
        ({"base_url": "http://localhost.example/ProfitRestServices"}, "`base_url`", "https://"),
        ({"base_url": "http://10.0.0.1/ProfitRestServices"}, "`base_url`", "https://"),
        ({"get_connectors": "Profit_*"}, "`get_connectors`", "a list"),
        ({"get_connectors": [""]}, "`get_connectors[0]`", "not empty"),
        ({"administrations": ["1"]}, "`administrations[0]`", "a whole number"),
        ({"start_date": "31-01-2024"}, "`start_date`", "YYYY-MM-DD"),
        ({"start_date": "0001-01-01"}, "`start_date`", "1900-01-01 or later"),
        ({"start_date": "2023-02-29"}, "`start_date`", "a day that exists"),
        ({"streams": {}}, "`streams`", "a list"),
        ({"streams": [{}]}, "`streams[0].get_connector`", "missing"),
        (stream(cursor="x"), "`streams[0].cursor`", "`cursor_field`"),
        (stream(primary_key="DebtorId"), "`streams[0].primary_key`", "a list"),
        (stream(cursor_field=None), "`streams[0].cursor_field`", "a text"),
        (
            {"streams": [{"get_connector": "Profit_Debtor"}, {"get_connector": "profit_debtor"}]},
            "`streams[1].get_connector`",
            "an entry already",
        ),
        (with_filter(operator="like", value="x"), "`streams[0].filters[0].operator`", "starts_with"),
        (with_filter(), "`streams[0].filters[0].value`", "missing"),
        (with_filter(value=None), "`streams[0].filters[0].value`", "a text or a number or true or false or a list"),
        (with_filter(value=[]), "`streams[0].filters[0].value`", "not empty"),
        (with_filter(operator="is_empty", value="x"), "`streams[0].filters[0].value`", "left out"),
        (with_filter(operator="!=", value=["x", "y"]), "`streams[0].filters[0].value`", "a single value"),
        (with_filter(operator="quick_filter", value=["x", "y"]), "`streams[0].filters[0].value`", "one text"),
        ({"language": "nl"}, "`language`", "nl-nl, en-us"),
        ({"integration_id": 5}, "`integration_id`", "a text"),
        ({"lookback_window": "an hour"}, "`lookback_window`", "PT1H"),
        ({"lookback_window": "P99999999999D"}, "`lookback_window`", "PT1H"),
        ({"lookback_window": "P200000W"}, "`lookback_window`", "10 years"),
        ({"lookback_window": "P1M"}, "`lookback_window`", "weeks, days, hours"),
        ({"lookback_window": "PT1S"}, "`lookback_window`", "2 seconds"),
        ({"num_workers": 1}, "`num_workers`", "from 2 to 8"),
        ({"num_workers": 9}, "`num_workers`", "from 2 to 8"),
        ({"num_workers": "4"}, "`num_workers`", "a whole number"),
        ({"page_size": -1}, "`page_size`", "0 or more"),
        ({"base_url": "afas.example"}, "`base_url`", "https://host/ProfitRestServices"),
        ({"base_url": "http://127.0.0.1:99999/"}, "`base_url`", "https://host/ProfitRestServices"),
        ({"base_url": "http://[::1/"}, "`base_url`", "https://host/ProfitRestServices"),
        ({"base_url": "http://a..nl/"}, "`base_url`", "https://host/ProfitRestServices"),
        ({"base_url": "https://user:hunter2@afas.example/"}, "`base_url`", "https://host/ProfitRestServices"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_that_names_the_key(wrong, key, expected):
    config = {k: v for k, v in {**GOOD, **wrong}.items() if v is not None}

    with pytest.raises(AirbyteTracedException) as refused:
        validate(config, SPECIFICATION)

    assert refused.value.failure_type is FailureType.config_error
    assert key in refused.value.message
    assert expected in refused.value.message
    assert "hunter2" not in refused.value.message
