"""Relays, rates and signing keys: where mail is handed over, how fast, and signed by what."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, Field

from digest.actions.list_signing_keys import list_signing_keys
from digest.actions.list_throttles import ThrottleView, list_throttles
from digest.actions.relays import MOST_CONNECTIONS, MOST_WEIGHT, add_relay, change_relay
from digest.actions.throttles import set_campaign_rate, set_domain_rate, set_relay_rate
from digest.clock import utc_now
from digest.domain.relay import check_remote
from digest.domain.signing_key import KeyAlgorithm
from digest.store.relays import Relay, all_relays, find_relay
from digest.web.api.guards import ByCaller
from digest.web.api.paging import Page
from digest.web.api.words import Asked, Line
from digest.web.site import Here

Name = Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Domain = Annotated[str, Path(min_length=1, max_length=253, pattern=r"^[^\x00-\x1f\x7f]+$")]
Rate = Annotated[str, Field(max_length=30, description="20/s, 1200/min, 5000/h or 50000/day.")]


class RelayDocument(BaseModel):
    """Where mail is handed over, and how that goes."""

    name: str
    url: str = Field(description="Without its password.")
    enabled: bool
    weight: int
    connections: int | None
    failures: int
    error: str | None
    resting_until: datetime | None


class Address(Asked):
    """An SMTP server, with a password where it needs one."""

    url: Line


class Use(Asked):
    """How a relay is used; what is left out stays."""

    enabled: bool | None = None
    weight: Annotated[int, Field(ge=0, le=MOST_WEIGHT)] | None = None
    connections: Annotated[int, Field(ge=0, le=MOST_CONNECTIONS)] | None = Field(
        None, description="Over all senders; 0: any number."
    )


class Limit(Asked):
    """The most mails in a time; null takes the limit away."""

    rate: Rate | None


class Kept(BaseModel):
    """The limit as it is kept."""

    rate: str | None


class KeyDocument(BaseModel):
    """A DKIM key, and the TXT record that belongs in DNS."""

    domain: str
    selector: str
    algorithm: KeyAlgorithm
    state: Literal["new", "scheduled", "signing", "replaced", "retired"]
    created: datetime
    active_from: datetime | None
    retired: datetime | None
    record_name: str
    record_value: str


def list_relays(site: Here) -> Page[RelayDocument]:
    """All relays."""
    with site.db.read() as session:
        return Page(items=[_relay(row) for row in all_relays(session)], next=None)


def put_relay(site: Here, caller: ByCaller, relay_name: Name, ask: Address) -> RelayDocument:
    """Add a relay, or give one another address; its password is kept sealed."""
    check_remote(ask.url)
    add_relay(
        site.db, site.settings, name=relay_name, url=ask.url, now=utc_now(), actor=caller.actor
    )
    return _show(site, relay_name)


def use_relay(site: Here, caller: ByCaller, relay_name: Name, ask: Use) -> RelayDocument:
    """Change how a relay is used; it acts within seconds."""
    now_is = _show(site, relay_name)
    given = ask.model_dump(exclude_none=True)
    values = now_is.model_dump(include={"enabled", "weight", "connections"}) | given
    values["connections"] = values["connections"] or None
    change_relay(site.db, name=relay_name, **values, now=utc_now(), actor=caller.actor)
    return _show(site, relay_name)


def limit_relay(site: Here, caller: ByCaller, relay_name: Name, ask: Limit) -> Kept:
    """Limit how much mail goes through a relay, over all senders."""
    kept = set_relay_rate(site.db, relay_name, ask.rate, now=utc_now(), actor=caller.actor)
    return Kept(rate=kept)


def list_limits(site: Here) -> Page[ThrottleView]:
    """All limits in force, of relays, campaigns and recipient domains, and why."""
    return Page(items=list_throttles(site.db, utc_now()), next=None)


def limit_domain(site: Here, caller: ByCaller, domain: Domain, ask: Limit) -> Kept:
    """Limit how much mail goes to a recipient domain; `*` is each without a limit of its own."""
    kept = set_domain_rate(site.db, domain, ask.rate, now=utc_now(), actor=caller.actor)
    return Kept(rate=kept)


def limit_campaign(site: Here, caller: ByCaller, campaign_id: UUID, ask: Limit) -> Kept:
    """Slow a campaign down, until it ends; others go on as they do."""
    kept = set_campaign_rate(site.db, campaign_id, ask.rate, now=utc_now(), actor=caller.actor)
    return Kept(rate=kept)


def list_keys(site: Here) -> Page[KeyDocument]:
    """The signing keys of all domains, and what belongs in DNS."""
    keys = [
        KeyDocument(
            domain=key.domain,
            selector=key.selector,
            algorithm=key.algorithm,
            state=state,
            created=key.created_at,
            active_from=key.active_from,
            retired=key.retired_at,
            record_name=key.record.name,
            record_value=key.record.value,
        )
        for key, state in list_signing_keys(site.db, None, utc_now())
    ]
    return Page(items=keys, next=None)


def _show(site: Here, name: str) -> RelayDocument:
    with site.db.read() as session:
        return _relay(find_relay(session, name))


def _relay(row: Relay) -> RelayDocument:
    return RelayDocument(
        name=row.name,
        url=row.url,
        enabled=row.enabled,
        weight=row.weight,
        connections=row.connections,
        failures=row.failures,
        error=row.error,
        resting_until=row.resting_until,
    )
