"""Change the address that somebody gets mail at: asked for with the old, confirmed with the new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.personal_link import behind_link
from digest.actions.unsubscribe import BY_SUBSCRIBER, end_place
from digest.audience.choices import choices_of, write_choices
from digest.audience.greeting import greeting
from digest.audience.masking import mask
from digest.audience.membership import Left, confirm, hold, join
from digest.audience.sign_up import MAIL_AGAIN_AFTER, REQUEST_LASTS, folded
from digest.domain.address import parse_address
from digest.domain.errors import Illegal, NotFound
from digest.domain.states import GreetingKind, SubscriptionState, SuppressionReason
from digest.settings import Settings
from digest.store.audit import record
from digest.store.deliveries import readdress
from digest.store.engine import Database, Session
from digest.store.greetings import (
    Greeting,
    count_greetings,
    drop_greetings,
    latest_greeting,
    was_asked_since,
)
from digest.store.subscribers import Subscriber, Subscription, subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address

MOST_A_DAY = 5  # addresses that one person may try
_MAILED = {SubscriptionState.CONFIRMED, SubscriptionState.PAUSED}


@dataclass(frozen=True, slots=True)
class Move:
    """What is confirmed: from where to where, and which lists come along."""

    list_id: UUID
    subscriber_id: UUID
    masked_old: str
    masked_new: str
    lists: Sequence[str]


def ask_move(
    db: Database, settings: Settings, greeting_id: UUID, address: str, *, now: datetime
) -> None:
    """Have the new mailbox asked; nothing changes before it says yes.

    The answer is the same whether it is known here or not. ``Illegal`` for what is no address, is
    the present one, or is the sixth on a day.
    """
    wanted = str(parse_address(address))
    folded_hash = hash_address(settings, folded(wanted))
    with db.begin() as session:
        row, subscriber = behind_link(session, greeting_id)
        if wanted == subscriber.address:
            raise Illegal("That is the address that we have.")
        since = now - timedelta(days=1)
        if count_greetings(session, subscriber.id, GreetingKind.MOVE, since) >= MOST_A_DAY:
            raise Illegal("These were many addresses for one day; please try again tomorrow.")
        if _is_barred(session, settings, wanted) or was_asked_since(
            session, folded_hash, now - MAIL_AGAIN_AFTER
        ):
            return
        place = next(each for each in subscriber.subscriptions if each.list_id == row.list_id)
        asked = greeting(place, GreetingKind.MOVE, now, folded_hash=folded_hash)
        asked.address = wanted
        session.add(asked)


def show_move(db: Database, greeting_id: UUID, *, now: datetime) -> Move:
    """What pressing the button would do; ``NotFound`` where another was asked for since."""
    with db.read() as session:
        row, subscriber, wanted = _asked(session, greeting_id, now)
        return _move(row, subscriber, wanted)


def confirm_move(db: Database, settings: Settings, greeting_id: UUID, *, now: datetime) -> Move:
    """Send everything to the new address from the next claim on.

    Where somebody is known under it already, the subscriptions go there, with their choices; what
    was on the way to the old address is then not sent.
    """
    with db.begin() as session:
        row, subscriber, wanted = _asked(session, greeting_id, now)
        if _is_barred(session, settings, wanted):
            raise NotFound("Nothing may be sent to that address.")
        done = _move(row, subscriber, wanted)
        _lift(session, settings, wanted)
        other = subscriber_or_none(session, wanted)
        if other is None:
            subscriber.address, subscriber.address_hash = wanted, hash_address(settings, wanted)
            readdress(session, subscriber.id, wanted)
        else:
            _merge(session, subscriber, other, now)
        drop_greetings(session, subscriber.id, (GreetingKind.LINK, GreetingKind.MOVE))
        into = None if other is None else {"subscriber": str(other.id)}
        record(
            session,
            now=now,
            actor=BY_SUBSCRIBER,
            action="moved",
            noun="subscriber",
            noun_id=subscriber.id,
            after=into,
        )
        return done


def _asked(session: Session, greeting_id: UUID, now: datetime) -> tuple[Greeting, Subscriber, str]:
    row, subscriber = behind_link(session, greeting_id)
    last = latest_greeting(session, subscriber.id, GreetingKind.MOVE)
    if last is None or last.id != row.id or row.address is None:
        raise NotFound("Another address was given since.")
    if row.created_at + REQUEST_LASTS < now:
        raise NotFound("This link is too old.")
    return row, subscriber, row.address


def _move(row: Greeting, subscriber: Subscriber, wanted: str) -> Move:
    names = [place.mailing_list.name for place in _kept(subscriber)]
    return Move(row.list_id, subscriber.id, mask(subscriber.address), mask(wanted), names)


def _kept(subscriber: Subscriber) -> list[Subscription]:
    return [place for place in subscriber.subscriptions if place.state in _MAILED]


def _is_barred(session: Session, settings: Settings, address: str) -> bool:
    """Whether no form may bring mail there; who only left by themselves may say yes again."""
    kept = get_suppression(session, hash_address(settings, address))
    return kept is not None and kept.reason is not SuppressionReason.UNSUBSCRIBED_ALL


def _lift(session: Session, settings: Settings, address: str) -> None:
    kept = get_suppression(session, hash_address(settings, address))
    if kept is not None:
        session.delete(kept)


def _merge(session: Session, old: Subscriber, new: Subscriber, now: datetime) -> None:
    """Bring the old one's subscriptions to somebody who is known here; their own go first."""
    known = {place.list_id: place for place in new.subscriptions}
    for place in _kept(old):
        theirs = known.get(place.list_id)
        if theirs is None:
            there = join(new, place.mailing_list, choices_of(place), confirmed=True, now=now)
            there.paused_until, there.state = place.paused_until, place.state
            session.add(there)
        else:
            hold(session, theirs)
            if theirs.state not in _MAILED:
                confirm(theirs, now)
                write_choices(theirs, choices_of(place))
    for place in old.subscriptions:
        end_place(session, place, Left.MOVED, now, BY_SUBSCRIBER)
