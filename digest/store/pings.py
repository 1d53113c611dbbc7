"""Pings: that a run has done its work, or was missed, told to whatever watches from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import EditionState, RunState
from digest.store.base import Row, id_column
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.engine import insert_for
from digest.store.lists import ListCadence
from digest.store.runs import Run

# How long after each try the next one is due; after the last it is given up.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300))
OF_SERVICE = UUID("00000000-0000-7000-8000-000000000001")  # the one ping that is of no run
LOOK_BACK = timedelta(days=3)  # a campaign ends a day after its run, as a rule


class Ping(Row):
    """A request that is to get out: once for each run, and again and again for the service."""

    __tablename__ = "ping"
    __table_args__ = (Index("ix_ping_next_at", "next_at"),)

    id: Mapped[UUID] = id_column()
    run_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("run.id", ondelete="CASCADE"), unique=True
    )
    is_failure: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None]  # None: it is out, or given up
    tries: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class DuePing:
    """What is asked of the far end."""

    run_id: UUID | None
    is_failure: bool
    url: str | None  # of the run's cadence; None where it has none any more, or for the service


def note_runs(session: Session, now: datetime) -> None:
    """Write a ping down for each run of a pinged cadence that is over, once whoever looks."""
    is_over = Run.state.in_((RunState.DONE, RunState.SKIPPED, RunState.MISSED))
    expired = and_(Campaign.expires_at.is_not(None), Campaign.finished_at >= Campaign.expires_at)
    found = (
        select(Run.id, or_(Run.state == RunState.MISSED, expired))
        .join(ListCadence, _cadence_of_run())
        .outerjoin(Edition, and_(Edition.run_id == Run.id, Edition.state != EditionState.WITHDRAWN))
        .outerjoin(Campaign, Campaign.edition_id == Edition.id)
        .where(
            is_over,
            Run.by_hand.is_(False),
            Run.scheduled_at >= now - LOOK_BACK,
            ListCadence.ping_url.is_not(None),
            Run.changed_at >= ListCadence.ping_since,
            ~exists().where(Ping.run_id == Run.id),
        )
    )
    for run_id, is_failure in session.execute(found).all():
        row = {"run_id": run_id, "is_failure": bool(is_failure), "next_at": now}
        session.execute(insert_for(session, Ping).values(row).on_conflict_do_nothing())


def note_service(session: Session, now: datetime) -> None:
    """See that the service's own ping is due again after each time."""
    row = {"id": OF_SERVICE, "is_failure": False, "next_at": now}
    session.execute(insert_for(session, Ping).values(row).on_conflict_do_nothing())
    session.execute(
        update(Ping).where(Ping.id == OF_SERVICE, Ping.next_at.is_(None)).values(next_at=now)
    )


def due_pings(session: Session, now: datetime) -> Sequence[UUID]:
    """The pings that are to go now."""
    due = select(Ping.id).where(Ping.next_at <= now)
    return session.scalars(due.order_by(Ping.next_at)).all()


def take_ping(session: Session, ping_id: UUID, now: datetime, again: timedelta) -> DuePing | None:
    """A due ping, put off for its next try before this one begins; that of the service by
    ``again``."""
    row = session.get(Ping, ping_id, with_for_update=True)
    if row is None or row.next_at is None or row.next_at > now:
        return None
    if row.run_id is None:
        row.next_at = now + again
        return DuePing(None, is_failure=False, url=None)
    row.next_at = now + WAITS[row.tries] if row.tries < len(WAITS) else None
    row.tries += 1
    url = select(ListCadence.ping_url).join(Run, _cadence_of_run()).where(Run.id == row.run_id)
    return DuePing(row.run_id, row.is_failure, session.scalar(url))


def settle_ping(
    session: Session, ping_id: UUID, now: datetime, error: str | None, *, is_over: bool
) -> None:
    """Note that a ping is out, or why not; ``is_over``: it is not tried again."""
    row = session.get_one(Ping, ping_id)
    row.error = error
    if error is None:
        row.told_at = now
    if is_over:
        row.next_at = None


def _cadence_of_run() -> ColumnElement[bool]:
    return and_(ListCadence.list_id == Run.list_id, ListCadence.stream == Run.stream)
