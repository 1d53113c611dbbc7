"""Sign up: somebody asks for a list, maybe in another's name; a mail asks whether it is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.audience.choices import Choices, check_choices, check_name
from digest.audience.greeting import greeting
from digest.audience.membership import join
from digest.audience.sign_up import (
    LIMIT_WINDOW,
    MAIL_AGAIN_AFTER,
    MOST_OF_ALL,
    MOST_PER_NETWORK,
    Standing,
    Step,
    consent_words,
    decide_sign_up,
    folded,
    network_of,
)
from digest.domain.address import parse_address
from digest.domain.errors import NotFound, Transient
from digest.domain.ids import uuid7
from digest.domain.states import ConsentHow, GreetingKind
from digest.settings import Settings
from digest.store.consents import Consent, count_requests
from digest.store.engine import Database, IntegrityError, Session
from digest.store.greetings import was_asked_since
from digest.store.lists import MailingList, find_list
from digest.store.subscribers import Subscriber, Subscription, get_subscription, subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address


class TooManySignUps(Transient):
    """So many came from this network, or from all, that no more are taken for a while."""


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a form sent, and where it came from."""

    address: str
    list_slug: str
    name: str = ""
    topics: Sequence[str] = ()
    how: ConsentHow = ConsentHow.FORM
    origin: str | None = None  # the site of the form
    client: str = ""  # the address of whoever filled it in


@dataclass(frozen=True, slots=True)
class ListOffer:
    """What the sign-up page says of a list."""

    slug: str
    name: str
    description: str
    accent_color: str
    postal_address: str
    sections: Sequence[str]
    words: str


def show_offer(db: Database, list_slug: str) -> ListOffer:
    """``NotFound`` for a list that takes no sign-ups, as for one that does not exist."""
    with db.read() as session:
        found = _open_list(session, list_slug)
        return ListOffer(
            slug=found.slug,
            name=found.name,
            description=found.description,
            accent_color=found.accent_color,
            postal_address=found.postal_address,
            sections=found.sections,
            words=consent_words(found.name, found.consent_words),
        )


def sign_up(db: Database, settings: Settings, asked: SignUp, *, now: datetime) -> None:
    """Note the request and have a mail sent that asks for confirmation.

    Nothing that comes back says whether the address was known. ``Illegal`` for what is no address
    or not on offer, ``NotFound`` for a list that takes no sign-ups, ``TooManySignUps``.
    """
    address = str(parse_address(asked.address))
    name = check_name(asked.name)
    try:
        _sign_up(db, settings, asked, address, name, now)
    except IntegrityError:  # the same person twice at one moment
        _sign_up(db, settings, asked, address, name, now)


def _sign_up(
    db: Database, settings: Settings, asked: SignUp, address: str, name: str | None, now: datetime
) -> None:
    folded_hash = hash_address(settings, folded(address))
    with db.begin() as session:
        mailing_list = _open_list(session, asked.list_slug)
        given = Choices(language=mailing_list.language, topics=tuple(asked.topics))
        choices = check_choices(given, mailing_list)
        _refuse_floods(session, network_of(asked.client), now)
        address_hash = hash_address(settings, address)
        subscriber = subscriber_or_none(session, address)
        place = get_subscription(session, subscriber.id, mailing_list.id) if subscriber else None
        kept = get_suppression(session, address_hash)
        standing = Standing(
            state=place.state if place else None,
            suppressed=kept.reason if kept else None,
            was_mailed=was_asked_since(session, folded_hash, now - MAIL_AGAIN_AFTER),
        )
        step = decide_sign_up(standing)
        if step is Step.NOTHING:
            return
        if subscriber is None:
            subscriber = _newcomer(session, address, address_hash, name, choices, now)
        if place is None:
            place = join(subscriber, mailing_list, choices, confirmed=False, now=now)
            session.add(place)
            session.flush()
        session.add(_consent(place, mailing_list, asked, now))
        if step is Step.ASK:
            session.add(greeting(place, GreetingKind.CONFIRM, now, folded_hash=folded_hash))


def _open_list(session: Session, slug: str) -> MailingList:
    mailing_list = find_list(session, slug)
    if not mailing_list.takes_signups:
        raise NotFound(f"There is no list {slug!r} that one can sign up for.")
    return mailing_list


def _refuse_floods(session: Session, network: str | None, now: datetime) -> None:
    since = now - LIMIT_WINDOW
    from_one = network and count_requests(session, since, network, MOST_PER_NETWORK)
    if from_one == MOST_PER_NETWORK or (
        count_requests(session, since, None, MOST_OF_ALL) == MOST_OF_ALL
    ):
        raise TooManySignUps(
            "Too many sign-ups came in; nothing was changed. Please try again in an hour."
        )


def _newcomer(
    session: Session,
    address: str,
    address_hash: str,
    name: str | None,
    choices: Choices,
    now: datetime,
) -> Subscriber:
    subscriber = Subscriber(
        id=uuid7(),
        address=address,
        address_hash=address_hash,
        name=name,
        language=choices.language,
        created_at=now,
    )
    session.add(subscriber)
    session.flush()
    return subscriber


def _consent(
    place: Subscription, mailing_list: MailingList, asked: SignUp, now: datetime
) -> Consent:
    return Consent(
        subscription_id=place.id,
        asked_at=now,
        how=asked.how,
        words=consent_words(mailing_list.name, mailing_list.consent_words),
        origin=asked.origin,
        network=network_of(asked.client),
    )
