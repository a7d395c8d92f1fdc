import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_afas.page import read_page


def read_rows(body, date_fields=()):
    """The rows of a page as they leave, both ways that they can."""
    read = read_page(body, date_fields)
    written = [json.loads(line, parse_float=Decimal) for line in b"".join(read.lines(b"", b"\n")).splitlines()]
    exact = read.exact()
    assert [{k: v if v is None or isinstance(v, str) else Decimal(v) for k, v in row.items()} for row in exact] == [
        {k: v if v is None or isinstance(v, str) else Decimal(v) for k, v in row.items()} for row in written
    ]
    return exact


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
        read_page(body, [])


AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=10).map(lambda d: f"{d:f}") | st.integers().map(str)
TIMES = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds"))
TEXTS = (
    st.text() | TIMES.map(lambda time: time + "Z") | st.sampled_from(["},{", '"Z",', "Z", '"rows":[', "\ud83d", "\\"])
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Nummer": st.none() | st.integers(0, 2**70).map(str),
            "Bedrag": st.none() | AMOUNTS,
            "Omschrijving": st.none() | TEXTS.map(json.dumps),
            "Gewijzigd": st.none() | TIMES.map(lambda time: f'"{time}Z"') | TIMES.map(lambda time: f'"{time}"'),
            "Tekst": st.none() | TEXTS.map(lambda text: json.dumps(text, ensure_ascii="\ud83d" in text)),
        }
    ),
    max_size=6,
)


@given(ROWS, st.sampled_from([",", ", ", ",\n "]), st.integers(0, 6))
def test_rows_leave_as_a_plain_reader_would_read_them(rows, between, cut):
    """However a page is written, and wherever it is cut: equal as parsed with exact decimals."""
    written = between.join(
        "{" + ",".join(f'"{name}":{"null" if value is None else value}' for name, value in row.items()) + "}"
        for row in rows
    )
    cut = min(cut, len(rows))

    read = read_page(page(written), ["Gewijzigd"]).first(cut)

    plain = json.loads(f"[{written}]", parse_float=Decimal)[:cut]
    for row in plain:
        row["Gewijzigd"] = row["Gewijzigd"] and row["Gewijzigd"].removesuffix("Z")
    lines = b"".join(read.lines(b"", b"\n")).splitlines()
    assert [whole(json.loads(line, parse_float=Decimal)) for line in lines] == [whole(row) for row in plain]
    assert [whole(read[n]) for n in range(cut)] == [whole(row) for row in plain]


def whole(row):
    """Half a character is no text; it leaves as the sign for one that cannot be read."""
    return {
        k: v.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(v, str) else v
        for k, v in row.items()
    }
