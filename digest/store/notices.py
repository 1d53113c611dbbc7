"""What editors are told of a run: each thing once, and to each of them by desk and mail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.notice import NoticeKind
from digest.domain.states import EditionState
from digest.store.base import Row, id_column, text_enum
from digest.store.editions import Edition
from digest.store.engine import insert_for
from digest.store.lists import MailingList
from digest.store.runs import OPEN_RUN_STATES, Run

# How long after each try to mail it the next one is due; after the last it is given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15))


class Notice(Row):
    """One thing that the editors of a list should know of a run; unique by run and kind."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("run_id", "kind"),)

    id: Mapped[UUID] = id_column()
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(text_enum(NoticeKind))
    at: Mapped[datetime]


class NoticeRecipient(Row):
    """An editor who is told: on the desk until they put it away, by mail if they want that."""

    __tablename__ = "notice_recipient"
    __table_args__ = (
        UniqueConstraint("notice_id", "account_id"),
        Index("ix_notice_recipient_next_at", "next_at"),
    )

    id: Mapped[UUID] = id_column()
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    next_at: Mapped[datetime | None]  # of the mail; None: it is out, given up, or not wanted
    tries: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why no mail went
    dismissed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """What one editor has to know, as the desk says it."""

    kind: NoticeKind
    at: datetime
    run_id: UUID
    scheduled_at: datetime
    list_id: UUID
    list_name: str
    edition_id: UUID
    number: int


def note_once(session: Session, run_id: UUID, kind: NoticeKind, now: datetime) -> UUID | None:
    """Note that the editors are told; None where somebody else does that."""
    row = {"run_id": run_id, "kind": kind, "at": now}
    new = insert_for(session, Notice).values(row).on_conflict_do_nothing()
    noted: UUID | None = session.scalar(new.returning(Notice.id))
    return noted


def told_of(session: Session, run_ids: Collection[UUID]) -> frozenset[tuple[UUID, NoticeKind]]:
    """What was told of each of these runs."""
    found = select(Notice.run_id, Notice.kind).where(Notice.run_id.in_(run_ids))
    return frozenset((run_id, kind) for run_id, kind in session.execute(found))


def notices_to(session: Session, account_id: UUID) -> Sequence[ShownNotice]:
    """What an account has to know now, the run that comes first first: of each open run whose
    draft nobody approved yet the latest thing, unless it was put away."""
    found = (
        select(Notice, Run, MailingList.name, Edition.id, Edition.number)
        .join(NoticeRecipient, NoticeRecipient.notice_id == Notice.id)
        .join(Run, Run.id == Notice.run_id)
        .join(MailingList, MailingList.id == Run.list_id)
        .join(Edition, Edition.run_id == Run.id)
        .where(
            NoticeRecipient.account_id == account_id,
            NoticeRecipient.dismissed_at.is_(None),
            Run.state.in_(OPEN_RUN_STATES),
            Edition.state == EditionState.DRAFT,
        )
        .order_by(Run.scheduled_at, Run.id, Notice.at)
    )
    latest = {
        run.id: ShownNotice(
            notice.kind,
            notice.at,
            run.id,
            run.scheduled_at,
            run.list_id,
            list_name,
            edition_id,
            number,
        )
        for notice, run, list_name, edition_id, number in session.execute(found)
    }
    return list(latest.values())


def dismiss_notices(session: Session, account_id: UUID, run_id: UUID, now: datetime) -> None:
    """Put away what an account was told of a run so far."""
    of_run = select(Notice.id).where(Notice.run_id == run_id)
    session.execute(
        update(NoticeRecipient)
        .where(
            NoticeRecipient.account_id == account_id,
            NoticeRecipient.notice_id.in_(of_run),
            NoticeRecipient.dismissed_at.is_(None),
        )
        .values(dismissed_at=now)
    )


def notices_to_mail(session: Session, now: datetime, limit: int = 100) -> Sequence[UUID]:
    """The mails that are to go out now, the oldest first."""
    due = select(NoticeRecipient.id).where(NoticeRecipient.next_at <= now)
    return session.scalars(due.order_by(NoticeRecipient.next_at).limit(limit)).all()


def take_notice_mail(
    session: Session, recipient_id: UUID, now: datetime
) -> tuple[NoticeRecipient, Notice] | None:
    """A mail that is due, put off for its next try before this one begins: two workers can't both
    have it, and one that dies leaves it due again."""
    row = session.get(NoticeRecipient, recipient_id, with_for_update=True)
    if row is None or row.next_at is None or row.next_at > now:
        return None
    row.next_at = now + WAITS[row.tries] if row.tries < len(WAITS) else None
    row.reason = None if row.next_at else "no relay took it"  # unless this last try succeeds
    row.tries += 1
    return row, session.get_one(Notice, row.notice_id)
