"""After an edition was sent: correct it by a mail to those who got it, and in the archive."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from digest.actions.edition_locks import hold_edition
from digest.domain.errors import Illegal
from digest.domain.states import CampaignState, EditionState
from digest.store import audit
from digest.store.campaigns import campaign_of_edition, refuse_if_forgotten
from digest.store.desk_editions import corrections_of
from digest.store.editions import Edition
from digest.store.engine import Database, Session

LONGEST_MARK = 1_000
_BEGUN = (
    CampaignState.SENDING,
    CampaignState.PAUSED,
    CampaignState.DONE,
    CampaignState.CANCELLED,
)


def draft_correction(db: Database, edition_id: UUID, *, now: datetime, actor: str) -> UUID:
    """A draft with the words of an edition that was sent, to be put right; gives its id.

    It has the same number, and its campaign goes to exactly those whom the first one reached. The
    first one's campaign must have ended; ``Illegal`` where it hasn't, or a correction is under way.
    """
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        _refuse_correction(session, edition)
        content = edition.content
        correction = Edition(
            list_id=edition.list_id,
            run_id=None,
            stream=edition.stream,
            number=edition.number,
            window_after=edition.window_after,
            window_until=edition.window_until,
            content=replace(content, subject=f"Correction: {content.subject}", more=()),
            excluded=(),
            built_at=now,
            edited_at=now,
            edited_by=actor,
            corrects_id=edition.id,
        )
        session.add(correction)
        session.flush()
        said: dict[str, str | None] = {"corrects": str(edition.id)}
        _note(session, correction, "drafted a correction", now, actor, said)
        return correction.id


def mark_corrected(db: Database, edition_id: UUID, *, note: str, now: datetime, actor: str) -> None:
    """Have the edition's page in the archive say what was wrong; an empty note unsays it."""
    mark = " ".join(note.split())
    if len(mark) > LONGEST_MARK:
        raise Illegal(f"The note has {len(mark):,} characters; it may have {LONGEST_MARK:,}.")
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        _refuse_unless_public(edition)
        before = {"correction": edition.correction}
        edition.correction = mark or None
        _note(session, edition, "marked", now, actor, {"correction": edition.correction}, before)


def retract_edition(
    db: Database, edition_id: UUID, *, retracted: bool, now: datetime, actor: str
) -> None:
    """Take an edition's page out of the archive, or put it back."""
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        _refuse_unless_public(edition)
        edition.retracted_at = now if retracted else None
        _note(session, edition, "retracted" if retracted else "put back", now, actor, None)


def _refuse_correction(session: Session, edition: Edition) -> None:
    campaign = campaign_of_edition(session, edition.id)
    if edition.corrects_id is not None:
        raise Illegal("This is a correction itself; correct the number that it corrects.")
    if campaign is None or campaign.state not in _BEGUN:
        raise Illegal(f"No. {edition.number} was not sent to anybody; change or withdraw it.")
    if campaign.state in (CampaignState.SENDING, CampaignState.PAUSED):
        raise Illegal(f"No. {edition.number} is still being sent; cancel its campaign first.")
    refuse_if_forgotten(campaign)  # it goes to exactly those whom the first one reached
    if any(it.state is not EditionState.SENT for it in corrections_of(session, edition.id)):
        raise Illegal(f"A correction of No. {edition.number} is under way already.")


def _refuse_unless_public(edition: Edition) -> None:
    if edition.state not in (EditionState.APPROVED, EditionState.SENT):
        raise Illegal(f"No. {edition.number} is {edition.state}: it has no page in the archive.")


def _note(
    session: Session,
    edition: Edition,
    action: str,
    now: datetime,
    actor: str,
    after: dict[str, str | None] | None,
    before: dict[str, str | None] | None = None,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="edition",
        noun_id=edition.id,
        before=before,
        after=after,
    )
