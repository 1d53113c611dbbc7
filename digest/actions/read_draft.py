"""An edition as its page at the desk shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.show_edition import EditionView, view_of
from digest.actions.undo_change import redoable, undoable
from digest.actions.view_edition import view_url
from digest.domain.changes import Change
from digest.domain.states import Approval, CampaignState, EditionState, RunState
from digest.settings import Settings
from digest.store.briefs import briefs_arrived
from digest.store.campaigns import campaign_of_edition
from digest.store.desk_editions import corrections_of
from digest.store.edition_changes import changes_since
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, get_list
from digest.store.runs import find_run

MOST_ARRIVALS = 50


@dataclass(frozen=True, slots=True)
class Rejection:
    """Who sent a draft back, when and why."""

    by: str
    at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A brief that came in after the draft's window closed."""

    id: UUID
    title: str
    source: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class DeskEdition:
    """What an editor has to know of an edition to work on it."""

    view: EditionView
    list_name: str
    timezone: str  # of the list
    approval: Approval
    run_at: datetime | None
    run_state: RunState | None
    run_reason: str | None
    rejection: Rejection | None
    undo: Change | None  # what would be taken back
    redo: Change | None
    arrivals: tuple[Arrival, ...]
    campaign: tuple[UUID, CampaignState] | None
    corrects_id: UUID | None
    corrections: tuple[tuple[UUID, EditionState], ...]
    retracted_at: datetime | None
    correction: str | None
    public_url: str

    @property
    def is_draft(self) -> bool:
        return self.view.state is EditionState.DRAFT

    @property
    def is_out(self) -> bool:
        """Whether somebody has got it, or is about to."""
        return self.campaign is not None and self.campaign[1] is not CampaignState.SCHEDULED


def read_draft(db: Database, settings: Settings, edition_id: UUID, now: datetime) -> DeskEdition:
    """The edition, its run, what can be taken back, and what came in since."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        mailing_list = get_list(session, edition.list_id)
        run = find_run(session, edition.run_id) if edition.run_id else None
        campaign = campaign_of_edition(session, edition.id)
        is_draft = edition.state is EditionState.DRAFT
        rows = changes_since(session, edition.id) if is_draft else []
        undo, redo = next(iter(undoable(rows)), None), redoable(rows)
        return DeskEdition(
            view=view_of(edition, mailing_list.slug),
            list_name=mailing_list.name,
            timezone=mailing_list.timezone,
            approval=mailing_list.approval,
            run_at=run.scheduled_at if run else None,
            run_state=run.state if run else None,
            run_reason=run.reason if run else None,
            rejection=_rejection(edition),
            undo=undo.change if undo else None,
            redo=redo.inverse if redo else None,
            arrivals=_arrivals(session, edition, mailing_list, now) if is_draft else (),
            campaign=(campaign.id, campaign.state) if campaign else None,
            corrects_id=edition.corrects_id,
            corrections=tuple((it.id, it.state) for it in corrections_of(session, edition.id)),
            retracted_at=edition.retracted_at,
            correction=edition.correction,
            public_url=view_url(settings, edition),
        )


def _rejection(edition: Edition) -> Rejection | None:
    if edition.rejected_at is None:
        return None
    return Rejection(edition.rejected_by or "", edition.rejected_at, edition.rejected_because or "")


def _arrivals(
    session: Session, edition: Edition, mailing_list: MailingList, now: datetime
) -> tuple[Arrival, ...]:
    sources = [feed.source_id for feed in mailing_list.feeds]
    rows = briefs_arrived(session, sources, edition.window_until, now)
    held = {brief.id for brief in edition.content.briefs}
    known = held | {it.id for it in edition.excluded}
    return tuple(
        Arrival(row.id, row.title, row.source.name, row.arrived_at)
        for row in reversed(rows[-MOST_ARRIVALS:])
        if row.id not in known
    )
