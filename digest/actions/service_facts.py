"""The facts that Health and the alarms are made from, read in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from digest.clock import zone
from digest.domain.states import FINAL_DELIVERY_STATES, CampaignState
from digest.operate.facts import CampaignFacts, Facts, RunFacts
from digest.store import audit
from digest.store.campaigns import Campaign, counts_of, next_due, watched_campaigns
from digest.store.editions import numbers_of
from digest.store.engine import Session
from digest.store.heartbeats import all_heartbeats, database_time
from digest.store.lists import all_lists
from digest.store.relays import all_relays
from digest.store.runs import troubled_runs
from digest.store.samples import still_since
from digest.store.sources import all_sources

LOOK_BACK = timedelta(days=1)
SERVICE = "service"


def service_facts(session: Session, now: datetime) -> Facts:
    """What is running, what ended within a day, and how those who do the work are."""
    lists = {one.id: one for one in all_lists(session)}
    names = {list_id: one.name for list_id, one in lists.items()}
    return Facts(
        heartbeats=all_heartbeats(session),
        database_time=database_time(session),
        relays=all_relays(session),
        sources=all_sources(session),
        campaigns=_campaigns(session, watched_campaigns(session, now - LOOK_BACK), names),
        runs=[
            RunFacts(run, names[run.list_id], zone(lists[run.list_id].timezone))
            for run in troubled_runs(session, now - LOOK_BACK)
        ],
    )


def _campaigns(
    session: Session, campaigns: Sequence[Campaign], names: Mapping[UUID, str]
) -> list[CampaignFacts]:
    counts = counts_of(session, [one.id for one in campaigns])
    numbers = numbers_of(session, [one.edition_id for one in campaigns])
    paused = audit.last_of(session, "campaign", [str(one.id) for one in campaigns], "paused")
    facts = []
    for one in campaigns:
        is_sending = one.state is CampaignState.SENDING
        done = sum(counts[one.id][state] for state in FINAL_DELIVERY_STATES)
        by = paused.get(str(one.id))
        facts.append(
            CampaignFacts(
                campaign=one,
                name=f"{names[one.list_id]} no. {numbers[one.edition_id]}",
                counts=counts[one.id],
                next_due=next_due(session, one.id) if is_sending else None,
                stuck_since=still_since(session, one.id, done) if is_sending else None,
                paused_by_service=by is not None and by.actor == SERVICE,
            )
        )
    return facts
