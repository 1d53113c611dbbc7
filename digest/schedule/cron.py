"""Cron lines of five fields: minute, hour, day of month, month, day of week."""

import re
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from digest.schedule.misreading import NotUnderstood
from digest.schedule.pattern import Pattern, ever_runs

_BEGINNING = re.compile(r"[\d*][\d*/,-]* +[\d*]", re.ASCII)
_FIELDS = ("minute", "hour", "day of month", "month", "day of week")


def looks_like_cron(text: str) -> bool:
    """Whether ``text`` begins as a cron line does, with two fields of digits and stars."""
    return _BEGINNING.match(text) is not None


def read_cron(text: str) -> tuple[str, Pattern]:
    """The line in lower case with single spaces, and its pattern; ``NotUnderstood`` if wrong.

    A line that names every hour (``*``) counts elapsed time, like "hourly"; any other goes by the
    clock on the wall.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        names = ", ".join(_FIELDS)
        raise NotUnderstood(f"a cron line has five fields ({names}), this one has {len(fields)}")
    try:
        minutes, hours = _times(fields)
        runs = ever_runs(" ".join(fields[2:]))
    except (CronSimError, ValueError) as error:
        raise NotUnderstood(f"{str(error).lower()} in this cron line") from None
    if not runs:
        raise NotUnderstood("no day ever matches this cron line")
    of_day = tuple(60 * hour + minute for hour in hours for minute in minutes)
    return " ".join(fields), Pattern(" ".join(fields[2:]), of_day, elapsed=len(hours) == 24)


def _times(fields: list[str]) -> tuple[list[int], list[int]]:
    line = CronSim(" ".join([*fields[:2], "*", "*", "*"]), datetime(2000, 1, 1, tzinfo=UTC))
    return sorted(line.minutes), sorted(line.hours)
