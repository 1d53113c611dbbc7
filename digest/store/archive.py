"""What of a list's editions stands in its public archive."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from digest.domain.states import EditionState, Stream
from digest.store.editions import Edition


def sent_editions(
    session: Session, list_id: UUID, stream: Stream, limit: int, *, before: int | None = None
) -> Sequence[Edition]:
    """The editions that were sent to a list and not retracted, newest first, with a correction in
    the place of what it corrects; with ``before`` those of lower numbers alone."""
    sent = select(Edition).where(
        Edition.list_id == list_id,
        Edition.stream == stream,
        Edition.state == EditionState.SENT,
        Edition.retracted_at.is_(None),
        ~_is_corrected(),
    )
    if before is not None:
        sent = sent.where(Edition.number < before)
    return session.scalars(sent.order_by(Edition.number.desc()).limit(limit)).all()


def sent_edition(session: Session, list_id: UUID, stream: Stream, number: int) -> Edition | None:
    """The edition of that number that was sent to a list, or its correction."""
    return session.scalars(
        select(Edition)
        .where(
            Edition.list_id == list_id,
            Edition.stream == stream,
            Edition.number == number,
            Edition.state == EditionState.SENT,
            ~_is_corrected(),
        )
        .order_by(Edition.retracted_at.is_not(None), Edition.id.desc())
    ).first()


def _is_corrected() -> ColumnElement[bool]:
    """Whether a correction of an edition was sent, and not retracted."""
    correction = aliased(Edition)
    return exists().where(
        correction.corrects_id == Edition.id,
        correction.state == EditionState.SENT,
        correction.retracted_at.is_(None),
    )
