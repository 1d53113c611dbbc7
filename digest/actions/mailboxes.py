"""Mailboxes for returned mail: added, taken out of use, listed."""

from datetime import datetime
from uuid import UUID

from digest.domain.errors import Illegal
from digest.domain.ids import uuid7
from digest.domain.mailbox import parse_mailbox
from digest.domain.relay import split_password
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database
from digest.store.mailboxes import Mailbox, all_mailboxes, find_mailbox
from digest.tokens import seal


def add_mailbox(
    db: Database, settings: Settings, *, name: str, url: str, now: datetime, actor: str
) -> UUID:
    """Add a mailbox, or give an existing one another URL; the password is kept sealed."""
    parse_mailbox(url)
    if not name.strip():
        raise Illegal("A mailbox needs a name.")
    bare, password = split_password(url)
    with db.begin() as session:
        mailbox = next((one for one in all_mailboxes(session) if one.name == name), None)
        before = {"url": mailbox.url} if mailbox else None
        if mailbox is None:
            mailbox = Mailbox(id=uuid7(), name=name, created_at=now, next_try_at=now, failures=0)
            session.add(mailbox)
        mailbox.url = bare
        mailbox.sealed_password = seal(settings, password) if password else None
        mailbox.next_try_at, mailbox.failures, mailbox.error = now, 0, None
        record(
            session,
            now=now,
            actor=actor,
            action="changed" if before else "added",
            noun="mailbox",
            noun_id=mailbox.id,
            before=before,
            after={"url": bare},
        )
        return mailbox.id


def enable_mailbox(db: Database, *, name: str, enabled: bool, now: datetime, actor: str) -> None:
    """Take a mailbox into use or out of it."""
    with db.begin() as session:
        mailbox = find_mailbox(session, name)
        record(
            session,
            now=now,
            actor=actor,
            action="enabled" if enabled else "disabled",
            noun="mailbox",
            noun_id=mailbox.id,
            before={"enabled": mailbox.enabled},
        )
        mailbox.enabled = enabled
