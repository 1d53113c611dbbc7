"""Rates, warm-ups and slowing down: the decisions, without a clock."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.errors import Illegal
from digest.domain.rate import CHUNK_SECONDS, SLACK_SECONDS, parse_rate, take_chunk
from digest.domain.slowdown import LOWEST, RECOVERY, SETTLE, asks_to_slow_down, slowed_down
from digest.domain.warm_up import WarmUp
from tests.builders import NOW


def later(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "spelled", "per_second"),
    [
        ("20/s", "20/s", 20),
        ("1200 / min", "1200/min", 20),
        ("3600 per hour", "3600/h", 1),
        ("86400 a day", "86400/day", 1),
    ],
)
def test_a_rate_is_read_from_words(text, spelled, per_second):
    assert str(parse_rate(text)) == spelled
    assert parse_rate(text).per_second == per_second


@pytest.mark.parametrize("text", ["", "20", "0/s", "-3/s", "1.5/s", "20/week", "20/s/s", "x/s"])
def test_what_is_no_rate_is_refused_in_a_sentence(text):
    with pytest.raises(Illegal, match="is not a rate; write it as 20/s"):
        parse_rate(text)


@given(
    st.floats(0.01, 20_000),
    st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_whoever_asks_and_however_often_no_more_is_granted_than_the_rate_and_one_chunk(
    per_second, pauses
):
    """Any number of processes ask one row, at any times."""
    at, free_at, granted = 0.0, None, 0
    for pause in pauses:
        at += pause
        grant = take_chunk(per_second, free_at, later(at))
        free_at = grant.free_at
        granted += grant.tokens
        chunk = max(1.0, per_second * CHUNK_SECONDS) + per_second * SLACK_SECONDS
        assert granted <= per_second * at + chunk + 1e-3 * per_second


@given(st.floats(0.5, 5_000))
def test_who_asks_when_told_to_gets_the_whole_rate(per_second):
    at, free_at, granted = 0.0, None, 0
    while at < 20:
        grant = take_chunk(per_second, free_at, later(at))
        free_at, granted = grant.free_at, granted + grant.tokens
        at += max(grant.wait, 1e-4) + 0.02  # a little late each time
    assert granted >= 0.9 * per_second * 20 - 1


def test_an_allowance_for_a_day_ends_what_the_rate_would_give():
    assert take_chunk(100, None, NOW, most=7).tokens == 7
    assert take_chunk(None, None, NOW, most=7).tokens == 7
    assert take_chunk(None, None, NOW, most=0).tokens == 0


def test_a_warm_up_doubles_from_day_to_day_and_ends():
    warm_up = WarmUp(first=500, factor=2, days=4, began_at=NOW)
    hours = (0, 23, 24, 49, 73, 97)
    allowances = [warm_up.allowance(NOW + timedelta(hours=hour)) for hour in hours]
    assert allowances == [500, 500, 1000, 2000, 4000, None]
    assert warm_up.next_day(NOW + timedelta(hours=30)) == NOW + timedelta(days=2)
    assert warm_up.allowance(NOW - timedelta(minutes=1)) == 500, "another host's clock is behind"


def test_a_warm_up_must_make_sense():
    with pytest.raises(Illegal, match="begins with 1 mail"):
        WarmUp(first=0, factor=2, days=4, began_at=NOW)


def test_a_rate_is_halved_and_recovers_in_equal_steps():
    slow = slowed_down(None, 100, NOW, "450 4.7.1")
    assert (slow.rate, slow.before) == (50, 100)
    assert slow.present_rate(NOW) == 50
    assert slow.present_rate(NOW + RECOVERY / 4) == pytest.approx(75)
    assert slow.present_rate(NOW + RECOVERY / 2) is None, "it is as before"


def test_a_second_request_halves_again_but_not_before_the_first_has_acted():
    slow = slowed_down(None, 100, NOW, "450 4.7.1")
    assert slowed_down(slow, 100, NOW + SETTLE / 2, "again") == slow
    again = slowed_down(slow, 100, NOW + RECOVERY / 10, "again")
    assert again.rate == pytest.approx(30)
    assert again.before == 100
    for _ in range(20):
        again = slowed_down(again, 100, again.at + SETTLE, "again")
    assert again.rate >= LOWEST


def test_single_replies_and_small_shares_slow_nothing_down():
    assert not asks_to_slow_down([True, True])
    assert not asks_to_slow_down([True] * 3 + [False] * 17)
    assert asks_to_slow_down([True] * 4 + [False] * 16)
