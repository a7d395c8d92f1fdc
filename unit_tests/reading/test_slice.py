from source_afas.afas.query import Query
from source_afas.reading.slice import Tally


def test_the_last_slice_to_be_read_knows_the_rows_of_all():
    tally = Tally(Query(()))
    tally.add()
    tally.add(last=True)

    assert tally.close(3) is None
    assert tally.close(4) == 7


def test_slices_that_are_read_before_all_are_made_are_not_all():
    tally = Tally(Query(()))
    tally.add()

    assert tally.close(3) is None
    tally.add(last=True)
    assert tally.close(4) == 7
