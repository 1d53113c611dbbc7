"""Put somebody on a list, or change what they want of it, on their own or a colleague's word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from digest.audience.choices import Choices, check_choices, check_name, choices_of, write_choices
from digest.audience.membership import confirm, hold, join, snapshot
from digest.domain.address import parse_address
from digest.domain.errors import Illegal
from digest.domain.ids import uuid7
from digest.domain.states import Stream, SubscriptionState, SuppressionReason
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database, IntegrityError, Session
from digest.store.lists import MailingList, find_list
from digest.store.subscribers import Subscriber, Subscription, get_subscription, subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address

What = Literal["added", "confirmed", "returned", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Who is on which list now, and what it took."""

    subscriber_id: UUID
    list_id: UUID
    what: What


@dataclass(frozen=True, slots=True)
class _Wish:
    """One request: what is None was not asked for and stays as it is."""

    address: str
    address_hash: str
    name: str | None
    given: dict[str, Any]  # fields of Choices
    confirmed: bool
    resubscribe: bool
    now: datetime
    actor: str


def add_subscriber(
    db: Database,
    settings: Settings,
    address: str,
    *,
    list_slug: str,
    name: str | None = None,
    timezone: str | None = None,
    local_hour: int | None = None,
    topics: Sequence[str] | None = None,
    text_only: bool | None = None,
    language: str | None = None,
    stream: str | None = None,
    now: datetime,
    actor: str,
    confirmed: bool = True,
    resubscribe: bool = False,
) -> Subscribed:
    """Subscribe ``address`` to a list; for someone already on it, the choices given are changed.

    ``Illegal`` for what is no address, for one that is suppressed, and for someone who left,
    unless ``resubscribe`` says that they asked to come back.
    """
    key = str(parse_address(address))
    given = {
        "timezone": timezone,
        "local_hour": local_hour,
        "topics": None if topics is None else tuple(topics),
        "text_only": text_only,
        "language": language,
        "stream": None if stream is None else _stream(stream),
    }
    wish = _Wish(
        address=key,
        address_hash=hash_address(settings, key),
        name=None if name is None else check_name(name),
        given={field: value for field, value in given.items() if value is not None},
        confirmed=confirmed,
        resubscribe=resubscribe,
        now=now,
        actor=actor,
    )
    try:
        return _subscribe(db, list_slug, wish)
    except IntegrityError:  # somebody added the same address at the same moment: now it is there
        return _subscribe(db, list_slug, wish)


def _subscribe(db: Database, list_slug: str, wish: _Wish) -> Subscribed:
    with db.begin() as session:
        mailing_list = find_list(session, list_slug)
        _lift_or_refuse(session, wish)
        subscriber = _subscriber(session, wish)
        place = get_subscription(session, subscriber.id, mailing_list.id)
        before = None if place is None else snapshot(place)
        what: What = "added"
        if place is None:
            place = _join(subscriber, mailing_list, wish)
            session.add(place)
        else:
            hold(session, place)
            what = _change(place, mailing_list, wish)
        if snapshot(place) != before:
            _audit(session, place, what, before, wish)
        return Subscribed(subscriber.id, mailing_list.id, what)


def _lift_or_refuse(session: Session, wish: _Wish) -> None:
    """A suppressed address stays suppressed, but for someone who left all lists and returns."""
    kept = get_suppression(session, wish.address_hash)
    if kept is None:
        return
    left_all = kept.reason is SuppressionReason.UNSUBSCRIBED_ALL
    if left_all and wish.resubscribe:
        session.delete(kept)
        return
    remedy = (
        "add --resubscribe if they asked to come back"
        if left_all
        else "`digest suppression remove` lifts that, if you are sure"
    )
    why = kept.reason.value.replace("_", " ")
    raise Illegal(
        f"{wish.address} is suppressed ({why}, since {kept.since:%Y-%m-%d}) and gets no mail; "
        f"{remedy}."
    )


def _subscriber(session: Session, wish: _Wish) -> Subscriber:
    subscriber = subscriber_or_none(session, wish.address)
    if subscriber is None:
        subscriber = Subscriber(
            id=uuid7(),
            address=wish.address,
            address_hash=wish.address_hash,
            language=wish.given.get("language", "en"),
            created_at=wish.now,
        )
        session.add(subscriber)
        session.flush()
    if wish.name is not None:
        subscriber.name = wish.name
    if subscriber.timezone is None:
        subscriber.timezone = wish.given.get("timezone")
    return subscriber


def _join(subscriber: Subscriber, mailing_list: MailingList, wish: _Wish) -> Subscription:
    asked = replace(Choices(language=mailing_list.language), **wish.given)
    choices = check_choices(asked, mailing_list)
    return join(subscriber, mailing_list, choices, confirmed=wish.confirmed, now=wish.now)


def _change(place: Subscription, mailing_list: MailingList, wish: _Wish) -> What:
    had = choices_of(place)
    wanted = check_choices(replace(had, **wish.given), mailing_list) if wish.given else had
    write_choices(place, wanted)
    if place.state is SubscriptionState.UNSUBSCRIBED:
        _return(place, mailing_list, wish)
        return "returned"
    if place.state is SubscriptionState.PENDING and wish.confirmed:
        confirm(place, wish.now)
        return "confirmed"
    return "unchanged" if wanted == had else "changed"


def _return(place: Subscription, mailing_list: MailingList, wish: _Wish) -> None:
    if not wish.resubscribe:
        left = f" on {place.ended_at:%Y-%m-%d}" if place.ended_at else ""
        raise Illegal(
            f"{wish.address} left {mailing_list.name}{left}; add --resubscribe if they asked to "
            "come back."
        )
    confirm(place, wish.now)
    if not wish.confirmed:
        place.state, place.confirmed_at = SubscriptionState.PENDING, None


def _audit(
    session: Session, place: Subscription, what: str, before: dict[str, Any] | None, wish: _Wish
) -> None:
    record(
        session,
        now=wish.now,
        actor=wish.actor,
        action=what,
        noun="subscription",
        noun_id=place.id,
        before=before,
        after=snapshot(place),
    )


def _stream(name: str) -> Stream:
    try:
        return Stream(name)
    except ValueError:
        known = ", ".join(stream.value for stream in Stream)
        raise Illegal(f"There is no stream {name!r}; give one of {known}.") from None
