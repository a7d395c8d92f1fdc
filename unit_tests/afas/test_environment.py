import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.environment import base_url, describe


@pytest.mark.parametrize(
    ("config", "host"),
    [
        ({"environment": "12345"}, "12345.rest.afas.online"),
        ({"environment": " 12345 "}, "12345.rest.afas.online"),
        ({"environment": "12345", "environment_type": "test"}, "12345.resttest.afas.online"),
        ({"environment": "12345", "environment_type": "accept"}, "12345.restaccept.afas.online"),
        ({"environment": "12345", "environment_type": "training"}, "12345.restcursus.afas.online"),
        ({"environment": "O12345AA"}, "12345.rest.afas.online"),
        ({"environment": "t12345ab"}, "12345.resttest.afas.online"),
        ({"environment": "A123456AC"}, "123456.restaccept.afas.online"),
        ({"environment": "12345AA", "environment_type": "accept"}, "12345.restaccept.afas.online"),
        ({"environment": "T12345AA", "environment_type": "test"}, "12345.resttest.afas.online"),
    ],
)
def test_the_host_follows_from_the_environment(config, host):
    assert base_url(config) == f"https://{host}/ProfitRestServices"


def test_a_base_url_goes_before_the_host_of_the_environment():
    config = {"environment": "12345", "base_url": " https://afas.example/ProfitRestServices/ "}

    assert base_url(config) == "https://afas.example/ProfitRestServices"


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"environment": "T12345AA", "environment_type": "production"}, "`environment_type`"),
        ({"environment": "O12345AA", "environment_type": "training"}, "`environment_type`"),
        ({"environment": "AFAS"}, "`environment`"),
        ({"environment": "X12345AA"}, "`environment`"),
        ({"environment": "1234"}, "`environment`"),
    ],
)
def test_an_environment_that_cannot_be_is_refused(config, named):
    with pytest.raises(AirbyteTracedException, match=named):
        base_url(config)


def test_messages_name_number_and_platform():
    assert describe({"environment": "T12345AA"}) == "environment 12345 (test)"
