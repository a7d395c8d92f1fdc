import json
import re
import time
from decimal import Decimal
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_afas.afas import values
from source_afas.afas.metainfo import Field
from source_afas.afas.page import PageReader, SaidInsteadError


def read_page(body, date_fields=()):
    return PageReader([Field(name, "date") for name in date_fields]).read(body)


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
        pytest.param(b'{"skip":0,"take":100,"rows":[{"A":1},{"A"', id="cut"),
        pytest.param(b'{"skip":0}', id="no-rows"),
        pytest.param(b'{"rows":null}', id="rows-that-are-null"),
        pytest.param(b'{"rows":["A"]}', id="rows-that-are-texts"),
        pytest.param(b'["A"]', id="a-list"),
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
    assert [whole(read.exact_row(n)) for n in range(cut)] == [whole(row) for row in plain]


def whole(row):
    """Half a character is no text; it leaves as the sign for one that cannot be read."""
    return {
        k: v.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(v, str) else v
        for k, v in row.items()
    }


DATES = ["Gewijzigd", "Één"]
PLAIN_TEXTS = TEXTS.filter(lambda text: "\ud83d" not in text and not text.endswith("{"))
"""Half a character is mended, and what might be an object within a row is looked at more closely: both take longer."""


def is_time(value):
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z", value) is not None


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "Nummer": st.integers(),
                "Omschrijving": PLAIN_TEXTS,
                "Gewijzigd_op": st.none() | TIMES.map(lambda time: time + "Z"),
                "Één": st.none() | TIMES.map(lambda time: time + "Z"),
                "Gewijzigd": st.none() | TIMES.map(lambda time: time + "Z") | TIMES.map(lambda time: time + ".12Z"),
                "Rest": PLAIN_TEXTS | st.booleans() | st.none(),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_page_as_afas_writes_one_leaves_byte_for_byte_but_for_the_false_z(rows):
    """Without being written anew, also where texts look like times or like the border between two rows."""
    rows = [{name: row[name] for name in rows[0]} for row in rows]
    written = [json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in rows]
    expected = [{k: v[:-1] if k in DATES and is_time(v) else v for k, v in row.items()} for row in rows]

    with mock.patch.object(values.Values, "_put_right", side_effect=AssertionError("written anew")):
        read = read_page(b'{"skip":0,"take":100,"rows":[' + b",".join(written) + b"]}", DATES)

    assert b"".join(read.lines(b"", b"\n")).splitlines() == [
        json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in expected
    ]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param('{"A":1},{"B":2}', id="fields-in-another-order"),
        pytest.param('{"A":[{"A":1},{"A":2}]},{"A":3}', id="lists-within"),
        pytest.param('{"A":{"A":1}}', id="an-object-within"),
        pytest.param('{"A": 1}, {"A": 2}', id="with-spaces"),
        pytest.param('{"\\u0041":1,"T":"2026-01-31T09:00:00Z"}', id="a-name-in-escapes"),
        pytest.param("{},{}", id="no-fields"),
        pytest.param('{"A":1,"A":2}', id="the-same-field-twice"),
        pytest.param('{"A":1e5}', id="an-exponent"),
        pytest.param('{"A":1,"L":[{"A":1},{"A":2}]},{"B":2}', id="rows-within-and-another-first-field"),
        pytest.param('{"A":1,"L":[{"A":1},{"A":1}]},{}', id="rows-within-and-none"),
        pytest.param('{"A":1,"T": "2026-01-31T09:00:00Z"}', id="a-space-before-a-time"),
        pytest.param('{"A":1, "T":"2026-01-31T09:00:00Z"}', id="a-space-before-a-name"),
        pytest.param('{"A":1,\r"T":"2026-01-31T09:00:00Z"}', id="a-line-end-of-its-own"),
    ],
)
def test_a_page_that_is_written_otherwise_comes_out_as_a_plain_reader_reads_it(rows):
    read = read_page(page(rows), ["T"])

    expected = [{k: v.removesuffix("Z") if k == "T" else v for k, v in row.items()} for row in json.loads(f"[{rows}]")]
    assert read.exact() == list(read) == expected
    assert [json.loads(line) for line in b"".join(read.lines(b"", b"\n")).splitlines()] == expected


@pytest.mark.parametrize("more", ['"rows":[{"A":1},{"A":2}]', '"take":[1]', '"take":[{}]'])
def test_a_page_with_a_part_twice_comes_out_as_a_plain_reader_reads_it_or_not_at_all(more):
    body = b'{"skip":0,"take":1,"rows":[{"A":1}],' + more.encode() + b"}"

    assert read_rows(body) == json.loads(body)["rows"]


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(b'{"A":"' + b'<td class=\\"a\\">' * 100_000, id="html"),
        pytest.param(b'{"A":-.5,"B":"' + b'\\"' * 1_000_000, id="quotes"),
    ],
)
def test_a_page_that_is_cut_within_a_text_is_seen_to_be_soon(cut):
    began = time.monotonic()

    with pytest.raises(ValueError):
        read_page(b'{"skip":0,"take":100,"rows":[' + cut, [])

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "value", ["1e99999999999999999999", "[" * 300 + "]" * 300, '{"a":' * 250 + "1" + "}" * 250], ids=lambda v: v[:9]
)
def test_what_no_parser_can_hold_is_no_page(value):
    try:
        read = read_page(page(f'{{"Id":1,"X":{value},"Y":"\\ud83d"}}'), [])
    except ValueError:
        return
    assert read.exact()


def test_half_a_character_within_a_list_leaves_as_the_sign_for_one_that_cannot_be_read():
    assert read_page(page('{"Id":1,"L":["\\ud83d"]}'), []).exact() == [{"Id": 1, "L": ["\N{REPLACEMENT CHARACTER}"]}]


