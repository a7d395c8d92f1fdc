"""GET /connectors/{id}: pages, their order and their limits."""

import json
import re
from decimal import Decimal

import pytest

UNEXPECTED = {"nl": "Er is een onverwachte fout opgetreden.", "en": "An unexpected error has occurred."}


def digits(reply):
    return json.loads(reply.text, parse_float=Decimal, parse_int=Decimal)["rows"]


def test_a_page_is_one_line_with_every_field_in_the_order_of_the_definition(books, rows_of):
    reply = rows_of(books, "Profit_Debtor", take=3, orderbyfieldids="DebtorId")

    assert "\n" not in reply.text
    assert reply.text.startswith('{"skip":0,"take":3,"rows":[{"DebtorId":"10400",')
    fields = [field["id"] for field in books.get("/metainfo/get/Profit_Debtor").json()["fields"]]
    assert [list(row) for row in reply.rows] == [fields] * 3


@pytest.mark.parametrize("name", [
    "Profit_Transactions", "Profit_Transactions_Allocated", "Profit_Period_balance", "Profit_Debtor", "Contracten",
    "Brede_export", "Grootboekmutaties_BI", "Profit_Balance_Allocated", "Profit_Currency", "123",
])  # fmt: skip
def test_pages_hold_exactly_the_rows_that_the_handle_tells(books, name, rows_of):
    books.service.conditions.cell_budget = 10**9
    try:
        served = digits(rows_of(books, name, skip=-1, take=-1))
    finally:
        books.service.conditions.cell_budget = 150_000

    expected = json.loads(json.dumps(books.rows(name), default=str))
    as_text = sorted(json.dumps(row, default=str) for row in served)
    assert len(as_text) == len(expected) > 0
    kinds = {field.id: field.data_type for field in books.app_connector.find(name).fields}
    assert as_text == sorted(
        json.dumps({key: plain(value, kinds[key]) for key, value in row.items()}, default=str)
        for row in books.rows(name)
    )


def plain(value, kind):
    if kind == "decimal" and value is not None:
        text = format(value, "f")
        return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
    return Decimal(value) if kind == "int" and value is not None else value


@pytest.mark.parametrize(
    ("query", "skip", "take", "rows"),
    [
        pytest.param("", 0, 100, 100, id="a-hundred-by-default"),
        pytest.param("skip=110", 110, 100, 10, id="the-rest"),
        pytest.param("skip=500", 500, 100, 0, id="past-the-end"),
        pytest.param("skip=-1", -1, -1, 120, id="skip-minus-1-is-everything"),
        pytest.param("skip=-1&take=-1", -1, -1, 120, id="everything-at-once"),
        pytest.param("skip=-1&take=7", -1, -1, 120, id="skip-minus-1-ignores-take"),
        pytest.param("skip=-1&take=x", -1, -1, 120, id="even-a-bad-one"),
        pytest.param("skip=-7&take=3", 0, 3, 3, id="skip-below-minus-1-is-0"),
        pytest.param("skip=abc&take=3", 0, 3, 3, id="skip-in-letters-is-0"),
        pytest.param("skip=&take=3", 0, 3, 3, id="skip-empty-is-0"),
        pytest.param("take=0", 0, 1, 1, id="take-0-gives-one-row"),
        pytest.param("SKIP=2&Take=3", 2, 3, 3, id="names-in-any-case"),
    ],
)
def test_paging(paged, query, skip, take, rows):
    reply = paged.get(f"/connectors/Genummerd?{query}")

    assert reply.status == 200
    assert (reply.json()["skip"], reply.json()["take"], len(reply.rows)) == (skip, take, rows)


@pytest.mark.parametrize("query", [
    pytest.param("skip=2&take=-1", id="take-minus-1-after-a-skip"),
    pytest.param("take=-1", id="take-minus-1-alone"),
    pytest.param("take=-5", id="take-below-0"),
    pytest.param("take=ten", id="take-in-letters"),
    pytest.param("take=", id="take-empty"),
    pytest.param("take=99999999999", id="take-beyond-an-int"),
])  # fmt: skip
def test_paging_that_afas_does_not_expect(paged, query):
    reply = paged.get(f"/connectors/Genummerd?{query}")

    assert reply.status == 500
    assert reply.json()["externalMessage"] == UNEXPECTED["nl"]
    assert reply.json()["errorNumber"] == -2147180999
    assert re.fullmatch("[0-9A-F]{32}", reply.json()["profitLogReference"])


