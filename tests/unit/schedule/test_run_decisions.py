"""Which runs are written down at a moment, after an outage, and in whose local hour a mail goes."""

from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.domain.errors import Illegal
from digest.schedule.cadence import parse_cadence
from digest.schedule.runs import MOST_MISSED, Slot, SlotAction, decide_slots, local_hour_at_or_after
from tests.pace import quiet_seconds

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def decide(words="daily at 07:00", last=None, now="2026-06-10 12:00", lead=HOUR, lateness=2 * HOUR):
    return decide_slots(
        parse_cadence(words),
        PARIS,
        last_slot=at(last) if last else None,
        now=at(now),
        lead_time=lead,
        max_lateness=lateness,
    )


def brief(slots: tuple[Slot, ...]) -> list[str]:
    return [f"{slot.action} {slot.scheduled_at:%d %H:%M}" for slot in slots]


def test_a_new_list_has_no_past_slots():
    assert decide() == ()
    assert brief(decide("hourly")) == ["plan 10 13:00"]


def test_a_run_is_planned_the_lead_time_ahead_and_not_before():
    assert decide(last="2026-06-09 05:00", now="2026-06-10 03:59") == ()
    assert brief(decide(last="2026-06-09 05:00", now="2026-06-10 04:00")) == ["plan 10 05:00"]


def test_a_planned_run_is_not_planned_again():
    assert decide(last="2026-06-10 05:00", now="2026-06-10 04:00") == ()
    assert decide(last="2026-06-10 05:00", now="2026-06-10 04:30") == ()


def test_a_clock_that_jumps_back_plans_nothing_twice():
    assert decide(last="2026-06-10 05:00", now="2026-06-10 02:30") == ()
    assert decide("hourly", last="2026-06-10 15:00", now="2026-06-10 12:30") == ()


def test_a_late_run_within_the_allowed_lateness_is_caught_up_with_its_reason():
    (slot,) = decide(last="2026-06-09 05:00", now="2026-06-10 06:30")
    assert slot == Slot(
        at("2026-06-10 05:00"), SlotAction.PLAN, "Caught up 1 h 30 min after its time."
    )


def test_the_allowed_lateness_includes_its_last_moment():
    assert brief(decide(last="2026-06-09 05:00", now="2026-06-10 07:00")) == ["plan 10 05:00"]
    assert brief(decide(last="2026-06-09 05:00", now="2026-06-10 07:00:01")) == ["missed 10 05:00"]


def test_a_run_too_late_is_missed_and_says_so_in_the_zone_of_the_list():
    (slot,) = decide(last="2026-06-09 05:00", now="2026-06-10 08:10")
    assert slot.action is SlotAction.MISSED
    assert slot.reason == (
        "The run due 2026-06-10 07:00 Europe/Paris was missed: noticed 3 h 10 min late, "
        "and this list allows 2 h."
    )


def test_after_a_long_outage_only_the_newest_run_is_caught_up():
    slots = decide("hourly", last="2026-06-10 07:00", now="2026-06-10 11:30")
    assert brief(slots) == [
        "missed 10 08:00",
        "missed 10 09:00",
        "missed 10 10:00",
        "plan 10 11:00",
        "plan 10 12:00",
    ]
    assert "the later one of 2026-06-10 13:00 Europe/Paris is sent in its place" in slots[2].reason


def test_a_very_long_outage_leaves_a_bounded_number_of_rows_and_little_work():
    decided = partial(decide, "every minute", last="2020-01-01 00:00", lead=timedelta())
    assert quiet_seconds(decided) < 1
    slots = decided()
    missed = [slot for slot in slots if slot.action is SlotAction.MISSED]
    assert len(missed) == MOST_MISSED
    assert missed[-1].scheduled_at == at("2026-06-10 11:59")
    assert slots[-1] == Slot(at("2026-06-10 12:00"), SlotAction.PLAN, "Due now.")
    assert "since 2020-01-01 01:00 Europe/Paris" in missed[0].reason
    assert "are not listed" not in missed[1].reason


def test_a_rare_run_is_named_as_missed_however_long_ago_it_was():
    slots = decide("monthly on the 1st at 08:00", last="2026-03-01 07:00")
    assert brief(slots) == ["missed 01 06:00", "missed 01 06:00", "missed 01 06:00"]
    assert all("not listed" not in slot.reason for slot in slots)


def test_a_list_may_count_from_the_beginning_of_time():
    slots = decide(last="0001-01-02 00:00")
    assert len(slots) == MOST_MISSED


ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
WORDS = st.sampled_from(["daily at 02:30", "hourly", "every 15 minutes", "mon,thu at 12:00"])


@settings(max_examples=100, deadline=None)
@given(ZONES, WORDS, MOMENTS, st.lists(st.integers(0, 300), min_size=1, max_size=12))
def test_however_irregular_the_ticks_each_slot_is_decided_once_and_none_is_left_out(
    zone, words, start, pauses
):
    cadence = parse_cadence(words)
    rows, now = [], start
    for minutes in pauses:
        now += timedelta(minutes=minutes)
        last = max([start, *(slot.scheduled_at for slot in rows)])
        rows += decide_slots(
            cadence, zone, last_slot=last, now=now, lead_time=HOUR, max_lateness=HOUR
        )
    whole = decide_slots(
        cadence, zone, last_slot=start, now=now, lead_time=HOUR, max_lateness=timedelta(days=99)
    )
    decided = [slot.scheduled_at for slot in rows]
    assert decided == sorted(set(decided))
    assert set(decided) >= {slot.scheduled_at for slot in whole}


@pytest.mark.parametrize(
    ("run", "hour", "expected"),
    [
        ("2026-06-10 05:00", 7, "2026-06-10 05:00"),  # 07:00 in Paris already
        ("2026-06-10 05:00", 8, "2026-06-10 06:00"),
        ("2026-06-10 05:00", 6, "2026-06-11 04:00"),
        ("2026-06-10 05:00:01", 7, "2026-06-11 05:00"),
        ("2026-03-28 12:00", 2, "2026-03-29 01:00"),  # in the gap: 03:00 summer time
        ("2026-10-24 12:00", 2, "2026-10-25 00:00"),  # the first of two
        ("2026-10-25 00:30", 2, "2026-10-25 01:00"),  # the second of two
        ("2026-10-24 05:00", 6, "2026-10-24 05:00"),  # 24 hours and more: at once
    ],
)
def test_a_mail_waits_for_its_readers_own_hour(run, hour, expected):
    assert local_hour_at_or_after(at(run), PARIS, hour) == at(expected)


def test_an_hour_that_no_clock_shows_is_refused():
    with pytest.raises(Illegal, match="24 is not an hour"):
        local_hour_at_or_after(at("2026-06-10 05:00"), PARIS, 24)


@settings(max_examples=200, deadline=None)
@given(ZONES, MOMENTS, st.integers(0, 23))
def test_in_every_zone_no_reader_waits_a_day_or_is_mailed_before_the_run(zone, run_at, hour):
    found = local_hour_at_or_after(run_at, zone, hour)
    assert run_at <= found < run_at + timedelta(days=1)
    local, before = found.astimezone(zone), (found - timedelta(seconds=1)).astimezone(zone)
    after_a_gap = local.utcoffset() > before.utcoffset()
    on_the_hour = (local.hour, local.minute, local.second) == (hour, 0, 0)
    assert on_the_hour or after_a_gap or found == run_at
