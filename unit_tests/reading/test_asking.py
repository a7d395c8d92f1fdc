import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.reading.asking import page_size
from unit_tests.reading.afas_in_memory import AfasInMemory, serving


@pytest.mark.parametrize(
    ("fields", "wanted", "rows"),
    [
        pytest.param(18, 0, 8333, id="rows-times-fields-stay-below-150000"),
        pytest.param(30, 0, 4999, id="exactly-150000-is-too-many"),
        pytest.param(3, 0, 10_000, id="a-narrow-one-has-a-bound-of-its-own"),
        pytest.param(18, 100, 100, id="as-wanted"),
        pytest.param(120, 100_000, 1249, id="wanted-beyond-afas-bounds"),
        pytest.param(0, 0, 10_000, id="without-fields"),
        pytest.param(200_000, 0, 1, id="never-nothing"),
    ],
)
def test_a_page_keeps_within_afas_cells(fields, wanted, rows):
    assert page_size(fields, wanted) == rows


def test_no_query_is_asked_twice_in_a_read_unless_on_purpose(monkeypatch):
    retriever = serving(AfasInMemory([{"Id": 1}], Id="int"), monkeypatch).retriever("Id", page_size=10)
    asking, wanted = retriever.asking, retriever.everything()

    asking.ask(wanted, 0, expected=True)
    asking.ask(wanted, 0, expected=True, again=True)

    with pytest.raises(AirbyteTracedException, match="gave the same rows again"):
        asking.ask(wanted, 0, expected=True)
