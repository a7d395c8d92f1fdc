import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_afas.page import read_rows


def page(rows: str) -> bytes:
    return f'{{"skip":0,"take":100,"rows":[{rows}]}}'.encode()


@pytest.mark.parametrize(
    "digits",
    ["12345678901234.1234567890", "-0.5", "0.10", "100", "-0.0000000001", "9223372036854775808"],
)
def test_a_number_keeps_every_digit(digits):
    (row,) = read_rows(page(f'{{"Bedrag":{digits}}}'), [])

    assert format(row["Bedrag"], "f" if "." in digits else "") == digits


@pytest.mark.parametrize(
    ("old", "valid"), [("-.5", "-0.5"), (".25", "0.25"), ("-.0000000001", "-1E-10"), ("1.5", "1.5")]
)
def test_a_number_of_profit_6_may_begin_with_its_point(old, valid):
    (row,) = read_rows(page(f'{{"Bedrag":{old},"Tekst":"-.5 \\" : .5","Rest":-.5}}'), [])

    assert row == {"Bedrag": Decimal(valid), "Tekst": '-.5 " : .5', "Rest": Decimal("-0.5")}


def test_a_time_loses_its_false_z_and_a_text_keeps_it():
    rows = read_rows(
        page('{"Gewijzigd_op":"2026-01-31T09:00:00Z","Omschrijving":"2026-01-31T09:00:00Z"},{"Gewijzigd_op":null}'),
        ["Gewijzigd_op"],
    )

    assert rows == [
        {"Gewijzigd_op": "2026-01-31T09:00:00", "Omschrijving": "2026-01-31T09:00:00Z"},
        {"Gewijzigd_op": None},
    ]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_any_amount_comes_out_as_it_went_in(amount):
    (row,) = read_rows(page(f'{{"Bedrag":{amount:f}}}'), [])

    assert row["Bedrag"] == amount


@given(st.text())
def test_any_text_comes_out_as_it_went_in(text):
    (row,) = read_rows(page(f'{{"Tekst":{json.dumps(text)},"Bedrag":-.5}}'), [])

    assert row["Tekst"] == text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>Login</html>", id="html"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"skip":0,"take":100,"rows":[{"A":1},{"A"', id="cut"),
        pytest.param(b'{"skip":0}', id="no-rows"),
        pytest.param(b'{"rows":null}', id="rows-that-are-null"),
        pytest.param(b'{"rows":["A"]}', id="rows-that-are-texts"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"\xff\xfe\x00", id="no-text"),
    ],
)
def test_what_is_no_page_is_never_an_empty_one(body):
    with pytest.raises(ValueError):
        read_rows(body, [])
