"""How a GetConnector is read page by page, against an AFAS in memory."""

from itertools import chain

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_afas.afas.errors import BodyTooLarge
from source_afas.reading import doubt, slicer, walk
from source_afas.reading.slicer import Slicer
from unit_tests.reading.afas_in_memory import AfasInMemory, serving

TYPES = {"Groep": "int", "Code": "string", "Bedrag": "decimal"}


def rows_of(*codes, group=1):
    return [{"Groep": group, "Code": code, "Bedrag": number} for number, code in enumerate(codes)]


def read(afas, *key, page_size):
    retriever = afas.retriever(*key, page_size=page_size)
    return list(chain.from_iterable(page.exact() for page in retriever.pages(retriever.everything())))


@pytest.fixture
def afas_with(monkeypatch):
    return lambda rows: serving(AfasInMemory(rows, **TYPES), monkeypatch)


def same(rows):
    return sorted(map(str, (dict(sorted(row.items())) for row in rows)))


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 100])
def test_every_row_comes_once_in_the_order_of_the_key(afas_with, page_size):
    afas = afas_with(rows_of("b", "a", "d", "c", "e"))

    assert [row["Code"] for row in read(afas, "Code", page_size=page_size)] == list("abcde")


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_a_key_that_is_none_loses_no_row(afas_with, page_size):
    afas = afas_with(rows_of("a", "a", "b", "b", "b", "c"))

    assert same(read(afas, "Code", page_size=page_size)) == same(afas.rows)


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_empty_values_in_a_key_lose_no_row(afas_with, page_size):
    afas = afas_with(rows_of(None, "a", None, "b", None))

    assert same(read(afas, "Code", page_size=page_size)) == same(afas.rows)


def test_texts_that_afas_holds_equal_are_not_parted(afas_with):
    afas = afas_with(rows_of("A", "a", "B", "b", "C"))

    assert same(read(afas, "Code", page_size=3)) == same(afas.rows)


def test_a_page_goes_on_from_the_group_of_its_last_row_and_never_skips(afas_with):
    afas = afas_with(rows_of("a", "b", "c", "d"))

    read(afas, "Code", page_size=3)

    assert {asked["skip"] for asked in afas.asked if "filtervalues" in asked} == {"0"}
    assert afas.asked[1]["filtervalues"] == "c"


@pytest.mark.parametrize("type_", ["blob", "string"])
@pytest.mark.parametrize("number", [1, 5])
def test_rows_too_large_for_one_answer_come_one_by_one(monkeypatch, number, type_):
    """Here of a field that AFAS cannot sort on, or can."""
    rows = [{"Id": n, "Bijlage": "x" * 9} for n in range(number)]
    afas = serving(AfasInMemory(rows, Id="int", Bijlage=type_), monkeypatch)

    def page(found, skip, take):
        if take > 1 and found[skip:]:
            raise BodyTooLarge()
        return found[skip : skip + take]

    afas._page = page

    assert same(read(afas, "Id", page_size=100)) == same(rows)


def test_rows_that_nothing_tells_apart_are_skipped_to_when_they_are_alike_in_all_fields(afas_with):
    afas = afas_with([{"Groep": 1, "Code": "a", "Bedrag": 0}] * 5)

    assert len(read(afas, page_size=2)) == 5


def test_nothing_is_skipped_to_beyond_a_bound(afas_with, monkeypatch):
    monkeypatch.setattr(walk, "LARGEST_SKIP", 5)
    afas = afas_with([{"Groep": 1, "Code": "a", "Bedrag": 0}] * 10)

    with pytest.raises(AirbyteTracedException, match="cannot be told apart"):
        read(afas, page_size=2)


@pytest.mark.parametrize("first", [0, 4, 8])
def test_more_rows_of_one_time_than_a_page_holds_come_once(monkeypatch, first):
    """They are told apart by their other fields, in whose order the rows before them come among them."""
    monkeypatch.setattr(doubt, "MADE_SURE_FROM", 1)
    rows = [{"Groep": n, "Dag": f"2026-0{1 if n == first else 2}-01T00:00:00"} for n in range(9)]
    afas = serving(AfasInMemory(rows, Groep="int", Dag="date"), monkeypatch)

    assert same(read(afas, "Dag", page_size=3)) == same(rows)


def read_in_slices(afas, *key, page_size, **settings):
    retriever = afas.retriever(*key, page_size=page_size, **settings)
    slices = list(Slicer(retriever, None).stream_slices())
    return slices, [row for each in slices for page in retriever.pages_of(each) for row in page.exact()]


