"""Erase a person at their wish: rows lose their name, the suppression keeps a hash alone."""

from datetime import datetime

from digest.audience.erasure import erase, suppress_erased
from digest.domain.address import parse_address
from digest.domain.errors import NotFound
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database
from digest.store.subscribers import subscriber_or_none
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
        suppress_erased(session, address_hash, now)
        noun, noun_id = "suppression", address_hash
        if subscriber is not None:
            erase(session, subscriber, now)
            noun, noun_id = "subscriber", str(subscriber.id)
        record(session, now=now, actor=actor, action="erased", noun=noun, noun_id=noun_id)
