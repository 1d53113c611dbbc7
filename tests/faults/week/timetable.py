"""The week: its lists, when each goes, and which fault strikes when. All times are UTC.

Clocks go forward on its Sunday in Europe (29 March 2026, 01:00 UTC), and not in Tokyo; in New York
they did three weeks before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.clock import zone
from digest.domain.states import Approval, Stream
from digest.schedule.cadence import due_between, parse_cadence

Slot = tuple[str, Stream, datetime]

BEGAN = datetime(2026, 3, 23, tzinfo=UTC)  # a Monday
DAYS = 7
ENDS = BEGAN + timedelta(days=DAYS, hours=4)  # when the last reader's hour has come
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MON, TUE, WED, THU, FRI, SAT, SUN = (BEGAN + timedelta(days=day) for day in range(DAYS))

SITES = 10
HOURS = (2, 14)  # UTC, when each site publishes; it is some minutes later than the one before
ITEMS = SITES * len(HOURS)  # in a day
MOST_ITEMS = 6  # in an edition
COMERS = 4  # people who sign up in a day

TOPICS = ("Harbours", "Trade", "Rail")
OTHER_TOPICS = (TUE + timedelta(hours=3), WED + timedelta(hours=6))  # nothing of the first then
# The sites of the review have nothing to say before its run of Thursday.
QUIET_SOURCES = {n: (MON + timedelta(hours=12), THU + timedelta(hours=12)) for n in (7, 8, 9)}


@dataclass(frozen=True)
class Home:
    """A list, and the sites that feed it."""

    slug: str
    zone: str
    sources: range
    cadences: dict[Stream, str]
    approval: Approval = Approval.AUTOMATIC
    min_items: int = 1


LISTS = (
    Home("morning", "Europe/London", range(5), {Stream.EACH: "daily at 07:00"}),
    Home(
        "trade",
        "America/New_York",
        range(3, 7),
        {Stream.EACH: "weekdays at 06:30"},
        approval=Approval.REQUIRED,
    ),
    Home(
        "review",
        "Europe/Berlin",
        range(7, 10),
        # 02:30 on that Sunday is no time in Berlin: the run is due at 03:00, when it is 01:00 UTC.
        {Stream.EACH: "mon,thu,sat at 12:00", Stream.WEEKLY: "weekly on sunday at 02:30"},
        min_items=3,
    ),
)


def slots() -> list[Slot]:
    """When each stream of each list is due, by its cadence, in order of time."""
    found = [
        (home.slug, stream, at)
        for home in LISTS
        for stream, words in home.cadences.items()
        for at in due_between(parse_cadence(words), zone(home.zone), BEGAN, ENDS)
    ]
    return sorted(found, key=lambda slot: (slot[2], slot[0]))
