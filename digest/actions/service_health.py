"""How the service is: everything that Health shows, with what is wrong first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.actions.list_throttles import ThrottleView, throttle_views
from digest.actions.service_facts import LOOK_BACK, service_facts
from digest.domain.alarm import Finding
from digest.domain.feedback import Effect, Evidence
from digest.operate.facts import Facts
from digest.operate.findings import alive, findings
from digest.store.alarms import Alarm, recent_alarms
from digest.store.engine import Database
from digest.store.feedback import count_effects
from digest.store.heartbeats import Heartbeat
from digest.store.leases import held_now

SHOWN_FOR = timedelta(days=7)
MOST_ALARMS = 50


@dataclass(frozen=True, slots=True)
class Leases:
    """What senders hold now."""

    held: int
    expired: int


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong, and how each part is."""

    findings: Sequence[Finding]
    facts: Facts
    alive: Sequence[Heartbeat]
    queues: Mapping[str, int] | None  # messages that wait, by queue; None: no beat could ask
    leases: Leases
    alarms: Sequence[Alarm]
    limits: Sequence[ThrottleView]
    feedback: Mapping[tuple[Evidence, Effect], int]  # what came back within a day


def service_health(db: Database, now: datetime) -> Health:
    """All of it, in a dozen queries."""
    with db.read() as session:
        facts = service_facts(session, now)
        held, expired = held_now(session)
        alarms = recent_alarms(session, now - SHOWN_FOR, MOST_ALARMS)
        feedback = count_effects(session, now - LOOK_BACK)
    living = alive(facts)
    asked = [one.queues for one in living if one.queues is not None]
    return Health(
        findings=findings(facts, now),
        facts=facts,
        alive=living,
        queues=asked[0] if asked else None,
        leases=Leases(held, expired),
        alarms=alarms,
        feedback=feedback,
        limits=throttle_views(facts.throttles, facts.relays, facts.database_time, now),
    )
