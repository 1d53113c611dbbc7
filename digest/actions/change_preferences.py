"""Change what somebody gets of a list: topics, hour, zone, text only, and breaks."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from digest.actions.unsubscribe import BY_SUBSCRIBER
from digest.audience import membership
from digest.audience.choices import check_choices, choices_of, write_choices
from digest.domain.errors import Illegal, NotFound
from digest.domain.states import Stream, SubscriptionState
from digest.store.audit import record
from digest.store.engine import Database
from digest.store.lists import streams_of
from digest.store.subscribers import Subscription, get_subscription

Change = Callable[[Subscription], None]


def change_preferences(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    *,
    topics: Sequence[str],
    local_hour: int | None,
    timezone: str | None,
    text_only: bool,
    stream: str | None = None,
    now: datetime,
    actor: str = BY_SUBSCRIBER,
) -> None:
    """Set these choices, as a form shows them all at once; the others stay, and so does a stream
    that is None.

    No topics means all of them, no hour *as soon as it is ready*, no zone the list's.
    ``Illegal`` where the list does not offer one of them, or the person has left it.
    """

    def change(place: Subscription) -> None:
        if place.state is SubscriptionState.UNSUBSCRIBED:
            raise Illegal("Somebody who left a list has no choices on it.")
        had = choices_of(place)
        wanted = type(had)(
            stream=had.stream if stream is None else _offered(place, stream),
            topics=tuple(topics),
            local_hour=local_hour,
            timezone=timezone,
            language=had.language,
            text_only=text_only,
        )
        write_choices(place, check_choices(wanted, place.mailing_list))

    _change(db, subscriber_id, list_id, "changed", change, now, actor)


def _offered(place: Subscription, name: str) -> Stream:
    """The stream of that name, where the list goes out in it."""
    for stream in streams_of(place.mailing_list):
        if stream.value == name:
            return stream
    raise Illegal(f"{place.mailing_list.name} does not come {name!r}.")


def pause_subscription(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    *,
    days: int,
    now: datetime,
    actor: str = BY_SUBSCRIBER,
) -> None:
    """No mail for ``days`` days (1 to 365); mail comes again by itself after them."""

    def change(place: Subscription) -> None:
        membership.pause(place, days, now)

    _change(db, subscriber_id, list_id, "paused", change, now, actor)


def resume_subscription(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    *,
    now: datetime,
    actor: str = BY_SUBSCRIBER,
) -> None:
    """End a break now."""
    _change(db, subscriber_id, list_id, "resumed", membership.resume, now, actor)


def keep_coming(
    db: Database, subscriber_id: UUID, list_id: UUID, *, now: datetime, actor: str = BY_SUBSCRIBER
) -> None:
    """They were asked whether they still want the list, and do."""
    _change(db, subscriber_id, list_id, "stayed", lambda _: None, now, actor)


def _change(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    action: str,
    change: Change,
    now: datetime,
    actor: str,
) -> None:
    with db.begin() as session:
        place = get_subscription(session, subscriber_id, list_id)
        if place is None:
            raise NotFound("There is no such subscription.")
        membership.hold(session, place)
        before = membership.snapshot(place)
        change(place)
        if actor == BY_SUBSCRIBER:
            membership.show_life(place, now)
        after = membership.snapshot(place)
        if after != before:
            record(
                session,
                now=now,
                actor=actor,
                action=action,
                noun="subscription",
                noun_id=place.id,
                before=before,
                after=after,
            )
