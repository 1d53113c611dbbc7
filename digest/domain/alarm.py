"""Alarms: the kinds that there are, and when an incident begins and ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

QUIET = timedelta(minutes=10)  # all must be well for so long before an incident is over


class AlarmKind(StrEnum):
    """What can be wrong; docs/operations.md has a heading for each."""

    RUN_MISSED = "run missed"
    APPROVAL_MISSING = "approval missing"
    CAMPAIGN_EXPIRED = "campaign expired"
    CAMPAIGN_LATE = "campaign late"
    CAMPAIGN_STALLED = "campaign stalled"
    CAMPAIGN_PAUSED = "campaign paused by the service"
    MANY_REFUSED = "many refused"
    MANY_COMPLAINTS = "many complaints"
    BOUNCED_BY_US = "mail comes back because of us"
    UNCERTAIN = "deliveries uncertain"
    DOMAIN_FAILS = "domain fails"
    NO_RELAY = "no relay"
    RELAY_FAILS = "relay fails"
    SOURCE_FAILS = "source fails"
    SOURCE_SILENT = "source silent"
    NO_BEAT = "no beat"
    NO_WORKER = "no worker"
    BROKER_AWAY = "broker away"
    CLOCK_WRONG = "clock wrong"
    DISK_FULL = "disk nearly full"


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in a sentence, and what to do about it."""

    kind: AlarmKind
    subject: str
    sentence: str
    remedy: str

    @property
    def key(self) -> tuple[AlarmKind, str]:
        return self.kind, self.subject


class Incident(Protocol):
    """What a decision needs to know of an open alarm."""

    kind: AlarmKind
    subject: str
    cleared_at: datetime | None


AnIncident = TypeVar("AnIncident", bound=Incident)


@dataclass(frozen=True, slots=True)
class Changes(Generic[AnIncident]):
    """What has to be written."""

    begin: tuple[Finding, ...]  # a new incident, told once
    clear: tuple[AnIncident, ...]  # all is well now; not over yet
    again: tuple[AnIncident, ...]  # it came back before it was over: the same incident
    end: tuple[AnIncident, ...]  # it has been well for long enough, told once


def decide_alarms(
    findings: Iterable[Finding], incidents: Sequence[AnIncident], now: datetime
) -> Changes[AnIncident]:
    """Compare what is wrong at ``now`` with the incidents that are open."""
    wrong = {finding.key: finding for finding in findings}
    known = {(incident.kind, incident.subject) for incident in incidents}
    well = [one for one in incidents if (one.kind, one.subject) not in wrong]
    return Changes(
        begin=tuple(finding for key, finding in wrong.items() if key not in known),
        clear=tuple(one for one in well if one.cleared_at is None),
        again=tuple(
            one
            for one in incidents
            if (one.kind, one.subject) in wrong and one.cleared_at is not None
        ),
        end=tuple(one for one in well if one.cleared_at and now - one.cleared_at >= QUIET),
    )
