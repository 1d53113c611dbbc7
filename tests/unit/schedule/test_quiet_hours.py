"""Quiet hours by the wall clock, on the days when clocks change, too."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.errors import Illegal
from digest.domain.quiet_hours import QuietHours, WhoseClock
from digest.schedule.quiet import parse_quiet_hours, quiet_until, spell_quiet_hours

NIGHT = parse_quiet_hours("22:00-06:00", WhoseClock.LIST)


def utc(*when):
    return datetime(*when, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "until"),
    [
        (utc(2026, 1, 14, 21, 59), "Europe/London", None),
        (utc(2026, 1, 14, 22, 0), "Europe/London", utc(2026, 1, 15, 6, 0)),
        (utc(2026, 1, 15, 5, 59), "Europe/London", utc(2026, 1, 15, 6, 0)),
        (utc(2026, 1, 15, 6, 0), "Europe/London", None),
        (utc(2026, 1, 14, 12, 0), "Asia/Tokyo", None),
        (utc(2026, 1, 14, 13, 30), "Asia/Tokyo", utc(2026, 1, 14, 21, 0)),
        (utc(2026, 3, 28, 23, 0), "Europe/London", utc(2026, 3, 29, 5, 0)),  # the night is shorter
        (utc(2026, 10, 24, 22, 0), "Europe/London", utc(2026, 10, 25, 6, 0)),  # and longer
    ],
)
def test_quiet_hours_end_by_the_clocks_of_the_zone(now, zone, until):
    assert quiet_until(NIGHT, zone, now) == until


@pytest.mark.parametrize("text", ["22:00", "22:00-", "25:00-06:00", "07:00-07:00", "", "a-b"])
def test_what_are_no_quiet_hours_is_refused_in_a_sentence(text):
    with pytest.raises(Illegal, match="Quiet hours"):
        parse_quiet_hours(text, WhoseClock.LIST)


def test_they_may_be_written_as_people_write_and_are_spelled_in_one_way():
    assert spell_quiet_hours(parse_quiet_hours("10pm - 6:30am", WhoseClock.SUBSCRIBER)) == (
        "22:00-06:30"
    )


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 366 * 96),
)
def test_they_always_end_after_now_and_within_a_day_and_are_over_then(begins, ends, zone, quarter):
    if begins == ends:
        return
    hours = QuietHours(begins, ends)
    now = utc(2026, 1, 1) + quarter * timedelta(minutes=15)
    until = quiet_until(hours, zone, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
