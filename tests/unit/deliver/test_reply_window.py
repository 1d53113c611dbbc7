"""The window over the last replies: when it is us, and when it is the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.reply_window import BLOCK, SIZE, Block, ReplyWindow


def window(*blocks):
    found = ReplyWindow()
    for block in blocks:
        found = found.after(Block(*block))
    return found


@pytest.mark.parametrize(
    ("blocks", "about_us"),
    [
        ([(19, 19, 0)], False),
        ([(20, 20, 0)], True),
        ([(980, 0, 0), (20, 20, 0)], True),
        ([(1000, 19, 0)], False),
        ([(20, 20, 0)] + [(50, 0, 0)] * 21, False),
        ([(100, 1, 0)] * 20, False),
        ([(100, 2, 0)] * 10, True),
    ],
)
def test_twenty_and_one_in_a_hundred_of_the_last_thousand_are_about_us(blocks, about_us):
    assert window(*blocks).is_about_us is about_us


def test_half_of_a_list_refused_is_worth_an_alarm_and_is_not_about_us():
    found = window(*[(50, 0, 25)] * 3)
    assert found.is_refused
    assert not found.is_about_us
    assert not window((50, 0, 3), (950, 0, 30)).is_refused


@given(st.lists(st.integers(1, 50), max_size=300))
def test_it_stays_small_and_holds_the_last_thousand(sizes):
    found = window(*[(n, 0, 0) for n in sizes])
    assert len(found.blocks) <= 2 * SIZE // BLOCK + 2
    assert min(SIZE, sum(sizes)) <= found.sum.replies < SIZE + BLOCK + 1
