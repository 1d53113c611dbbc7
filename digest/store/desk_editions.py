"""Editions as editors come to them: current ones, corrections, drafts that hold a brief."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.domain.states import EditionState, Stream
from digest.store.editions import Edition


def drafts_with(session: Session, brief_id: UUID) -> list[Edition]:
    """The drafts of all lists that hold a brief; there are few drafts at any time."""
    drafts = select(Edition).where(
        Edition.state == EditionState.DRAFT, Edition.corrects_id.is_(None)
    )
    return [
        draft
        for draft in session.scalars(drafts.order_by(Edition.list_id))
        if any(brief.id == brief_id for brief in draft.content.briefs)
    ]


def previous_frozen(session: Session, edition: Edition) -> Edition | None:
    """The approved or sent edition of the same list and stream before this one."""
    earlier = select(Edition).where(
        Edition.list_id == edition.list_id,
        Edition.stream == edition.stream,
        Edition.corrects_id.is_(None),
        Edition.state.in_((EditionState.APPROVED, EditionState.SENT)),
        Edition.window_until < edition.window_until,
    )
    return session.scalar(earlier.order_by(Edition.window_until.desc()).limit(1))


def current_editions(session: Session, list_ids: Collection[UUID]) -> Sequence[Edition]:
    """Of each list the draft of its stream 'each', and its latest two that are approved or sent;
    newest first."""
    live = (EditionState.DRAFT, EditionState.APPROVED, EditionState.SENT)
    rank = func.row_number().over(
        partition_by=Edition.list_id, order_by=Edition.window_until.desc()
    )
    ranked = (
        select(Edition.id, rank.label("rank"))
        .where(
            Edition.list_id.in_(list_ids),
            Edition.stream == Stream.EACH,
            Edition.state.in_(live),
            Edition.corrects_id.is_(None),
        )
        .subquery()
    )
    latest = select(Edition).join(ranked, ranked.c.id == Edition.id).where(ranked.c.rank <= 3)
    return session.scalars(latest.order_by(Edition.window_until.desc())).all()


def drafts_of_corrections(session: Session, list_ids: Collection[UUID]) -> Sequence[Edition]:
    """Corrections that nobody has approved yet."""
    drafts = select(Edition).where(
        Edition.list_id.in_(list_ids),
        Edition.state == EditionState.DRAFT,
        Edition.corrects_id.is_not(None),
    )
    return session.scalars(drafts.order_by(Edition.id)).all()


def corrections_of(session: Session, edition_id: UUID) -> Sequence[Edition]:
    """The editions that correct this one, withdrawn ones aside, oldest first."""
    found = select(Edition).where(
        Edition.corrects_id == edition_id, Edition.state != EditionState.WITHDRAWN
    )
    return session.scalars(found.order_by(Edition.id)).all()
