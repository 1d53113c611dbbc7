"""Days in words: "weekdays", "mon,thu", "the 1st", "the last friday"; and as fields of cron."""

import re

from digest.schedule.misreading import NotUnderstood

NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SHORT = {"tues": 2, "wednes": 3, "weds": 3, "thur": 4, "thurs": 4}
_GROUPS = {
    "daily": range(7),
    "day": range(7),
    "weekday": range(1, 6),
    "weekend": (0, 6),
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0}
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.ASCII)
_SOME_MONTHS_END_BEFORE = 29


def days_of_week(parts: list[str]) -> tuple[str, str] | None:
    """The spelling and the cron fields of a list of weekdays; None where a part is no weekday."""
    found: set[int] = set()
    for part in parts:
        days = _weekdays(re.sub(r"^(?:(?:weekly |daily )?on |every |each |weekly )", "", part))
        if days is None:
            return None
        found.update(days)
    # Monday first, as people list them.
    ordered = sorted(found, key=lambda day: (day - 1) % 7)
    cron = "*" if len(ordered) == 7 else ",".join(map(str, ordered))
    return _spell_week(ordered), f"* * {cron}"


def days_of_month(parts: list[str]) -> tuple[str, str] | None:
    """The spelling and the cron fields of "the 1st", "the last friday"; None where it is neither.

    Lists are "the 1st and 15th" or "the first and third monday".
    """
    words = [part.removeprefix("the ") for part in parts]
    ordinals, _, noun = " and ".join(words).rpartition(" ")
    if noun in ("day", "weekday") and ordinals == "last":
        return f"monthly on the last {noun}", ("L * *" if noun == "day" else "LW * *")
    if (weekday := _weekday(noun)) is not None:
        return _weekdays_of_month(ordinals.split(" and "), weekday)
    return _numbers(words)


def _weekdays_of_month(ordinals: list[str], weekday: int) -> tuple[str, str] | None:
    numbers = {_ORDINALS.get(word, -1) for word in map(_as_word, ordinals)}
    if -1 in numbers:
        return None
    ordered = sorted(numbers, key=lambda number: number or 9)
    spelled = " and ".join(_word(number) for number in ordered)
    fields = ",".join(f"{weekday}#{number}" if number else f"{weekday}L" for number in ordered)
    return f"monthly on the {spelled} {NAMES[weekday]}", f"* * {fields}"


def _numbers(words: list[str]) -> tuple[str, str] | None:
    found = [_NUMBER.fullmatch(word) for word in words]
    numbers = sorted({int(match[1]) for match in found if match})
    if None in found or not 1 <= numbers[0] <= numbers[-1] <= 31:
        return None
    if numbers[-1] >= _SOME_MONTHS_END_BEFORE:
        raise NotUnderstood(
            f"not every month has a {_ordinal(numbers[-1])} (did you mean 'the last day'?)"
        )
    spelled = " and ".join(map(_ordinal, numbers))
    return f"monthly on the {spelled}", f"{','.join(map(str, numbers))} * *"


def _weekdays(text: str) -> tuple[int, ...] | None:
    group = _GROUPS.get(text) or _GROUPS.get(text.removesuffix("s"))
    if group is not None:
        return tuple(group)
    first, dash, last = (word.strip() for word in re.sub(" to ", "-", text).partition("-"))
    begin, end = _weekday(first), _weekday(last) if dash else _weekday(first)
    if begin is None or end is None:
        return None
    return tuple((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _weekday(word: str) -> int | None:
    """0 for sunday to 6 for saturday, of a name, its plural, or its first letters."""
    single = word.removesuffix("s") if word.endswith("days") else word
    for number, name in enumerate(NAMES):
        if single in (name, name[:3]):
            return number
    return _SHORT.get(single)


def _spell_week(days: list[int]) -> str:
    for name, group in (("daily", range(7)), ("weekdays", range(1, 6)), ("weekends", (6, 0))):
        if days == sorted(group, key=lambda day: (day - 1) % 7):
            return name
    if len(days) == 1:
        return f"weekly on {NAMES[days[0]]}"
    return ",".join(NAMES[day][:3] for day in days)


def _as_word(ordinal: str) -> str:
    number = _NUMBER.fullmatch(ordinal)
    return _word(int(number[1])) if number else ordinal


def _word(number: int) -> str:
    return next((word for word, value in _ORDINALS.items() if value == number), "")


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