@pytest.fixture(scope="module")
def paged():
    from afas_sandbox import Sandbox

    with Sandbox() as sandbox:
        sandbox.define("Genummerd", {"Id": "int", "Groep": "int"}, [{"Id": n, "Groep": n // 40} for n in range(120)])
        yield sandbox


def ids(reply):
    return [row["Id"] for row in reply.rows]


def test_rows_without_an_order_change_places_from_call_to_call(paged):
    first, second = (paged.get("/connectors/Genummerd?skip=-1") for _ in range(2))

    assert sorted(ids(first)) == sorted(ids(second)) == list(range(120))
    assert ids(first) != ids(second)


def test_the_shuffle_follows_from_the_number_of_the_call(paged):
    from afas_sandbox import Sandbox

    orders = []
    for _ in range(2):
        with Sandbox(seed=3) as sandbox:
            sandbox.define("Genummerd", {"Id": "int"}, [{"Id": n} for n in range(50)])
            orders.append([ids(sandbox.get("/connectors/Genummerd")) for _ in range(3)])

    assert orders[0] == orders[1]


def test_rows_that_are_equal_in_the_order_change_places_too(paged):
    pages = [paged.get("/connectors/Genummerd?skip=-1&orderbyfieldids=Groep") for _ in range(2)]

    assert [[row["Groep"] for row in page.rows] for page in pages] == [[n // 40 for n in range(120)]] * 2
    assert ids(pages[0]) != ids(pages[1])


def test_a_total_order_stays(paged):
    assert ids(paged.get("/connectors/Genummerd?skip=5&take=3&orderbyfieldids=Id")) == [5, 6, 7]
    assert ids(paged.get("/connectors/Genummerd?take=3&orderbyfieldids=-Groep,Id")) == [80, 81, 82]


def test_empty_sorts_first_and_case_does_not_count(sandbox):
    sandbox.define("Teksten", {"T": "string"}, [{"T": text} for text in ("b", "A", "C", None, "a")])

    upwards = [row["T"] for row in sandbox.get("/connectors/Teksten?orderbyfieldids=T").rows]
    downwards = [row["T"] for row in sandbox.get("/connectors/Teksten?orderbyfieldids=-T").rows]

    assert [text and text.lower() for text in upwards] == [None, "a", "a", "b", "c"]
    assert [text and text.lower() for text in downwards] == ["c", "b", "a", "a", None]


def test_an_unknown_field_to_sort_by_is_named(paged):
    reply = paged.get("/connectors/Genummerd?orderbyfieldids=Id,Bedrag")

    assert (reply.status, reply.json()["externalMessage"]) == (500, "Connector-veld 'Bedrag' niet gevonden")
    assert reply.headers["content-type"].startswith("application/xml"), "read the body, not the header"


def test_150000_cells_are_the_most(sandbox, rows_of):
    sandbox.define("Breed", {f"V{n}": "int" for n in range(15)}, [{"V0": n} for n in range(10_001)])

    assert len(rows_of(sandbox, "Breed", take=10_000).rows) == 10_000
    for refused in (rows_of(sandbox, "Breed", take=10_001), rows_of(sandbox, "Breed", skip=-1)):
        assert (refused.status, refused.json()["externalMessage"]) == (500, "Out of memory")
    assert rows_of(sandbox, "Breed", skip=9_000, take=20_000).status == 200, "rows count, not what was asked"


def test_a_query_string_above_2049_characters_is_not_found(paged):
    """404 rather than 414; the `?` and every `&` count."""
    longest = paged.get("/connectors/Genummerd?" + "x" * 2048)
    too_long = paged.get("/connectors/Genummerd?" + "x" * 2049)

    assert (longest.status, too_long.status) == (200, 404)
    assert too_long.body == b""


def test_an_answer_that_is_too_large_has_no_body(paged):
    paged.largest_answer = 500
    try:
        reply = paged.get("/connectors/Genummerd")
    finally:
        paged.largest_answer = 75 * 1024 * 1024

    assert (reply.status, reply.body) == (413, b"")


@pytest.mark.parametrize("amount", [
    "12345678901234.123456789", "-0.5", "0.0000000001", "9007199254740993", "100", "0", "-1234567890123456.0000000001",
])  # fmt: skip
def test_an_amount_keeps_every_digit(sandbox, amount):
    sandbox.define("Bedragen", {"B": "decimal"}, [{"B": amount}])

    assert f'[{{"B":{amount}}}]' in sandbox.get("/connectors/Bedragen").text
    assert sandbox.rows("Bedragen") == [{"B": Decimal(amount)}]


def test_an_amount_may_show_its_zeros(sandbox):
    sandbox.define("Bedragen", {"B": "decimal"}, [{"B": "12345678901234.1234567890"}])
    sandbox.trailing_zeros = True

    assert '"B":12345678901234.1234567890}' in sandbox.get("/connectors/Bedragen").text


def test_profit_6_wrote_numbers_without_a_zero_and_pages_on_several_lines(sandbox):
    sandbox.define("Bedragen", {"B": "decimal"}, [{"B": "-0.5"}])
    sandbox.profit_6 = True

    text = sandbox.get("/connectors/Bedragen").text

    assert '{"B":-.5}' in text
    assert text.splitlines()[1:3] == ['  "skip":0,', '  "take":100,']


@pytest.mark.parametrize(("stored", "shown"), [
    pytest.param("2024-01-31 12:00:00.499999", "2024-01-31T12:00:00Z", id="down"),
    pytest.param("2024-01-31 12:00:00.5", "2024-01-31T12:00:01Z", id="half-goes-up"),
    pytest.param("2024-12-31 23:59:59.75", "2025-01-01T00:00:00Z", id="into-the-next-year"),
    pytest.param("2024-01-31", "2024-01-31T00:00:00Z", id="a-day-is-midnight"),
])  # fmt: skip
def test_a_time_is_shown_rounded_to_seconds(sandbox, stored, shown):
    sandbox.define("Tijden", {"T": "date"}, [{"T": stored}])

    assert sandbox.get("/connectors/Tijden").rows == sandbox.rows("Tijden") == [{"T": shown}]


def test_texts_survive_as_they_are(sandbox):
    texts = ['"', "\\", "\r\n\t", "é½€😀", "'; DROP TABLE x", "\u0001", "a\u2028b", "{}", "null"]
    sandbox.define("Teksten", {"T": "string", "B": "blob"}, [{"T": text, "B": text} for text in texts])

    assert sandbox.get("/connectors/Teksten").json()["rows"] != []
    assert {row["T"] for row in sandbox.get("/connectors/Teksten").rows} == set(texts)


def test_an_empty_text_is_null(sandbox):
    sandbox.define("Teksten", {"T": "string"}, [{"T": ""}])

    assert sandbox.get("/connectors/Teksten").rows == [{"T": None}]


def test_field_ids_may_hold_anything_and_come_twice(sandbox):
    fields = [{"id": name, "dataType": "int"} for name in ('Btw-"nr"', "a.b", "A.B", "met spatie", "x", "x")]
    sandbox.define("Vreemde 'namen' [1]", fields, [{'Btw-"nr"': 1, "a.b": 2, "A.B": 3, "met spatie": 4}])

    text = sandbox.get("/connectors/Vreemde%20'namen'%20[1]?orderbyfieldids=a.b,met%20spatie").text

    assert '"rows":[{"Btw-\\"nr\\"":1,"a.b":2,"A.B":3,"met spatie":4,"x":null,"x":null}]' in text


def test_times_and_texts_of_two_sandboxes_with_one_seed_are_the_same():
    from afas_sandbox import Sandbox

    with (
        Sandbox(seed=5, entries=300) as one,
        Sandbox(seed=5, entries=300) as other,
        Sandbox(seed=6, entries=300) as third,
    ):
        for name in ("Profit_Transactions_Allocated", "Profit_Debtor", "Contracten", "Profit_Currency"):
            assert one.rows(name) == other.rows(name) != third.rows(name)
