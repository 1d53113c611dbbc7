"""Put an approved edition on its way: its campaign begins when it is due."""

from datetime import datetime
from uuid import UUID

from digest.actions.segments import segment_words
from digest.domain.errors import Illegal
from digest.domain.states import EditionState, RunState
from digest.store import audit
from digest.store.campaigns import Campaign, campaign_of_edition
from digest.store.editions import Edition, lock_edition
from digest.store.engine import Database, Session
from digest.store.lists import get_list
from digest.store.runs import lock_run


def schedule_campaign(
    db: Database,
    edition_id: UUID,
    *,
    due_at: datetime,
    segment: str | None = None,
    now: datetime,
    actor: str,
) -> UUID:
    """Make the campaign of an approved edition, due at ``due_at``; an edition has one at most.

    It goes to those of the list whom ``segment`` means: its words, or the name under which the list
    has it; ``Illegal`` where that can't be read.
    """
    with db.begin() as session:
        edition = lock_edition(session, edition_id)
        return make_campaign(session, edition, due_at, now, actor, segment)


def make_campaign(
    session: Session,
    edition: Edition,
    due_at: datetime,
    now: datetime,
    actor: str,
    segment: str | None = None,
) -> UUID:
    """The same within a transaction that has locked the edition. A run's own segment holds where
    none is given."""
    existing = campaign_of_edition(session, edition.id)
    if existing is not None:
        raise Illegal(f"This edition has a campaign already: {existing.id}.")
    if edition.state is not EditionState.APPROVED:
        raise Illegal(f"This edition is {edition.state}; only an approved one can be sent.")
    mailing_list = get_list(session, edition.list_id)
    run = lock_run(session, edition.run_id) if edition.run_id is not None else None
    segment = segment_words(session, edition.list_id, segment or (run.segment if run else None))
    campaign = Campaign(
        edition_id=edition.id,
        list_id=edition.list_id,
        due_at=due_at,
        expires_after=mailing_list.expires_after,
        doubt_policy=mailing_list.doubt_policy,
        segment=segment,
        created_at=now,
        created_by=actor,
    )
    session.add(campaign)
    session.flush()
    if run is not None:
        run.move(RunState.IN_CAMPAIGN, now)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="scheduled",
        noun="campaign",
        noun_id=campaign.id,
        after={"edition": str(edition.id), "due_at": due_at.isoformat(), "segment": segment},
    )
    return campaign.id
