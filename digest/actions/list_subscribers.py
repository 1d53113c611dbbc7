"""The people of one list, in the order in which they came."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.audience.choices import choices_of
from digest.audience.membership import state_at
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.subscribers import Subscription, count_by_state, subscriptions_of


@dataclass(frozen=True, slots=True)
class Member:
    """One person's place on the list; the state is as it works now."""

    subscriber: UUID
    address: str | None  # None once erased
    name: str | None
    state: str
    stream: str
    topics: tuple[str, ...]
    local_hour: int | None
    timezone: str | None
    text_only: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Members:
    """The first of a list's people, and how many there are in each state."""

    members: tuple[Member, ...]
    counts: dict[str, int]


def list_subscribers(db: Database, list_slug: str, *, limit: int, now: datetime) -> Members:
    """At most ``limit`` people; ``NotFound`` where there is no such list."""
    with db.read() as session:
        mailing_list = find_list(session, list_slug)
        places = subscriptions_of(session, mailing_list.id, limit)
        counts = count_by_state(session, mailing_list.id)
        return Members(
            members=tuple(member_of(place, now) for place in places),
            counts={state.value: n for state, n in counts.items()},
        )


def member_of(place: Subscription, now: datetime) -> Member:
    """A place on a list, as it works now."""
    choices = choices_of(place)
    return Member(
        subscriber=place.subscriber_id,
        address=place.subscriber.address,
        name=place.subscriber.name,
        state=state_at(place, now).value,
        stream=choices.stream.value,
        topics=choices.topics,
        local_hour=choices.local_hour,
        timezone=choices.timezone or place.subscriber.timezone,
        text_only=choices.text_only,
        since=place.created_at,
    )
