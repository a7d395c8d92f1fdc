from decimal import Decimal

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

from source_afas.cdk import message_to_string


def line(value):
    record = AirbyteRecordMessage(stream="Profit_Transactions", data={"Bedrag": value}, emitted_at=0)
    return message_to_string(AirbyteMessage(type=Type.RECORD, record=record))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("12345678901234.1234567890"), "12345678901234.1234567890"),
        (Decimal("-.5"), "-0.5"),
        (Decimal("0.0000000001"), "0.0000000001"),
        (Decimal("12345678901234567890123"), "12345678901234567890123"),
        (12, "12"),
        (None, "null"),
    ],
)
def test_an_amount_is_written_digit_for_digit(value, written):
    assert f'"data":{{"Bedrag":{written}}}' in line(value)


def test_what_is_no_json_is_not_written_as_something_else():
    with pytest.raises(TypeError):
        line(object())
