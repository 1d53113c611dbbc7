"""The daily summary: a row for each mail of it, and the campaigns that it tells of."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import CampaignState, Stream
from digest.store.base import Row, id_column
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.engine import insert_for
from digest.store.feedback import Bounce, how_many

# How long after each try to mail it the next one is due; after the last it is given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120))


class SummaryMail(Row):
    """The summary of one day to one member of the staff; unique, whoever writes it down."""

    __tablename__ = "summary_mail"
    __table_args__ = (
        UniqueConstraint("day", "address"),
        Index("ix_summary_mail_next_at", "next_at"),
    )

    id: Mapped[UUID] = id_column()
    day: Mapped[date]  # on which it is mailed, by the zone that is set
    address: Mapped[str]
    until: Mapped[datetime]  # what it tells of is the time from a day before until then
    next_at: Mapped[datetime | None]  # None: it is out, or given up
    tries: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Told(NamedTuple):
    """A campaign that a summary tells of."""

    campaign: Campaign
    stream: Stream
    number: int
    bounced_by_us: int


def is_noted(session: Session, day: date) -> bool:
    """Whether the mails of that day are written down."""
    return session.scalar(select(SummaryMail.id).where(SummaryMail.day == day).limit(1)) is not None


def note_summary(session: Session, day: date, until: datetime, addresses: Iterable[str]) -> None:
    """Write a day's mails down, each once, however many beats do."""
    for address in addresses:
        row = {"day": day, "address": address, "until": until, "next_at": until}
        session.execute(insert_for(session, SummaryMail).values(row).on_conflict_do_nothing())


def summaries_to_mail(session: Session, now: datetime) -> Sequence[UUID]:
    """The mails that are to go now."""
    due = select(SummaryMail.id).where(SummaryMail.next_at <= now)
    return session.scalars(due.order_by(SummaryMail.next_at)).all()


def take_summary(session: Session, mail_id: UUID, now: datetime) -> SummaryMail | None:
    """A mail that is due, put off for its next try before this one begins: two workers can't both
    have it, and one that dies leaves it due again."""
    row = session.get(SummaryMail, mail_id, with_for_update=True)
    if row is None or row.next_at is None or row.next_at > now:
        return None
    row.next_at = now + WAITS[row.tries] if row.tries < len(WAITS) else None
    row.tries += 1
    return row


def told_campaigns(session: Session, since: datetime, until: datetime) -> list[Told]:
    """The campaigns that ended in [since, until), and those that were to go by then and have not
    ended: so each is told as sent on one day."""
    ended = and_(Campaign.finished_at >= since, Campaign.finished_at < until)
    open_states = (CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.PAUSED)
    is_open = and_(Campaign.state.in_(open_states), Campaign.due_at < until)
    found = (
        select(Campaign, Edition.stream, Edition.number, how_many(Bounce, Bounce.is_ours.is_(True)))
        .join(Edition, Edition.id == Campaign.edition_id)
        .where(or_(ended, is_open))
        .order_by(Campaign.due_at, Campaign.id)
    )
    return [Told(*row) for row in session.execute(found)]
