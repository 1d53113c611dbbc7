"""Due times through both changes of the clocks: one run a day, 23 or 25 hours a day."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.schedule.cadence import due_between, next_runs, parse_cadence

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
LORD_HOWE, APIA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
HOUR = timedelta(hours=1)


def day_of_runs(words: str, zone: ZoneInfo, day: str) -> list[str]:
    """The runs of one local day, as the clocks show them, with the offset from UTC."""
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    end = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    found = due_between(
        parse_cadence(words), zone, start - timedelta(microseconds=1), end - timedelta(seconds=1)
    )
    return [f"{run.astimezone(zone):%H:%M%z}" for run in found]


@pytest.mark.parametrize("words", ["daily at {}", "cron {}"])
@pytest.mark.parametrize(
    ("zone", "day", "time", "expected"),
    [
        (PARIS, "2026-03-29", "02:30", "03:00+0200"),
        (PARIS, "2026-03-29", "01:30", "01:30+0100"),
        (PARIS, "2026-10-25", "02:30", "02:30+0200"),
        (PARIS, "2026-10-25", "01:30", "01:30+0200"),
        (NEW_YORK, "2026-03-08", "02:30", "03:00-0400"),
        (NEW_YORK, "2026-03-08", "01:30", "01:30-0500"),
        (NEW_YORK, "2026-11-01", "02:30", "02:30-0500"),
        (NEW_YORK, "2026-11-01", "01:30", "01:30-0400"),
        (LORD_HOWE, "2026-10-04", "02:15", "02:30+1100"),
        (LORD_HOWE, "2026-10-04", "02:30", "02:30+1100"),
        (LORD_HOWE, "2026-10-04", "01:30", "01:30+1030"),
        (LORD_HOWE, "2026-04-05", "01:30", "01:30+1100"),
        (LORD_HOWE, "2026-04-05", "01:45", "01:45+1100"),
        (LORD_HOWE, "2026-04-05", "02:30", "02:30+1030"),
    ],
)
def test_a_daily_run_comes_once_after_the_gap_and_at_the_first_showing_in_the_fold(
    words, zone, day, time, expected
):
    hour, minute = time.split(":")
    said = words.format(time).replace(f"cron {time}", f"{minute} {hour} * * *")
    assert day_of_runs(said, zone, day) == [expected]


@pytest.mark.parametrize("words", ["hourly", "hourly at :15", "0 * * * *", "*/60 * * * *"])
@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        (PARIS, "2026-03-29", 23),
        (PARIS, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (NEW_YORK, "2026-11-02", 24),
    ],
)
def test_an_hourly_run_comes_23_or_25_times(words, zone, day, count):
    assert len(day_of_runs(words, zone, day)) == count


@pytest.mark.parametrize(("day", "counts"), [("2026-10-04", {23, 24}), ("2026-04-05", {24, 25})])
@pytest.mark.parametrize("words", ["hourly", "hourly at :15"])
def test_an_hourly_run_on_lord_howe_comes_each_hour_although_clocks_move_by_half_of_one(
    words, day, counts
):
    assert len(day_of_runs(words, LORD_HOWE, day)) in counts


@pytest.mark.parametrize("zone", [PARIS, NEW_YORK, LORD_HOWE, APIA, ZoneInfo("Asia/Kathmandu")])
@pytest.mark.parametrize(
    ("words", "step"),
    [("hourly", HOUR), ("every 15 minutes", HOUR / 4), ("every 6 hours", 6 * HOUR)],
)
def test_elapsed_cadences_keep_their_step_all_year(zone, words, step):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(due_between(parse_cadence(words), zone, start, start + timedelta(days=365)))
    assert {later - sooner for sooner, later in pairwise(found)} == {step}


def test_two_times_that_fall_into_one_gap_make_one_run():
    assert day_of_runs("daily at 02:00, 02:30 and 03:00", PARIS, "2026-03-29") == ["03:00+0200"]


def test_a_working_hours_line_runs_once_for_each_hour_that_the_clock_shows():
    line = "0 1-3 * * *"
    assert day_of_runs(line, PARIS, "2026-03-29") == ["01:00+0100", "03:00+0200"]
    assert day_of_runs(line, PARIS, "2026-10-25") == ["01:00+0200", "02:00+0200", "03:00+0100"]


def test_a_day_that_a_zone_skips_gives_no_second_daily_run():
    found = next_runs(
        parse_cadence("daily at 07:00"), APIA, datetime(2011, 12, 29, 3, tzinfo=UTC), 3
    )
    assert [f"{run.astimezone(APIA):%d %H:%M}" for run in found] == [
        "29 07:00",
        "31 07:00",
        "01 07:00",
    ]


def test_a_weekly_run_on_the_day_that_a_zone_skips_comes_as_the_next_day_begins():
    found = next_runs(
        parse_cadence("weekly on friday at 07:00"), APIA, datetime(2011, 12, 24, tzinfo=UTC), 2
    )
    assert [f"{run.astimezone(APIA):%a %d %H:%M}" for run in found] == [
        "Sat 31 00:00",
        "Fri 06 07:00",
    ]


def test_hours_go_on_elapsing_while_a_zone_skips_a_day():
    start = datetime(2011, 12, 30, 7, tzinfo=UTC)
    found = next_runs(parse_cadence("hourly"), APIA, start, 4)
    assert found == [start + HOUR * step for step in (1, 2, 3, 4)]  # the day ends at 10:00


def test_a_gap_at_midnight_begins_the_day_an_hour_late():
    santiago = ZoneInfo("America/Santiago")
    assert day_of_runs("daily at 00:30", santiago, "2026-09-06") == ["01:00-0300"]


@cache
def zone_names() -> list[str]:
    return sorted(available_timezones())


ZONES = st.sampled_from(zone_names()).map(ZoneInfo)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC), allow_imaginary=False
)
WALL = st.sampled_from(
    [
        *("daily at 00:00", "daily at 00:30", "daily at 01:30", "daily at 02:30", "daily at 23:59"),
        *(
            "weekdays at 02:15",
            "monthly on the last sunday at 01:45",
            "30 2 * * *",
            "30 0 30 * fri",
        ),
    ]
)
ELAPSED = st.sampled_from(["hourly", "hourly at :15", "every 10 minutes", "0,20 * * * sun"])


@settings(max_examples=150, deadline=None)
@given(ZONES, st.integers(0, 23), st.integers(0, 59), MOMENTS)
def test_in_every_zone_a_daily_run_comes_once_on_each_day_that_the_zone_has(
    zone, hour, minute, start
):
    until = start + timedelta(days=550)
    cadence = parse_cadence(f"daily at {hour:02}:{minute:02}")
    days = Counter(run.astimezone(zone).date() for run in due_between(cadence, zone, start, until))
    assert max(days.values()) == 1
    # Every whole day that some hour of the zone belongs to.
    shown = {
        (start + timedelta(hours=hours)).astimezone(zone).date() for hours in range(550 * 24 + 1)
    }
    whole = sorted(shown)[2:-2]
    assert [day for day in whole if day not in days] == []


@settings(max_examples=150, deadline=None)
@given(ZONES, st.one_of(WALL, ELAPSED), MOMENTS)
def test_in_every_zone_due_times_strictly_increase_and_both_questions_agree(zone, words, start):
    cadence = parse_cadence(words)
    found = next_runs(cadence, zone, start, 60)
    assert all(start < found[0] and sooner < later for sooner, later in pairwise(found))
    assert all(run.tzinfo is UTC for run in found)
    assert list(due_between(cadence, zone, start, found[-1])) == found
    middle = found[29]
    assert list(due_between(cadence, zone, start, middle)) == found[:30]
    assert next_runs(cadence, zone, middle, 30) == found[30:]
    assert next_runs(cadence, zone, middle - timedelta(microseconds=1), 1) == [middle]


@settings(max_examples=100, deadline=None)
@given(ZONES, MOMENTS, st.integers(0, 1439))
def test_in_every_zone_a_run_shows_its_own_time_or_follows_a_gap(zone, start, minute):
    cadence = parse_cadence(f"daily at {minute // 60:02}:{minute % 60:02}")
    for run in due_between(cadence, zone, start, start + timedelta(days=400)):
        local = run.astimezone(zone)
        if local.hour * 60 + local.minute != minute:
            a_second_before = (run - timedelta(seconds=1)).astimezone(zone)
            assert local.utcoffset() > a_second_before.utcoffset()
        else:
            assert local.fold == 0
