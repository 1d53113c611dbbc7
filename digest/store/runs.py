"""Runs: a list, a stream and a scheduled time; each exists once, whoever plans it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from digest.domain.errors import NotFound
from digest.domain.states import RUN_MOVES, EditionState, RunState, Stream, check_move
from digest.store.base import Row, id_column, text_enum
from digest.store.editions import Edition
from digest.store.engine import insert_for
from digest.store.lists import ListCadence, MailingList


class Run(Row):
    """One scheduled occasion of a list's stream, and what became of it."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("list_id", "stream", "scheduled_at"),
        Index("ix_run_state_scheduled_at", "state", "scheduled_at"),
    )

    id: Mapped[UUID] = id_column()
    list_id: Mapped[UUID] = mapped_column(ForeignKey("mailing_list.id", ondelete="CASCADE"))
    stream: Mapped[Stream] = mapped_column(text_enum(Stream))
    scheduled_at: Mapped[datetime]
    by_hand: Mapped[bool] = mapped_column(default=False)
    segment: Mapped[str | None]  # whom of the list its edition goes to; None: all
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.PLANNED)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def looked_at(self) -> datetime | None:
        """When there was too little for a draft, last; None where nobody has looked so far."""
        is_waiting = self.state is RunState.PLANNED and self.changed_at > self.created_at
        return self.changed_at if is_waiting else None

    def move(self, state: RunState, now: datetime, reason: str | None = None) -> None:
        """Go to ``state``; ``Illegal`` where that can't be."""
        check_move(RUN_MOVES, "run", self.state, state)
        self.state, self.reason, self.changed_at = state, reason, now


OPEN_RUN_STATES = (RunState.PLANNED, RunState.DRAFTED, RunState.AWAITING_APPROVAL)


def plan_run(
    session: Session,
    *,
    list_id: UUID,
    stream: Stream,
    scheduled_at: datetime,
    now: datetime,
    state: RunState = RunState.PLANNED,
    reason: str | None = None,
    by_hand: bool = False,
    segment: str | None = None,
) -> Run:
    """The run of that slot; made where there is none yet, however many ask at once."""
    row = {
        "list_id": list_id,
        "stream": stream,
        "scheduled_at": scheduled_at,
        "state": state,
        "reason": reason,
        "by_hand": by_hand,
        "segment": segment,
        "created_at": now,
        "changed_at": now,
    }
    session.execute(insert_for(session, Run).values(row).on_conflict_do_nothing())
    slot = select(Run).where(
        Run.list_id == list_id, Run.stream == stream, Run.scheduled_at == scheduled_at
    )
    return session.scalars(slot).one()


def find_run(session: Session, run_id: UUID) -> Run:
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def lock_run(session: Session, run_id: UUID) -> Run:
    """The run, held until the transaction ends, so that two workers don't both act on it."""
    locked = select(Run).where(Run.id == run_id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()


@dataclass(frozen=True, slots=True)
class CadenceToPlan:
    """When a stream of a list comes, and which of its times have a run."""

    list_id: UUID
    slug: str
    timezone: str
    lead_time: timedelta
    max_lateness: timedelta
    stream: Stream
    words: str
    last_slot: datetime  # the latest that a run was planned for; else since when it counts


def cadences_to_plan(session: Session) -> list[CadenceToPlan]:
    """Those of all lists that are not paused."""
    return [CadenceToPlan(*row) for row in session.execute(_TO_PLAN)]


def _to_plan() -> Select[*tuple[Any, ...]]:
    newest = (
        select(Run.scheduled_at)
        .where(
            Run.list_id == ListCadence.list_id,
            Run.stream == ListCadence.stream,
            Run.by_hand.is_(False),
            Run.scheduled_at > ListCadence.since,
        )
        .order_by(Run.scheduled_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            MailingList.id,
            MailingList.slug,
            MailingList.timezone,
            MailingList.lead_time,
            MailingList.max_lateness,
            ListCadence.stream,
            ListCadence.words,
            func.coalesce(newest, ListCadence.since),
        )
        .join(ListCadence, ListCadence.list_id == MailingList.id)
        .where(MailingList.paused_at.is_(None))
        .order_by(MailingList.slug, ListCadence.stream)
    )


_TO_PLAN = _to_plan()


def open_runs(session: Session) -> Sequence[Run]:
    """The first open run of each list and stream: a later one waits, since there is one draft."""
    return session.scalars(_first_open()).all()


def _first_open() -> Select[Run]:
    rank = func.row_number().over(
        partition_by=(Run.list_id, Run.stream), order_by=(Run.scheduled_at, Run.id)
    )
    ranked = select(Run.id, rank.label("rank")).where(Run.state.in_(OPEN_RUN_STATES)).subquery()
    first = select(Run).join(ranked, ranked.c.id == Run.id).where(ranked.c.rank == 1)
    return first.order_by(Run.scheduled_at)


def open_with_drafts(session: Session) -> list[tuple[Run, MailingList, Edition | None]]:
    """The same with their lists and editions, without what these hold."""
    return [(run, home, edition) for run, home, edition in session.execute(_WITH_DRAFTS)]


def _with_drafts() -> Select[Run, MailingList, Edition]:
    of_run = and_(Edition.run_id == Run.id, Edition.state != EditionState.WITHDRAWN)
    return (
        _first_open()
        .add_columns(MailingList, Edition)
        .join(MailingList, MailingList.id == Run.list_id)
        .outerjoin(Edition, of_run)
        .options(defer(Edition.content), defer(Edition.excluded), defer(Edition.branding))
    )


_WITH_DRAFTS = _with_drafts()


def drop_planned(session: Session, list_id: UUID, stream: Stream) -> None:
    """Forget runs that are only planned: their cadence changed."""
    session.execute(
        delete(Run).where(
            Run.list_id == list_id,
            Run.stream == stream,
            Run.by_hand.is_(False),
            Run.state == RunState.PLANNED,
        )
    )


def recent_runs(session: Session, list_id: UUID | None, limit: int) -> Sequence[Run]:
    """The latest runs, of one list or of all, newest first."""
    runs = select(Run).order_by(Run.scheduled_at.desc()).limit(limit)
    return session.scalars(runs if list_id is None else runs.where(Run.list_id == list_id)).all()


def runs_between(
    session: Session, after: datetime, until: datetime, list_id: UUID | None = None
) -> Sequence[Run]:
    """The runs scheduled in [after, until), in order."""
    within = select(Run).where(Run.scheduled_at >= after, Run.scheduled_at < until)
    if list_id is not None:
        within = within.where(Run.list_id == list_id)
    return session.scalars(within.order_by(Run.scheduled_at, Run.id)).all()


def troubled_runs(session: Session, since: datetime) -> Sequence[Run]:
    """Runs that were missed after ``since``, and those that wait for approval."""
    missed = and_(Run.state == RunState.MISSED, Run.changed_at >= since)
    waits = Run.state == RunState.AWAITING_APPROVAL
    return session.scalars(select(Run).where(or_(missed, waits)).order_by(Run.scheduled_at)).all()
