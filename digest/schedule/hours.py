"""Times of day in words: "07:00", "7am", "6:30 pm", "noon"."""

import re

from digest.schedule.misreading import NotUnderstood

MORE_TIME_WORDS = ("noon", "midnight")
_NAMED = {"midnight": 0, "noon": 12 * 60, "midday": 12 * 60}
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})", re.ASCII)
_TWELVE = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\.?", re.ASCII)


def read_time(text: str) -> int:
    """Minutes since midnight; ``NotUnderstood`` where it is no time of day."""
    if text in _NAMED:
        return _NAMED[text]
    if twelve := _TWELVE.fullmatch(text):
        hour, minute = int(twelve[1]), int(twelve[2] or 0)
        if 1 <= hour <= 12 and minute < 60:
            return 60 * (hour % 12 + (12 if twelve[3] == "p" else 0)) + minute
    if clock := _CLOCK.fullmatch(text):
        hour, minute = int(clock[1]), int(clock[2])
        if hour < 24 and minute < 60:
            return 60 * hour + minute
    raise NotUnderstood(f'{text!r} is not a time of day such as "07:00" or "7am"')


def spell_time(minute: int) -> str:
    """Minutes since midnight as ``HH:MM``."""
    return f"{minute // 60:02}:{minute % 60:02}"
