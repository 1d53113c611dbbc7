"""Whom the tick rings for when campaigns have mail to send."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from digest.actions.tend_campaigns import MOST_BELLS, Due, bells
from digest.domain.ids import uuid7

LARGE, SMALL, OTHER = uuid7(), uuid7(), uuid7()


def test_a_large_campaign_calls_several_processes_at_once():
    assert bells([Due(LARGE, waiting=200_000, held=0)]) == [LARGE] * MOST_BELLS


def test_a_small_campaign_calls_one():
    assert bells([Due(SMALL, waiting=1000, held=0)]) == [SMALL]
    assert bells([Due(SMALL, waiting=1001, held=0)]) == [SMALL, SMALL]


def test_the_campaign_with_the_fewest_hands_rings_first():
    """Room for one bell at each tick would else be the large one's for hours."""
    due = [Due(LARGE, waiting=200_000, held=400), Due(SMALL, waiting=20, held=0)]
    assert bells(due)[:2] == [SMALL, LARGE]


def test_what_is_due_late_at_others_hands_rings_too():
    assert bells([Due(OTHER, waiting=0, held=3)]) == [OTHER]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 500)), max_size=6))
def test_each_rings_once_before_any_rings_twice(counts):
    due = [Due(uuid7(), waiting, held) for waiting, held in counts]
    rung = bells(due)
    assert set(rung[: len(due)]) == {one.id for one in due}
    assert all(n <= MOST_BELLS for n in Counter(rung).values())
