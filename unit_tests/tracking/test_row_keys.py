from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_afas.tracking.row_keys import key_of, packed, unpacked, values_of

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(), st.decimals("-1e9", "1e9", places=3)
)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_key_gives_back_the_values_that_it_was_made_of(values):
    fields = [f"F{n}" for n in range(len(values))]

    assert values_of(key_of(dict(zip(fields, values, strict=True)), fields), fields) == dict(
        zip(fields, values, strict=True)
    )


def test_a_decimal_in_a_key_keeps_its_digits():
    assert key_of({"Nr": Decimal("1.10")}, ["Nr"]) == "[1.10]"


@given(st.lists(st.text(), unique=True), st.binary())
def test_keys_and_what_goes_with_them_come_back_from_a_state(values, more):
    keys = [key_of({"K": value}, ["K"]) for value in values]

    assert unpacked(packed(keys, more)) == (keys, more)


@pytest.mark.parametrize("text", [None, 7, "", "geen", "AAAA", packed(["[1]"])[:-8]])
def test_what_is_no_packed_keys_is_none(text):
    with pytest.raises(ValueError, match="no packed keys"):
        unpacked(text)
