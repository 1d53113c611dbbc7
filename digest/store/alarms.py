"""Alarms: one row for each incident, and one for each message about it that must go out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.alarm import AlarmKind, Channel
from digest.domain.errors import NotFound
from digest.store.base import Row, id_column, text_enum

MINUTES_BETWEEN = (1, 2, 5, 15, 60)  # tries to get a message out; the last one repeats
MOST_TRIES = 24


class Alarm(Row):
    """An incident: something that is wrong with one thing, from when it was seen until it isn't.

    At most one of a kind and subject is open, whatever the number of beats that look."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alarm_opened_at", "opened_at"),
    )

    id: Mapped[UUID] = id_column()
    kind: Mapped[AlarmKind] = mapped_column(text_enum(AlarmKind))
    subject: Mapped[str]  # what it is about: an id, a slug, a host
    sentence: Mapped[str]
    remedy: Mapped[str]
    opened_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]  # since when all is well; it may come back for a while
    closed_at: Mapped[datetime | None]


class AlarmNotice(Row):
    """A message about an alarm on one channel, until it is out or given up."""

    __tablename__ = "alarm_notice"
    __table_args__ = (Index("ix_alarm_notice_next_at", "next_at"),)

    id: Mapped[UUID] = id_column()
    alarm_id: Mapped[UUID] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    is_end: Mapped[bool]  # that it is over
    next_at: Mapped[datetime | None]  # None: out, or given up
    tries: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    error: Mapped[str | None]


def open_alarms(session: Session) -> Sequence[Alarm]:
    """The incidents that are not over, the oldest first."""
    return session.scalars(
        select(Alarm).where(Alarm.closed_at.is_(None)).order_by(Alarm.opened_at, Alarm.id)
    ).all()


def recent_alarms(session: Session, since: datetime, limit: int) -> Sequence[Alarm]:
    """Incidents that are open or ended after ``since``, the newest first."""
    found = select(Alarm).where(or_(Alarm.closed_at.is_(None), Alarm.closed_at >= since))
    return session.scalars(found.order_by(Alarm.opened_at.desc()).limit(limit)).all()


def alarms_within(session: Session, since: datetime, until: datetime) -> Sequence[Alarm]:
    """Incidents that began before ``until`` and were not over at ``since``, the oldest first."""
    was_open = or_(Alarm.closed_at.is_(None), Alarm.closed_at >= since)
    found = select(Alarm).where(Alarm.opened_at < until, was_open)
    return session.scalars(found.order_by(Alarm.opened_at, Alarm.id)).all()


def find_alarm(session: Session, alarm_id: UUID) -> Alarm:
    alarm = session.get(Alarm, alarm_id)
    if alarm is None:
        raise NotFound(f"There is no alarm {alarm_id}.")
    return alarm


def due_notices(session: Session, now: datetime) -> list[UUID]:
    """The messages that are to go out now."""
    due = select(AlarmNotice.id).where(AlarmNotice.next_at <= now).order_by(AlarmNotice.next_at)
    return list(session.scalars(due))


def take_notice(session: Session, notice_id: UUID, now: datetime) -> AlarmNotice | None:
    """A due message, put off for its next try before this one begins: two workers can't both
    have it, and one that dies leaves it due again."""
    notice = session.get(AlarmNotice, notice_id, with_for_update=True)
    if notice is None or notice.next_at is None or notice.next_at > now:
        return None
    wait = MINUTES_BETWEEN[min(notice.tries, len(MINUTES_BETWEEN) - 1)]
    notice.tries += 1
    notice.next_at = now + timedelta(minutes=wait)
    return notice


def settle_notice(session: Session, notice_id: UUID, now: datetime, error: str | None) -> None:
    """Note that a message is out, or why not; after ``MOST_TRIES`` it is given up."""
    notice = session.get_one(AlarmNotice, notice_id)
    notice.error = error
    if error is None:
        notice.told_at, notice.next_at = now, None
    elif notice.tries >= MOST_TRIES:
        notice.next_at = None