def test_a_page_too_deep_to_be_one_is_none():
    with pytest.raises(ValueError):
        read_page(page("[" * 100_000 + "]" * 100_000), [])


def test_rows_are_looked_at_from_the_end_and_the_page_cut_there():
    read = read_page(page(",".join(f'{{"Nummer":{n},"Bedrag":{n}.10}}' for n in range(100))), [])

    assert [row["Nummer"] for row in reversed(read)] == list(reversed(range(100)))
    assert (read.exact_row(99), read[0]["Bedrag"]) == ({"Nummer": 99, "Bedrag": Decimal("99.10")}, 0.1)
    assert [row["Nummer"] for row in read.first(98).exact()] == list(range(98))
    with pytest.raises(IndexError):
        read[100]


def test_fields_can_be_looked_at_by_themselves_and_keep_every_digit():
    read = read_page(page('{"A":1,"B":1.12345678901234567890,"T":"2026-01-31T09:00:00Z"},{"A":2,"T":null}'), ["T"])

    assert read.columns("A", "T", "A") == [(1, "2026-01-31T09:00:00", 1), (2, None, 2)]
    assert read.column("B") == [Decimal("1.12345678901234567890"), None]


@pytest.mark.parametrize(("body", "take"), [(b'{"rows":[], "take":50}', 50), (b'{"rows":[]}', None)])
def test_a_page_tells_how_many_rows_afas_took_it_to_be_asked_for(body, take):
    assert read_page(body).take == take


@pytest.mark.parametrize("body", [b"", b"[]", b'{"skip":0,"take":9}', b'{"skip":0,"take":9,"rows":null}'])
def test_an_answer_without_a_word_of_rows_is_an_empty_page_in_doubt(body):
    assert (len(read_page(body)), read_page(body).named) == (0, False)
    assert read_page(page("")).named


@pytest.mark.parametrize("word", ["externalMessage", "message", "profitLogReference"])
def test_words_beside_rows_are_a_refusal(word):
    with pytest.raises(SaidInsteadError):
        read_page(f'{{"skip":0,"take":9,"rows":[{{"A":1}}],"{word}":"Onverwacht"}}'.encode())


def read_typed(row, **types):
    (made,) = PageReader([Field(*field) for field in types.items()]).read(page(row)).exact()
    return made


@pytest.mark.parametrize(
    ("written", "data_type", "value"),
    [
        ('"12.50"', "decimal", Decimal("12.50")),
        ('"12"', "int", 12),
        ("12.0", "int", 12),
        ('"123456789012345678901"', "int", 123456789012345678901),
        ('"true"', "boolean", True),
        ("0", "boolean", False),
        ("12.50", "string", "12.50"),
        ('"2026-01-31T09:00:00+01:00"', "date", "2026-01-31T09:00:00"),
        ('"2026-07-31T07:00:00+00:00"', "date", "2026-07-31T09:00:00"),
        ('"2026-01-31T09:00:00.250Z"', "date", "2026-01-31T09:00:00.250"),
        ('"12,50"', "decimal", "12,50"),
        ('"veel"', "int", "veel"),
        ("12.5", "int", Decimal("12.5")),
    ],
)
def test_a_value_of_another_type_than_metainfos_is_converted_where_that_is_exact_and_certain(written, data_type, value):
    assert read_typed(f'{{"Veld":{written}}}', Veld=data_type) == {"Veld": value}


def test_a_value_that_cannot_be_converted_for_certain_is_told():
    reader = PageReader([Field("Veld", "decimal"), Field("Ander", "decimal")])
    reader.read(page('{"Veld":"12,50","Ander":"12.50"}'))

    (warning,) = reader.warnings()
    assert warning.startswith("Veld holds '12,50', which is not of the type")


def test_ids_in_another_case_than_metainfos_leave_as_metainfo_has_them():
    assert read_typed('{"NAAM":"naam\\"NAAM\\":","bedrag":1,"Ander":2}', Naam="string", Bedrag="decimal") == {
        "Naam": 'naam"NAAM":',
        "Bedrag": 1,
        "Ander": 2,
    }


@pytest.mark.parametrize("between", [",", ", "], ids=["as AFAS writes it", "written anew"])
def test_rows_can_say_more_than_afas_said(between):
    rows = between.join(['{"A":"}, {","B":1.10}', '{"A":null,"B":2}', '{"A":"{}","B":3}'])

    marked = read_page(page(rows)).with_fields({"Gelezen": "nu", "Weg": None})

    assert marked.exact()[0] == {"Gelezen": "nu", "Weg": None, "A": "}, {", "B": Decimal("1.10")}
    assert [json.loads(line) for line in b"".join(marked.lines(b"", b"\n")).splitlines()] == [
        {"Gelezen": "nu", "Weg": None, "A": "}, {", "B": 1.1},
        {"Gelezen": "nu", "Weg": None, "A": None, "B": 2},
        {"Gelezen": "nu", "Weg": None, "A": "{}", "B": 3},
    ]
    assert marked.column("A") == ["}, {", None, "{}"]


def test_a_row_without_fields_can_say_more_too():
    marked = read_page(page("{},{}"), ()).with_fields({"Gelezen": "nu"})

    assert marked.exact() == [{"Gelezen": "nu"}] * 2


def test_a_page_without_rows_has_none_whatever_is_asked_of_it():
    empty = read_page(page(""), ()).with_fields({"Gelezen": "nu"})

    assert (empty.exact(), empty.lines(b"", b"")) == ([], [])


def test_the_first_rows_of_a_page_keep_the_fields_that_are_looked_at():
    read = read_page(page('{"A":1},{"A":2},{"A":3}'))

    assert read.first(2).column("A") == [1, 2]
