"""Erase a person at their wish: rows lose their name, the suppression keeps a hash alone."""

from datetime import datetime
from uuid import UUID

from digest.actions.personal_link import behind_link
from digest.actions.unsubscribe import BY_SUBSCRIBER
from digest.audience.erasure import erase, suppress_erased
from digest.departures import Departure, Departures, Kind
from digest.domain.address import parse_address
from digest.domain.errors import NotFound
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database, Session
from digest.store.epoch import read_epoch
from digest.store.subscribers import Subscriber, subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address


def erase_subscriber(
    db: Database, settings: Settings, address: str, *, now: datetime, actor: str
) -> None:
    """Take everything off the rows that says who this was; no mail goes there again.

    ``NotFound`` where nothing is known of the address.
    """
    key = str(parse_address(address))
    address_hash = hash_address(settings, key)
    with db.begin() as session:
        subscriber = subscriber_or_none(session, key)
        if subscriber is None and get_suppression(session, address_hash) is None:
            raise NotFound(f"Nothing is known of {key}.")
        gone = _erase(session, subscriber, address_hash, now, actor)
        remembered = Departures(settings, read_epoch(session).database_id)
    remembered.note([gone], now)


def erase_by_link(db: Database, settings: Settings, greeting_id: UUID, *, now: datetime) -> None:
    """The same for whoever holds the link that was mailed to them."""
    with db.begin() as session:
        _, subscriber = behind_link(session, greeting_id)
        gone = _erase(session, subscriber, subscriber.address_hash, now, BY_SUBSCRIBER)
        remembered = Departures(settings, read_epoch(session).database_id)
    remembered.note([gone], now)


def _erase(
    session: Session, subscriber: Subscriber | None, address_hash: str, now: datetime, actor: str
) -> Departure:
    """Gives what is to be remembered outside the database, once this is committed."""
    suppress_erased(session, address_hash, now)
    noun, noun_id = "suppression", address_hash
    if subscriber is not None:
        erase(session, subscriber, now)
        noun, noun_id = "subscriber", str(subscriber.id)
    record(session, now=now, actor=actor, action="erased", noun=noun, noun_id=noun_id)
    return Departure(now, Kind.ERASED, address_hash, str(subscriber.id) if subscriber else "")
