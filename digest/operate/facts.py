"""The rows that a look at the service's health is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.domain.states import DeliveryState
from digest.store.campaigns import Campaign
from digest.store.domain_checks import DomainCheck
from digest.store.heartbeats import Heartbeat
from digest.store.relays import Relay
from digest.store.runs import Run
from digest.store.sources import Source
from digest.store.throttles import Throttle


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign that runs, or ended a day ago at most."""

    campaign: Campaign
    name: str  # list and number
    counts: Mapping[DeliveryState, int]
    next_due: datetime | None
    stuck_since: datetime | None  # when the last delivery was done, where that was long ago
    is_explained: bool = False  # a rate or quiet hours hold it up
    paused_by_service: bool = False
    complaints: int = 0
    bounced: int = 0  # mails that a relay took and somebody returned
    bounced_by_us: int = 0  # mails that came back for a reason that is ours


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run that was missed or waits."""

    run: Run
    list_name: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Facts:
    """All that ``findings`` looks at, read in one transaction."""

    heartbeats: Sequence[Heartbeat]
    database_time: datetime
    relays: Sequence[Relay]
    throttles: Sequence[Throttle]
    sources: Sequence[Source]
    campaigns: Sequence[CampaignFacts]
    runs: Sequence[RunFacts]
    domains: Sequence[DomainCheck] = ()
