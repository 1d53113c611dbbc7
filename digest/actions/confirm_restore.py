"""An operator has looked at a restored database: what was forgotten is done again, what may have
gone out is in doubt, and sending goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.actions.replay_departures import replay_departures
from digest.actions.send_epoch import refusal
from digest.departures import Kind
from digest.domain.errors import Illegal
from digest.domain.states import OPEN_DELIVERY_STATES, CampaignState
from digest.settings import Settings
from digest.store import audit
from digest.store.campaigns import campaigns_in, totals_of
from digest.store.engine import Database
from digest.store.epoch import end_restore, raise_epoch, read_epoch
from digest.store.lists import lists_by_id
from digest.store.recovery import doubt_due
from digest.store.runs import open_runs
from digest.witness import Witness

_GOES_ON = (CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.PAUSED)
IN_DOUBT = "the database was restored; it may have gone out after the backup"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """From which epoch sending goes on, what was done again, and how many may get a copy."""

    epoch: int
    replayed: Mapping[Kind, int]
    possible_copies: int


def what_goes_on(db: Database, now: datetime) -> list[str]:
    """What a restored database would send, in sentences: all of it may have gone out already."""
    with db.read() as session:
        slugs = {id_: one.slug for id_, one in lists_by_id(session).items()}
        waiting = campaigns_in(session, *_GOES_ON)
        sums = totals_of(session, [one.id for one in waiting])
        said = [
            f"campaign {one.id} of {slugs[one.list_id]}, {one.state}: "
            f"{sum(sums[one.id].counts[state] for state in OPEN_DELIVERY_STATES):,} of "
            f"{one.roster:,} deliveries are open"
            for one in waiting
        ]
        said += [
            f"the run of {slugs[run.list_id]} ({run.stream}) of {run.scheduled_at:%Y-%m-%d %H:%M} "
            "UTC is due again"
            for run in open_runs(session)
            if run.scheduled_at <= now
        ]
    return said


def confirm_restore(db: Database, settings: Settings, *, now: datetime, actor: str) -> Confirmed:
    """Let a database send again; ``Illegal`` where nothing was restored."""
    witness = Witness(settings)
    if refusal(db, witness) is None:
        raise Illegal("Nothing was restored: this database is up with all that was sent from it.")
    replayed = replay_departures(db, settings, now=now, actor=actor)
    with db.begin() as session:
        before = read_epoch(session)
        was, restored_from = before.epoch, before.restored_from
        running = campaigns_in(session, CampaignState.SENDING, CampaignState.PAUSED)
        copies = sum(doubt_due(session, campaign, IN_DOUBT, now) for campaign in running)
        raised = raise_epoch(session, above=witness.seen(before.database_id))
        end_restore(session)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="confirmed a restore",
            noun="database",
            noun_id=raised.database_id,
            before={
                "epoch": was,
                "restored_from": restored_from.isoformat() if restored_from else None,
            },
            after={"epoch": raised.epoch, "possible_copies": copies},
        )
    witness.note(raised.database_id, raised.epoch)
    return Confirmed(raised.epoch, replayed, copies)
