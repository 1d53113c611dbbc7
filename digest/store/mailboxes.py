"""Mailboxes that returned mail arrives in, and when each is looked at next."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.store.base import Row, id_column


class Mailbox(Row):
    """Where returned mail lies. ``url`` holds no password; that is sealed beside it."""

    __tablename__ = "mailbox"

    id: Mapped[UUID] = id_column()
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    sealed_password: Mapped[str | None]  # tokens.seal
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]


def all_mailboxes(session: Session) -> Sequence[Mailbox]:
    return session.scalars(select(Mailbox).order_by(Mailbox.name)).all()


def find_mailbox(session: Session, name: str) -> Mailbox:
    mailbox = session.scalar(select(Mailbox).where(Mailbox.name == name))
    if mailbox is None:
        known = ", ".join(one.name for one in all_mailboxes(session)) or "none yet"
        raise NotFound(f"There is no mailbox {name!r} (known: {known}).")
    return mailbox


def due_mailboxes(session: Session, now: datetime) -> Sequence[UUID]:
    """The mailboxes whose next look is due."""
    due = select(Mailbox.id).where(Mailbox.enabled, Mailbox.next_try_at <= now)
    return session.scalars(due.order_by(Mailbox.next_try_at)).all()


def claim_mailbox(
    session: Session, mailbox_id: UUID, now: datetime, until: datetime
) -> Mailbox | None:
    """Take a due mailbox for one reader: whoever moves ``next_try_at`` first has it."""
    mailbox = session.get(Mailbox, mailbox_id, with_for_update=True)
    if mailbox is None or not mailbox.enabled or mailbox.next_try_at > now:
        return None
    mailbox.next_try_at = until
    return mailbox
