"""Who may change editions: one transaction at a time for each list.

Whatever builds, approves or withdraws takes the list's row first and the edition's second, so that
two of them can't wait for each other. The lock on the list is one that new subscriptions and
campaigns, which only refer to it, need not wait for.
"""

from uuid import UUID

from digest.store.editions import Edition, find_edition
from digest.store.engine import Session
from digest.store.lists import MailingList

_NO_KEY_UPDATE = {"key_share": True}  # how SQLAlchemy says FOR NO KEY UPDATE


def hold_list(session: Session, list_id: UUID) -> None:
    """Hold a list's editions until the transaction ends."""
    session.get_one(MailingList, list_id, with_for_update=_NO_KEY_UPDATE)


def hold_edition(session: Session, edition_id: UUID) -> Edition:
    """The edition as it is now, and its list's editions held until the transaction ends."""
    edition = find_edition(session, edition_id)
    hold_list(session, edition.list_id)
    refresh_held(session, edition)
    return edition


def refresh_held(session: Session, edition: Edition) -> None:
    """Read an edition's row again and hold it: it may have changed while its list was waited
    for."""
    session.refresh(edition, with_for_update=True)
