"""Which runs must exist by now, which were missed, and when a reader's own hour comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.domain.errors import Illegal
from digest.schedule.cadence import Cadence, due_between
from digest.schedule.walltime import DAY, first_instant, last_instant, local_day

MOST_MISSED = 100  # rows that one outage leaves behind, at most


class SlotAction(StrEnum):
    PLAN = "plan"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Slot:
    """A due time (UTC), what its run's row must say, and why, in a sentence."""

    scheduled_at: datetime
    action: SlotAction
    reason: str


def decide_slots(
    cadence: Cadence,
    zone: ZoneInfo,
    *,
    last_slot: datetime | None,
    now: datetime,
    lead_time: timedelta,
    max_lateness: timedelta,
) -> tuple[Slot, ...]:
    """The runs to write down at ``now``, oldest first; the same question gives the same answer.

    ``last_slot`` is the newest slot of this cadence that has a row already, or the moment from
    which the cadence counts (a new list); None means from ``now`` on. A slot is planned
    ``lead_time`` ahead, so that a draft can be built. Of the slots that went by without a row, the
    newest is caught up if it is at most ``max_lateness`` late; the others are missed, and the
    newest ``MOST_MISSED`` of them are named.
    """
    known = now if last_slot is None else last_slot
    past, whole = _newest_between(cadence, zone, known, now)
    caught_up = past[-1] if past and now - past[-1] <= max_lateness else None
    missed = [slot for slot in past if slot != caught_up]
    if len(missed) > MOST_MISSED:
        missed, whole = missed[-MOST_MISSED:], False
    slots = [_missed(slot, zone, now, caught_up, max_lateness) for slot in missed]
    if slots and not whole:
        slots[0] = _with_earlier(slots[0], zone, known)
    if caught_up is not None:
        slots.append(Slot(caught_up, SlotAction.PLAN, _how_late(now - caught_up)))
    ahead = due_between(cadence, zone, max(known, now), now + lead_time)
    return (*slots, *(Slot(due, SlotAction.PLAN, "Planned ahead of its time.") for due in ahead))


def local_hour_at_or_after(run_at: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """When clocks in ``zone`` show ``hour`` o'clock, at or after ``run_at`` (UTC, aware).

    An hour that the spring gap leaves out comes at the end of the gap; of the two that the autumn
    fold shows, the nearer one counts. The wait is under 24 hours: on the one day a year when it
    would be longer, the answer is ``run_at``.
    """
    if not 0 <= hour <= 23:
        raise Illegal(f"{hour} is not an hour of the day; give one from 0 to 23.")
    times = (at for at in _showings(run_at, zone, hour) if at >= run_at)
    nearest = min(times, default=run_at)
    return nearest if nearest - run_at < DAY else run_at


def _showings(run_at: datetime, zone: ZoneInfo, hour: int) -> Iterator[datetime]:
    today = local_day(zone, run_at)
    for day in (today - DAY, today, today + DAY):
        wall = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - what the clock shows
        yield first_instant(zone, wall)
        yield last_instant(zone, wall)


def _newest_between(
    cadence: Cadence, zone: ZoneInfo, after: datetime, until: datetime
) -> tuple[list[datetime], bool]:
    """The newest slots in (after, until], and whether these are all.

    It looks back a day, two days, four …: a year's outage of a list that runs every minute must
    not cost half a million steps.
    """
    span = DAY
    while True:
        start = until - min(span, until - after)
        slots = list(due_between(cadence, zone, start, until))
        if start == after or len(slots) > MOST_MISSED + 1:
            return slots, start == after
        span *= 2


def _missed(
    slot: datetime,
    zone: ZoneInfo,
    now: datetime,
    caught_up: datetime | None,
    max_lateness: timedelta,
) -> Slot:
    due = _spell(slot, zone)
    late = now - slot
    if late > max_lateness:
        why = f"noticed {_length(late)} late, and this list allows {_length(max_lateness)}"
    else:
        assert caught_up is not None  # a newer slot is even less late
        why = f"the later one of {_spell(caught_up, zone)} is sent in its place"
    return Slot(slot, SlotAction.MISSED, f"The run due {due} was missed: {why}.")


def _with_earlier(slot: Slot, zone: ZoneInfo, known: datetime) -> Slot:
    more = f" Still earlier ones, since {_spell(known, zone)}, were missed too and are not listed."
    return Slot(slot.scheduled_at, slot.action, slot.reason + more)


def _how_late(late: timedelta) -> str:
    if late < timedelta(minutes=1):
        return "Due now."
    return f"Caught up {_length(late)} after its time."


def _spell(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def _length(span: timedelta) -> str:
    """Such as ``2 h``, ``1 h 30 min``, ``3 d 4 h``."""
    minutes = int(span.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"
