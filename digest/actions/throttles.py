"""Throttles: rates of campaigns, relays and recipient domains, and warm-ups; changed while
sending."""

from datetime import datetime
from uuid import UUID

from digest.domain.address import ascii_domain
from digest.domain.errors import Illegal, NotFound
from digest.domain.rate import EACH_DOMAIN, Key, Scope, parse_rate
from digest.domain.states import CampaignState
from digest.domain.warm_up import WarmUp
from digest.store import audit
from digest.store.campaigns import lock_campaign
from digest.store.engine import Database, Session
from digest.store.holds import release_batches
from digest.store.relays import find_relay
from digest.store.throttles import Throttle, find_throttle, have_throttle

ENDED = (CampaignState.DONE, CampaignState.CANCELLED)


def set_domain_rate(
    db: Database, domain: str, rate: str | None, *, now: datetime, actor: str
) -> str | None:
    """Let no more mail go to a recipient domain (``*``: to each one without its own) than ``rate``
    says; None takes the limit away, and what the domain has asked for. Gives the rate as it is
    kept."""
    name = domain if domain == EACH_DOMAIN else ascii_domain(domain)
    spelled = str(parse_rate(rate)) if rate else None
    with db.begin() as session:
        key = (Scope.DOMAIN, name)
        if spelled is None and find_throttle(session, key) is None:
            raise NotFound(f"There is no limit for {name}; see `digest throttle list`.")
        row = have_throttle(session, key)
        before = _shown(row)
        row.rate, row.free_at, row.slowdown = spelled, None, None
        _note(session, row, before, now, actor)
        release_batches(session, now)
    return spelled


def set_relay_rate(
    db: Database, name: str, rate: str | None, *, now: datetime, actor: str
) -> str | None:
    """Let no more mail go through a relay than ``rate`` says; None takes the limit away, and what
    the relay has asked for. Gives the rate as it is kept."""
    spelled = str(parse_rate(rate)) if rate else None
    with db.begin() as session:
        row = have_throttle(session, relay_key(session, name))
        before = _shown(row)
        row.rate, row.free_at, row.slowdown = spelled, None, None
        _note(session, row, before, now, actor)
    return spelled


def set_campaign_rate(
    db: Database, campaign_id: UUID, rate: str | None, *, now: datetime, actor: str
) -> str | None:
    """Send no more mail of one campaign than ``rate`` says, until it ends; None takes the limit
    away. Gives the rate as it is kept."""
    spelled = str(parse_rate(rate)) if rate else None
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        if campaign.state in ENDED:
            raise Illegal(f"This campaign is {campaign.state}; there is nothing to slow down.")
        row = have_throttle(session, (Scope.CAMPAIGN, str(campaign_id)))
        before, row.rate, row.free_at = row.rate, spelled, None
        audit.record(
            session,
            now=now,
            actor=actor,
            action="slowed down" if spelled else "let go at full speed",
            noun="campaign",
            noun_id=campaign_id,
            before={"rate": before},
            after={"rate": spelled},
        )
    return spelled


def set_warm_up(
    db: Database, name: str, warm_up: WarmUp | None, *, now: datetime, actor: str
) -> None:
    """Let a new relay send little on its first day and more on each day after; None ends that."""
    with db.begin() as session:
        row = have_throttle(session, relay_key(session, name))
        before = _shown(row)
        row.warm_up, row.day, row.day_taken = warm_up, 0, 0
        _note(session, row, before, now, actor)


def relay_key(session: Session, name: str) -> Key:
    return Scope.RELAY, str(find_relay(session, name).id)


def _shown(row: Throttle) -> dict[str, object]:
    return {
        "rate": row.rate,
        "warm_up": row.warm_up and f"{row.warm_up.first} x {row.warm_up.factor:g} a day",
        "slowed_down": row.slowdown and row.slowdown.why,
    }


def _note(
    session: Session, row: Throttle, before: dict[str, object], now: datetime, actor: str
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action="throttled",
        noun="throttle",
        noun_id=f"{row.scope}:{row.name}",
        before=before,
        after=_shown(row),
    )
