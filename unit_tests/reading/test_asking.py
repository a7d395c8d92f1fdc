import pytest

from source_afas.reading.asking import page_size


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
