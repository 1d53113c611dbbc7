"""Greetings: mails to one subscriber that are no edition, each a row until it went out."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import GreetingKind
from digest.store.base import Row, id_column, text_enum

# How long after each try the next one is due. Whoever sends it has that long to say how it went.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 60, 240))


class Greeting(Row):
    """One such mail. ``next_at`` is None once it went out, or was given up with a reason."""

    __tablename__ = "greeting"
    __table_args__ = (
        Index("ix_greeting_next_at", "next_at"),
        Index("ix_greeting_folded_hash_created_at", "folded_hash", "created_at"),
    )

    id: Mapped[UUID] = id_column()
    subscriber_id: Mapped[UUID] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    list_id: Mapped[UUID] = mapped_column(ForeignKey("mailing_list.id", ondelete="CASCADE"))
    kind: Mapped[GreetingKind] = mapped_column(text_enum(GreetingKind))
    address: Mapped[str | None]  # where it goes, if not to the subscriber's own mailbox
    # Of the mailbox without plus-tag and dots, where the mail counts against a limit.
    folded_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)  # tries of which nobody knows how they ended
    sent_at: Mapped[datetime | None]
    reason: Mapped[str | None]


def was_asked_since(session: Session, folded_hash: str, since: datetime) -> bool:
    """Whether a mail that asks for confirmation went to that mailbox since then."""
    found = select(Greeting.id).where(
        Greeting.folded_hash == folded_hash,
        Greeting.kind.in_((GreetingKind.CONFIRM, GreetingKind.MOVE)),
        Greeting.created_at > since,
    )
    return session.scalar(found.limit(1)) is not None


def due_greetings(session: Session, now: datetime, limit: int = 100) -> Sequence[UUID]:
    """Those that are to be sent now, the oldest first."""
    due = select(Greeting.id).where(Greeting.next_at <= now).order_by(Greeting.next_at)
    return session.scalars(due.limit(limit)).all()


def take_greeting(session: Session, greeting_id: UUID, now: datetime) -> Greeting | None:
    """Begin a try, so that nobody else does; None where it is not due any more."""
    greeting = session.get(Greeting, greeting_id)
    if greeting is None or greeting.next_at is None or greeting.next_at > now:
        return None
    wait = WAITS[min(greeting.tries, len(WAITS) - 1)]
    taken = session.execute(
        update(Greeting)
        .where(Greeting.id == greeting_id, Greeting.next_at == greeting.next_at)
        .values(next_at=now + wait, tries=Greeting.tries + 1)
        .returning(Greeting.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    session.refresh(greeting)
    return greeting if taken is not None else None


def greetings_to(session: Session, subscriber_id: UUID) -> Sequence[Greeting]:
    """All of one person's, in order."""
    found = select(Greeting).where(Greeting.subscriber_id == subscriber_id)
    return session.scalars(found.order_by(Greeting.created_at)).all()


def latest_greeting(session: Session, subscriber_id: UUID, kind: GreetingKind) -> Greeting | None:
    """The last of that kind to one person."""
    found = select(Greeting).where(Greeting.subscriber_id == subscriber_id, Greeting.kind == kind)
    return session.scalar(found.order_by(Greeting.created_at.desc()).limit(1))


def drop_greetings(session: Session, subscriber_id: UUID, kinds: Collection[GreetingKind]) -> None:
    """Forget one person's mails of these kinds; the links in them lead nowhere then."""
    session.execute(
        delete(Greeting).where(Greeting.subscriber_id == subscriber_id, Greeting.kind.in_(kinds))
    )


def drop_new_addresses(session: Session, before: datetime) -> None:
    """Forget where mails of that time went, if not to the subscriber's own mailbox: nobody moved
    there, and it may be a stranger's."""
    old = update(Greeting).where(Greeting.address.is_not(None), Greeting.created_at < before)
    session.execute(
        old.values(address=None, next_at=None).execution_options(synchronize_session=False)
    )


def count_greetings(
    session: Session, subscriber_id: UUID, kind: GreetingKind, since: datetime
) -> int:
    """How many of that kind one person had since then."""
    found = select(func.count()).where(
        Greeting.subscriber_id == subscriber_id, Greeting.kind == kind, Greeting.created_at > since
    )
    return session.scalar(found) or 0
