"""What operators may write, what it comes to, and what they are told when it is wrong."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.domain.errors import Illegal
from digest.schedule.cadence import EXAMPLES, next_runs, parse_cadence

LONDON = ZoneInfo("Europe/London")
# A Wednesday, in winter: London's clocks show UTC.
WEDNESDAY = datetime(2026, 1, 7, 10, 0, tzinfo=UTC)


def runs(words: str, n: int = 3, zone: ZoneInfo = LONDON, after: datetime = WEDNESDAY) -> list[str]:
    found = next_runs(parse_cadence(words), zone, after, n)
    return [f"{run.astimezone(zone):%a %d %b %H:%M}" for run in found]


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        ("daily at 07:00", "daily at 07:00"),
        ("every day at 7am", "daily at 07:00"),
        ("  Every DAY  at 7 AM ", "daily at 07:00"),
        ("daily at 12am", "daily at 00:00"),
        ("daily at 12pm", "daily at 12:00"),
        ("daily at noon", "daily at 12:00"),
        ("mon-sun at 7:00", "daily at 07:00"),
        ("weekdays at 06:30", "weekdays at 06:30"),
        ("every weekday at 6.30 a.m.", "weekdays at 06:30"),
        ("mon-fri at 06:30", "weekdays at 06:30"),
        ("monday to friday at 06:30", "weekdays at 06:30"),
        ("weekends at 09:00", "weekends at 09:00"),
        ("sundays and saturdays at 09:00", "weekends at 09:00"),
        ("mon,thu at 12:00", "mon,thu at 12:00"),
        ("mondays and thursdays at 12:00", "mon,thu at 12:00"),
        ("Thu, and Mon at midday", "mon,thu at 12:00"),
        ("fri-mon at 08:00", "mon,fri,sat,sun at 08:00"),
        ("daily at 18:00, 07:00 and 07:00", "daily at 07:00 and 18:00"),
        ("weekly on friday at 16:00", "weekly on friday at 16:00"),
        ("fridays at 4pm", "weekly on friday at 16:00"),
        ("every tues at 4pm", "weekly on tuesday at 16:00"),
        ("monthly on the 1st at 08:00", "monthly on the 1st at 08:00"),
        ("monthly on the 15th and 1st at 08:00", "monthly on the 1st and 15th at 08:00"),
        ("every month on the last friday at 08:00", "monthly on the last friday at 08:00"),
        (
            "monthly on the 3rd and first mon at 8:00",
            "monthly on the first and third monday at 08:00",
        ),
        ("monthly on the last day at 08:00", "monthly on the last day at 08:00"),
        ("monthly on the last weekday at 08:00", "monthly on the last weekday at 08:00"),
        ("hourly", "hourly"),
        ("every hour at :00", "hourly"),
        ("every 60 minutes", "hourly"),
        ("hourly at :15", "hourly at :15"),
        ("hourly at minute 5 and :35", "hourly at :05 and :35"),
        ("every 15 minutes", "every 15 minutes"),
        ("every 1 minutes", "every minute"),
        ("every 6 hours", "every 6 hours"),
        ("30  2 * * MON-FRI", "30 2 * * mon-fri"),
    ],
)
def test_many_spellings_come_to_one(words, canonical):
    cadence = parse_cadence(words)
    assert str(cadence) == canonical
    assert cadence.words == words
    assert parse_cadence(canonical) == cadence


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("daily at 07:00 and 18:00", ["Wed 07 Jan 18:00", "Thu 08 Jan 07:00", "Thu 08 Jan 18:00"]),
        ("weekdays at 06:30", ["Thu 08 Jan 06:30", "Fri 09 Jan 06:30", "Mon 12 Jan 06:30"]),
        ("weekends at 09:00", ["Sat 10 Jan 09:00", "Sun 11 Jan 09:00", "Sat 17 Jan 09:00"]),
        ("mon,thu at 12:00", ["Thu 08 Jan 12:00", "Mon 12 Jan 12:00", "Thu 15 Jan 12:00"]),
        ("weekly on friday at 16:00", ["Fri 09 Jan 16:00", "Fri 16 Jan 16:00", "Fri 23 Jan 16:00"]),
        (
            "monthly on the 1st at 08:00",
            ["Sun 01 Feb 08:00", "Sun 01 Mar 08:00", "Wed 01 Apr 08:00"],
        ),
        (
            "monthly on the last friday at 08:00",
            ["Fri 30 Jan 08:00", "Fri 27 Feb 08:00", "Fri 27 Mar 08:00"],
        ),
        (
            "monthly on the first and third monday at 08:00",
            ["Mon 19 Jan 08:00", "Mon 02 Feb 08:00", "Mon 16 Feb 08:00"],
        ),
        (
            "monthly on the last day at 08:00",
            ["Sat 31 Jan 08:00", "Sat 28 Feb 08:00", "Tue 31 Mar 08:00"],
        ),
        (
            "monthly on the last weekday at 08:00",
            ["Fri 30 Jan 08:00", "Fri 27 Feb 08:00", "Tue 31 Mar 08:00"],
        ),
        ("hourly", ["Wed 07 Jan 11:00", "Wed 07 Jan 12:00", "Wed 07 Jan 13:00"]),
        ("hourly at :15", ["Wed 07 Jan 10:15", "Wed 07 Jan 11:15", "Wed 07 Jan 12:15"]),
        ("every 15 minutes", ["Wed 07 Jan 10:15", "Wed 07 Jan 10:30", "Wed 07 Jan 10:45"]),
        ("every 8 hours", ["Wed 07 Jan 16:00", "Thu 08 Jan 00:00", "Thu 08 Jan 08:00"]),
        ("30 2 13 * fri", ["Fri 09 Jan 02:30", "Tue 13 Jan 02:30", "Fri 16 Jan 02:30"]),
        ("0 9-17/4 * * mon-fri", ["Wed 07 Jan 13:00", "Wed 07 Jan 17:00", "Thu 08 Jan 09:00"]),
        ("0,30 * * * sat", ["Sat 10 Jan 00:00", "Sat 10 Jan 00:30", "Sat 10 Jan 01:00"]),
    ],
)
def test_a_cadence_comes_to_these_times(words, expected):
    assert runs(words) == expected


def test_an_hourly_minute_is_the_local_one_where_the_zone_is_off_by_half_an_hour():
    assert runs("hourly at :15", 2, ZoneInfo("Asia/Kolkata")) == [
        "Wed 07 Jan 16:15",
        "Wed 07 Jan 17:15",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "there is nothing in it"),
        ("   ", "there is nothing in it"),
        ("weekdys at 06:30", "'weekdys' is unknown (did you mean 'weekdays'?)"),
        ("wenesday at 06:30", "did you mean 'wednesday'?"),
        ("@daily", "did you mean 'daily'?"),
        ("daily", 'it names no time (did you mean "daily at 07:00"?)'),
        ("weekly at 08:00", "did you mean 'weekly on friday'?"),
        ("monthly at 08:00", "did you mean 'monthly on the 1st'?"),
        ("daily at 7", "'7' is not a time of day"),
        ("daily at 24:00", "'24:00' is not a time of day"),
        ("daily at 13pm", "'13pm' is not a time of day"),
        ("daily at 07:00 and", "is not a time of day"),
        ("daily at ٠٧:٠٠", "is not a time of day"),
        ("hourly at :75", "':75' is not a minute of the hour"),
        ("every 7 minutes", "does not divide evenly"),
        ("every 0 minutes", "does not divide evenly"),
        ("every blue moon at 07:00", "'blue' is unknown"),
        ("monthly on the 31st at 08:00", "not every month has a 31st"),
        ("monthly on the 0th at 08:00", "does not say which days"),
        ("monthly on the fifth friday at 08:00", "'fifth' is unknown"),
        ("61 * * * *", "bad minute in this cron line"),
        ("0 0 30 2 *", "bad day-of-month in this cron line"),
        ("0 0 0 * * *", "this one has 6"),
        ("0 0 * *", "this one has 4"),
        ("daily at 07:00" + " and 07:00" * 30, "longer than 200 characters"),
    ],
)
def test_wrong_words_get_a_sentence_that_says_what_was_wrong_and_what_is_understood(
    words, sentence
):
    with pytest.raises(Illegal) as raised:
        parse_cadence(words)
    text = str(raised.value)
    assert sentence in text
    assert '"weekdays at 06:30"' in text
    assert "\n" not in text


def test_a_cron_line_for_a_day_that_never_comes_is_refused():
    with pytest.raises(Illegal, match=r"no day ever matches|bad day-of-month"):
        parse_cadence("0 0 31 2,4,6 *")


def test_every_example_of_the_error_message_is_understood():
    for example in EXAMPLES:
        assert str(parse_cadence(example)) == example


def test_asking_for_no_runs_is_refused():
    with pytest.raises(Illegal, match="1 or more"):
        next_runs(parse_cadence("hourly"), LONDON, WEDNESDAY, 0)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(Illegal, match="no zone"):
        next_runs(parse_cadence("hourly"), LONDON, datetime(2026, 1, 7), 1)


_WORDS = (
    "daily every day weekdays weekly monthly on the last 1st friday mon thu at and , 07:00 7am 7 "
)
_WORDS += "hourly minutes 15 :15 noon * */5 1-5 L 5L 1#2 ² / - #"


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(_WORDS.split()), max_size=8).map(" ".join),
        st.lists(st.text("0123456789*/,-#L²", min_size=1, max_size=6), min_size=5, max_size=5).map(
            " ".join
        ),
    )
)
def test_any_text_is_either_read_for_good_or_refused_in_a_sentence(words):
    try:
        cadence = parse_cadence(words)
    except Illegal:
        return
    again = parse_cadence(str(cadence))
    assert again == cadence
    assert str(again) == str(cadence)
    assert next_runs(cadence, LONDON, WEDNESDAY, 1)