def test_rows_that_come_of_no_slice_are_missed(afas_with, monkeypatch):
    """Here the last ones: what lies behind a border, and is filtered by nothing else."""
    monkeypatch.setattr(slicer, "SLICE_ROWS", 1)
    afas = afas_with(rows_of(*(f"{n:03}" for n in range(100))))
    kept = afas._wanted
    afas._wanted = lambda asked: lambda row: kept(asked)(row) and ("filtervalues" not in asked or row["Bedrag"] < 90)

    with pytest.raises(AirbyteTracedException, match="not as many as it counts itself"):
        read_in_slices(afas, "Code", page_size=10)


def test_rows_that_the_filters_leave_out_are_told_of(afas_with, caplog):
    afas = afas_with([*rows_of("a", group=1), *rows_of("b", group=2)])
    afas._wanted = lambda asked: lambda row: True
    filters = [{"field": "Groep", "operator": "=", "value": 1}]

    read_in_slices(afas, "Code", page_size=10, streams=[{"get_connector": "Tabel", "filters": filters}])

    assert "AFAS brings rows that `filters[0] (Groep =)` in `streams` leaves out" in caplog.text


@pytest.mark.parametrize("takes_it", [True, False])
def test_a_quick_filter_that_is_overlooked_is_told_of(afas_with, caplog, takes_it):
    afas = afas_with(rows_of("a", "b"))
    afas._wanted = lambda asked: lambda row: not takes_it or row["Code"] == asked.get("filtervalues")
    filters = [{"field": "Code", "operator": "quick_filter", "value": "a"}]

    read_in_slices(afas, "Code", page_size=10, streams=[{"get_connector": "Tabel", "filters": filters}])

    told = "AFAS brings rows that `filters[0] (Code quick_filter)` in `streams` leaves out" in caplog.text
    assert told is not takes_it


@pytest.mark.parametrize("empty", [1, 2, 3])
def test_an_empty_answer_where_rows_are_due_is_not_believed(afas_with, empty):
    afas = afas_with(rows_of("a", "b"))
    afas._page = lambda found, skip, take: [] if len(afas.asked) <= empty else found[skip : skip + take]

    _, rows = read_in_slices(afas, "Code", page_size=10)

    assert same(rows) == same(afas.rows)


def test_an_afas_that_takes_no_filter_is_read_by_skipping_and_warned_of(afas_with, caplog):
    afas = afas_with(rows_of("a", "b", "c", "d"))
    afas._wanted = lambda asked: lambda row: True

    assert same(read(afas, "Code", page_size=2)) == same(afas.rows)
    assert "so it is read by skipping" in caplog.text


def test_an_afas_that_takes_no_filter_and_does_not_skip_is_no_way_on(afas_with):
    afas = afas_with(rows_of("a", "b", "c", "d"))
    afas._page = lambda found, skip, take: found[:take]
    afas._wanted = lambda asked: lambda row: True

    with pytest.raises(AirbyteTracedException, match="AFAS gave the same rows again"):
        read(afas, "Code", page_size=2)


def test_a_page_that_afas_cuts_short_is_not_the_end(afas_with, monkeypatch):
    monkeypatch.setattr(doubt, "MADE_SURE_FROM", 1)
    afas = afas_with(rows_of(*(f"{n:03}" for n in range(60))))
    afas._page = lambda found, skip, take: found[skip : skip + min(take, 10)]

    assert same(read(afas, "Code", page_size=50)) == same(afas.rows)


def test_rows_that_a_filter_loses_are_missed(afas_with, monkeypatch):
    """Here the rows of which a page goes on with the second field of the key."""
    monkeypatch.setattr(doubt, "MADE_SURE_FROM", 1)
    afas = afas_with([row for group in range(30) for row in rows_of(*"abcdefghij", group=group)])
    kept = afas._wanted
    afas._wanted = lambda asked: lambda row: kept(asked)(row) and not (asked.get("filterjson") and row["Groep"] == 7)

    with pytest.raises(AirbyteTracedException, match="not as many as it counts itself"):
        read(afas, "Groep", "Code", page_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "Groep": st.none() | st.integers(0, 3),
                "Code": st.none() | st.sampled_from(["a", "A", "b", "é", "z"]),
                "Bedrag": st.none() | st.integers(-2, 2),
            }
        ),
        max_size=14,
    ),
    st.integers(1, 5),
    st.sampled_from([(), ("Code",), ("Groep", "Code"), ("Groep",)]),
)
def test_whatever_the_rows_and_the_key_every_row_comes_once(afas_with, rows, page_size, key):
    afas = afas_with(rows)

    assert same(read(afas, *key, page_size=page_size)) == same(rows)
