"""`check`: what was found, or what is wrong and what to do about it; each within 20 seconds."""

import socket
import time

import pytest


def test_check_says_what_it_found(source_afas):
    checked = source_afas.check()

    assert checked.exit_code == 0
    assert checked.status.startswith("SUCCEEDED: Environment 12345 (production), app connector ")
    assert "GetConnectors; read one row of Profit_Accounts" in checked.status


def test_check_asks_three_times_and_for_one_row(sandbox, source_afas):
    source_afas.check()

    assert [request.path.lower() for request in sandbox.requests] == [
        "/metainfo",
        "/metainfo/get/profit_accounts",
        "/connectors/profit_accounts",
    ]
    assert sandbox.requests[-1].query["take"] == "1"


def test_a_token_that_afas_refuses(sandbox, source_afas):
    sandbox.revoke_token()

    checked = source_afas.check()

    assert checked.status.startswith('FAILED: AFAS refuses the token "Consolidatie" for environment 12345')
    assert "App connector" in checked.status
    assert len(sandbox.requests) == 1, "401 is never asked again"


def test_an_ip_address_that_afas_refuses(sandbox, source_afas):
    sandbox.refuse_ip()

    checked = source_afas.check()

    assert checked.status.startswith("FAILED: AFAS refuses this machine's IP address")


def test_a_host_that_does_not_exist(source_afas):
    checked = within_20_seconds(source_afas, base_url="https://no-such-host.invalid/ProfitRestServices")

    assert checked.status.startswith("FAILED: There is no host no-such-host.invalid: check `environment`")


def test_nobody_there(source_afas):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    checked = within_20_seconds(source_afas, base_url=f"http://127.0.0.1:{port}/ProfitRestServices")

    assert checked.status.startswith(f"FAILED: No connection to 127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param({"status": 200, "body": "<html>Welcome</html>"}, "no list of GetConnectors", id="a-page"),
        pytest.param({"status": 200, "body": "[]"}, "no list of GetConnectors", id="a-list"),
        pytest.param({"status": 200, "body": '{"hello": "world"}'}, "no list of GetConnectors", id="another-service"),
        pytest.param({"status": 302, "body": ""}, "check `base_url`", id="a-redirect-to-nowhere"),
        pytest.param({"status": 404, "body": ""}, "AFAS knows no such address", id="not-found"),
    ],
)
def test_a_base_url_that_answers_something_else(sandbox, source_afas, answer, said):
    sandbox.answer_once(**answer, times=2)

    checked = source_afas.check()

    assert checked.status.startswith("FAILED: Environment 12345 (production): ")
    assert said in checked.status
    assert "`base_url`" in checked.status


def test_an_app_connector_that_opens_no_get_connector(sandbox, source_afas):
    sandbox.open_only()

    checked = source_afas.check()

    assert checked.status.startswith("FAILED: The app connector ")
    assert "opens no GetConnector: add the ones to read under Algemeen > Beheer > App connector" in checked.status


def test_a_blocked_get_connector_alone(sandbox, source_afas):
    sandbox.block("Profit_Debtor")

    checked = source_afas.check(get_connectors=["Profit_Debtor"])

    assert checked.status.startswith("FAILED: GetConnector Profit_Debtor: it is blocked in AFAS")
    assert 'AFAS: "Deze GetConnector (definitie) is geblokkeerd" (log reference ' in checked.status


def test_a_blocked_get_connector_does_not_hide_the_others(sandbox, source_afas):
    sandbox.block("Profit_Accounts")

    checked = source_afas.check()

    assert checked.status.startswith("SUCCEEDED")
    assert "GetConnector Profit_Accounts: it is blocked in AFAS" in checked.log


def test_maintenance_is_not_waited_for(sandbox, source_afas):
    sandbox.answer_once(503, retry_after=7200)

    checked = within_20_seconds(source_afas)

    assert "AFAS is not available at the moment (503), come back in 2 hours" in checked.status


def test_a_passing_fault_is_asked_about_again(sandbox, source_afas):
    sandbox.answer_once(500)

    assert source_afas.check().status.startswith("SUCCEEDED")


def test_a_setting_for_a_get_connector_that_is_not_opened(source_afas):
    checked = source_afas.check(streams=[{"get_connector": "Profit_Debtors"}])

    assert checked.status.startswith("FAILED: `streams[0].get_connector` is Profit_Debtors, which the app connector")


def test_nothing_matches(source_afas):
    checked = source_afas.check(get_connectors=["Sales_*"])

    assert checked.status.startswith("FAILED: `get_connectors` matches none of the ")


def test_a_key_that_is_no_setting_is_said_aloud(source_afas):
    checked = source_afas.check(colour="blue")

    assert checked.status.startswith("SUCCEEDED")
    assert "`colour` in the configuration is not a setting" in checked.log


def test_a_key_that_is_nearly_a_setting_is_refused(source_afas):
    """A mistyped `administrations` would read them all."""
    checked = source_afas.check(administration=[1])

    assert checked.status == (
        "FAILED: `administration` is not a setting of this source: did you mean `administrations`?"
    )


@pytest.mark.parametrize("settings", [{"primary_key": ["Debiteur"]}, {"cursor_field": "DebtorName"}])
def test_settings_that_do_not_fit_are_found_by_the_check(source_afas, settings):
    checked = source_afas.check(streams=[{"get_connector": "Profit_Debtor", **settings}])

    assert checked.status.startswith("FAILED: `streams` for GetConnector Profit_Debtor: ")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"environment": 12345}, "FAILED: `environment` must be a text between quotes"),
        ({"page_size": -1}, "FAILED: `page_size` must be 0 or more"),
        ({"num_workers": 0}, "FAILED: `num_workers` must be a whole number from 2 to 8"),
        ({"num_workers": 4.5}, "FAILED: `num_workers` must be a whole number"),
        ({"num_workers": 4.0, "page_size": 50.0}, "SUCCEEDED"),
    ],
)
def test_a_wrong_value_is_told_before_anything_is_asked(source_afas, wrong, said):
    assert source_afas.check(**wrong).status.startswith(said)


def test_a_base_url_of_another_environment(source_afas):
    checked = source_afas.check(environment="99999")

    assert "AFAS's name for it is not the `environment` given: is `base_url` the right one?" in checked.status


def test_a_host_that_accepts_but_does_not_answer(source_afas):
    with socket.create_server(("127.0.0.1", 0)) as server:
        checked = within_20_seconds(
            source_afas, base_url=f"http://127.0.0.1:{server.getsockname()[1]}/ProfitRestServices"
        )

    assert "did not answer within 8 seconds. Check `base_url`." in checked.status


def within_20_seconds(source_afas, **settings):
    began = time.monotonic()
    checked = source_afas.check(**settings)
    assert time.monotonic() - began < 20
    return checked
