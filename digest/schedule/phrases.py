"""Cadences in English: "weekdays at 06:30", "monthly on the last friday at 08:00", "hourly"."""

import re
from difflib import get_close_matches

from digest.schedule.days import NAMES, days_of_month, days_of_week
from digest.schedule.hours import MORE_TIME_WORDS, read_time, spell_time
from digest.schedule.misreading import NotUnderstood
from digest.schedule.pattern import Pattern

_HOURLY = re.compile(r"(?:hourly|every hour)(?: (?:at|on) (.+))?", re.ASCII)
_EVERY = re.compile(r"every (\d{1,4} )?(minute|min|hour)s?", re.ASCII)
_MINUTE = re.compile(r"(?:minute )?:?([0-5]?\d)", re.ASCII)
_TIMED = re.compile(r"(.+?) at (.+)", re.ASCII)
_AND = re.compile(r" *(?:, *and |, *| and | & )", re.ASCII)
_MINUTES_A_DAY = 1440
_WHICH = {
    "weekly": " (did you mean 'weekly on friday'?)",
    "monthly": " (did you mean 'monthly on the 1st'?)",
}
_KNOWN = (
    *("daily", "every", "day", "weekdays", "weekends", "weekly", "monthly", "hourly"),
    *("at", "on", "the", "and", "first", "second", "third", "fourth", "last"),
    *("hour", "minute", "minutes", "hours"),
    *NAMES,
    *MORE_TIME_WORDS,
)


def read_phrase(text: str) -> tuple[str, Pattern]:
    """The one spelling of a phrase (lower case, single spaces) and its pattern.

    Raises ``NotUnderstood`` that says where it went wrong.
    """
    if not text:
        raise NotUnderstood("there is nothing in it")
    if hourly := _HOURLY.fullmatch(text):
        return _read_hourly(hourly[1])
    if every := _EVERY.fullmatch(text):
        return _read_every(int(every[1] or 1), every[2])
    timed = _TIMED.fullmatch(text)
    if timed is None:
        raise _without_time(text)
    return _read_timed(timed[1], timed[2])


def _read_timed(when: str, at: str) -> tuple[str, Pattern]:
    days = _read_days(when)
    if days is None:
        raise _unknown(when)
    minutes = tuple(sorted({read_time(part) for part in _AND.split(at)}))
    times = " and ".join(spell_time(minute) for minute in minutes)
    return f"{days[0]} at {times}", Pattern(days[1], minutes)


def _read_days(when: str) -> tuple[str, str] | None:
    monthly = re.fullmatch(r"(?:monthly|every month) on (.+)", when)
    if monthly:
        return days_of_month(_AND.split(monthly[1]))
    return days_of_week(_AND.split(when))


def _read_hourly(at: str | None) -> tuple[str, Pattern]:
    found = [_MINUTE.fullmatch(part) for part in _AND.split(at or ":00")]
    past = sorted({int(match[1]) for match in found if match})
    if None in found:
        raise NotUnderstood(f'{at!r} is not a minute of the hour such as ":15"')
    minutes = tuple(60 * hour + minute for hour in range(24) for minute in past)
    suffix = " at " + " and ".join(f":{minute:02}" for minute in past) if past != [0] else ""
    return f"hourly{suffix}", Pattern("* * *", minutes, elapsed=True)


def _read_every(count: int, unit: str) -> tuple[str, Pattern]:
    step = count * (60 if unit == "hour" else 1)
    if step == 0 or _MINUTES_A_DAY % step:
        raise NotUnderstood("a day does not divide evenly into such steps")
    if step == 60:
        return _read_hourly(None)
    if step == _MINUTES_A_DAY:
        return "daily at 00:00", Pattern("* * *", (0,))
    pattern = Pattern("* * *", tuple(range(0, _MINUTES_A_DAY, step)), elapsed=True)
    spelled = f"{step // 60} hours" if step % 60 == 0 else f"{step} minutes"
    return f"every {'minute' if step == 1 else spelled}", pattern


def _without_time(text: str) -> NotUnderstood:
    if _read_days(text) is not None:
        return NotUnderstood(f'it names no time (did you mean "{text} at 07:00"?)')
    return _unknown(text)


def _unknown(text: str) -> NotUnderstood:
    """Names the first word that is not one of ours, with the one that it resembles."""
    for word in re.findall(r"[^\s,&]+", text):
        if word in _KNOWN or re.fullmatch(r"\d+(st|nd|rd|th)?", word, re.ASCII):
            continue
        near = get_close_matches(word, _KNOWN, n=1, cutoff=0.7)
        return NotUnderstood(
            f"{word!r} is unknown" + (f" (did you mean {near[0]!r}?)" if near else "")
        )
    return NotUnderstood(f"{text!r} does not say which days" + _WHICH.get(text, ""))
