"""The facts that Health and the alarms are made from, read in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from digest.clock import zone
from digest.domain.quiet_hours import WhoseClock
from digest.domain.states import FINAL_DELIVERY_STATES, CampaignState, DeliveryState
from digest.operate.facts import CampaignFacts, Facts, RunFacts
from digest.schedule.quiet import quiet_until
from digest.store import audit
from digest.store.campaigns import totals_of
from digest.store.domain_checks import domain_checks_now
from digest.store.engine import Session
from digest.store.heartbeats import all_heartbeats
from digest.store.lists import MailingList, lists_by_id
from digest.store.relays import all_relays
from digest.store.runs import troubled_runs
from digest.store.samples import still_since
from digest.store.sources import all_sources
from digest.store.throttles import throttles_in_force
from digest.store.watched import Watched, watched_campaigns

LOOK_BACK = timedelta(days=1)
SERVICE = "service"


def service_facts(session: Session, now: datetime) -> Facts:
    """What is running, what ended within a day, and how those who do the work are."""
    lists = lists_by_id(session)
    throttles = throttles_in_force(session)
    database_time, domains = domain_checks_now(session)
    watched = watched_campaigns(session, now - LOOK_BACK, now)
    return Facts(
        heartbeats=all_heartbeats(session),
        database_time=database_time,
        relays=all_relays(session),
        throttles=throttles,
        sources=all_sources(session),
        campaigns=_campaigns(session, watched, lists, now, is_limited=bool(throttles)),
        runs=[
            RunFacts(run, lists[run.list_id].name, zone(lists[run.list_id].timezone))
            for run in troubled_runs(session, now - LOOK_BACK)
        ],
        domains=domains,
    )


def _campaigns(
    session: Session,
    watched: Sequence[Watched],
    lists: Mapping[UUID, MailingList],
    now: datetime,
    *,
    is_limited: bool,
) -> list[CampaignFacts]:
    campaigns = [one.campaign for one in watched]
    ids = [one.id for one in campaigns]
    sums = totals_of(session, ids)
    halted = [str(one.id) for one in campaigns if one.state is CampaignState.PAUSED]
    paused = audit.last_of(session, "campaign", halted, "paused") if halted else {}
    sending = [one.id for one in campaigns if one.state is CampaignState.SENDING]
    still = still_since(session, {id_: _done(sums[id_].counts) for id_ in sending})
    return [
        CampaignFacts(
            campaign=one,
            name=f"{lists[one.list_id].name} no. {found.number}",
            counts=sums[one.id].counts,
            next_due=sums[one.id].next_due,
            stuck_since=still.get(one.id),
            is_explained=is_limited or _is_quiet(lists[one.list_id], now),
            complaints=found.complaints,
            bounced=found.bounced,
            bounced_by_us=found.bounced_by_us,
            paused_by_service=str(one.id) in paused and paused[str(one.id)].actor == SERVICE,
        )
        for found, one in zip(watched, campaigns, strict=True)
    ]


def _done(counts: Mapping[DeliveryState, int]) -> int:
    return sum(counts[state] for state in FINAL_DELIVERY_STATES)


def _is_quiet(home: MailingList, now: datetime) -> bool:
    """Whether quiet hours may hold it up."""
    hours = home.quiet_hours
    if hours is None:
        return False
    by_each = hours.by is WhoseClock.SUBSCRIBER
    return by_each or quiet_until(hours, home.timezone, now) is not None
