from source_afas.people.finding import fails, holds, together, unseen


def test_a_part_that_does_not_hold_decides():
    whole = together(holds("a", rows=1), fails("b", wrong=2), unseen("c"))

    assert (whole.verdict, whole.words, whole.counts) == ("does not hold", "b", {"rows": 1, "wrong": 2})


def test_what_could_be_seen_decides_over_what_could_not():
    assert together(holds("a"), unseen("c"), holds("b")) == holds("a; b")


def test_nothing_seen_is_nothing_found():
    assert together(unseen("c"), unseen("c"), unseen("d")) == unseen("c; d")
