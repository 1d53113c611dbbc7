"""Who reads, by what was agreed with each, and so who must get an edition, and when.

This is told apart from what the service does: from what the people said, never from its tables.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from digest.domain.edition import Variant
from digest.domain.ids import uuid7s
from digest.domain.states import Stream, SubscriptionState
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.lists import all_lists
from digest.store.subscribers import Subscriber, Subscription
from digest.tokens import hash_address
from tests.faults.week.timetable import BEGAN, TOPICS

# What becomes of some, by the local part: see ``relay.py`` here. In 1,000 people each.
KINDS = {"gone": 2, "grey": 10, "busy": 10, "leaver": 10, "bouncer": 5}
HOURS = (  # which some chose, in their own zones
    (12, "Europe/London"),
    (18, "Europe/Berlin"),
    (7, "America/New_York"),
    (7, "Asia/Tokyo"),
    (8, "Asia/Kathmandu"),
)
CAME = BEGAN - timedelta(days=60)
NEVER = datetime.max.replace(tzinfo=BEGAN.tzinfo)


@dataclass
class Place:
    """What somebody asked of one list."""

    stream: Stream = Stream.EACH
    topics: tuple[str, ...] = ()
    hour: int | None = None
    zone: str | None = None
    came: datetime = CAME
    left: datetime = NEVER

    def due(self, run_at: datetime) -> datetime:
        """When it is to come: at the run, or at the hour that follows it by their own clocks."""
        return run_at if self.hour is None else _next_showing(run_at, self.zone or "", self.hour)


@cache
def _next_showing(after: datetime, zone: str, hour: int) -> datetime:
    """Found as a person would: by looking at a clock in that zone every quarter of an hour."""
    quarter = timedelta(minutes=15)
    at = after.replace(minute=after.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(25 * 4):
        local = at.astimezone(ZoneInfo(zone))
        if at >= after and (local.hour, local.minute) == (hour, 0):
            return at
        at += quarter
    raise AssertionError(f"clocks in {zone} show {hour} o'clock within a day")


@dataclass
class Person:
    address: str
    places: dict[str, Place] = field(default_factory=dict)  # by list
    barred: datetime = NEVER  # their mailbox does not exist, and we were told

    @property
    def kind(self) -> str:
        return self.address.partition("+")[0]

    def wants(self, slug: str, stream: Stream, at: datetime) -> bool:
        """Whether they are on that list at that time."""
        place = self.places.get(slug)
        if place is None or place.stream is not stream:
            return False
        return place.came <= at < place.left and at < self.barred


def crowd(n: int) -> list[Person]:
    """So many people on the three lists, most of them on one."""
    return [_person(number, kind) for number, kind in zip(range(n), _kinds(n), strict=True)]


def _kinds(n: int) -> Iterator[str]:
    """A kind for each, spread evenly over all choices."""
    share = {kind: max(n * each // 1000, 2) for kind, each in KINDS.items()}
    places = iter(range(0, n, max(n // sum(share.values()), 1)))
    special = {next(places): kind for kind, many in share.items() for _ in range(many)}
    return (special.get(number, "reader") for number in range(n))


def _person(n: int, kind: str) -> Person:
    host = "busy.example" if kind == "busy" else "mail.example"
    person = Person(f"{kind}+{n}@{host}")
    at = n % 10
    if at < 5 or kind == "leaver":
        hour, zone = HOURS[n // 10 % len(HOURS)] if n % 4 else (None, None)
        topics = (TOPICS[n % 3],) if n % 6 == 5 else ()
        person.places["morning"] = Place(topics=topics, hour=hour, zone=zone)
    if 3 <= at < 8:
        person.places["trade"] = Place()
    if at in (0, 8, 9):
        stream = Stream.WEEKLY if n % 3 == 0 else Stream.EACH
        person.places["review"] = Place(stream=stream)
    return person


def subscribe_all(db: Database, settings: Settings, people: Sequence[Person]) -> None:
    """As if they had been there for long."""
    ids = uuid7s(len(people))
    rows = [
        {
            "id": id_,
            "address": one.address,
            "address_hash": hash_address(settings, one.address),
            "created_at": CAME,
        }
        for id_, one in zip(ids, people, strict=True)
    ]
    with db.begin() as session:
        lists = {one.slug: one.id for one in all_lists(session)}
        places = [
            {
                "subscriber_id": id_,
                "list_id": lists[slug],
                "state": SubscriptionState.CONFIRMED,
                "stream": place.stream,
                "variant": Variant(topics=place.topics).key,
                "local_hour": place.hour,
                "timezone": place.zone,
                "created_at": CAME,
                "confirmed_at": CAME,
            }
            for id_, one in zip(ids, people, strict=True)
            for slug, place in one.places.items()
        ]
        session.execute(insert(Subscriber), rows)
        session.execute(
            insert(Subscription),
            [place | {"id": id_} for id_, place in zip(uuid7s(len(places)), places, strict=True)],
        )
