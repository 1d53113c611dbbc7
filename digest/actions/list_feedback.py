"""What came back, the latest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.domain.feedback import Effect
from digest.store.engine import Database
from digest.store.feedback import FeedbackEvent, latest_events


@dataclass(frozen=True, slots=True)
class Listed:
    """One event in short: the first of its findings."""

    event: UUID
    at: datetime
    channel: str
    address: str | None
    kind: str | None
    reason: str | None
    status: str | None
    reply: str | None
    evidence: str
    effect: str
    delivery: UUID | None
    undone_at: datetime | None


def list_feedback(
    db: Database, *, effect: Effect | None = None, limit: int = 50
) -> tuple[Listed, ...]:
    """The latest ``limit`` events."""
    with db.read() as session:
        return tuple(in_short(event) for event in latest_events(session, limit, effect))


def in_short(event: FeedbackEvent) -> Listed:
    """What a screen shows of an event."""
    first = event.findings[0] if event.findings else None
    return Listed(
        event=event.id,
        at=event.at,
        channel=event.channel,
        address=first.address if first else None,
        kind=first.kind.value if first else None,
        reason=first.reason.value if first else None,
        status=first.status if first else None,
        reply=first.reply if first else None,
        evidence=event.evidence.value,
        effect=event.effect.value,
        delivery=event.delivery_id,
        undone_at=event.undone_at,
    )
