"""Take in one thing that came back: whose it is, what it leads to, once and in one transaction."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.attribute_feedback import Attribution, attribute
from digest.actions.feedback_effects import Case, apply_effect
from digest.domain.feedback import Effect, Evidence, FeedbackClass, Finding, Received
from digest.domain.ids import uuid7
from digest.feedback.policy import decide_effect
from digest.log import get_logger
from digest.settings import Settings
from digest.store.engine import Database, Session
from digest.store.feedback import FeedbackEvent, add_event
from digest.tokens import Tokens

MOST_RAW = 200_000  # bytes of a mail that are kept
_ACTIVE = frozenset(Effect) - {Effect.IGNORED, Effect.REVIEW, Effect.QUARANTINED}
_GRAVITY = (FeedbackClass.COMPLAINT, FeedbackClass.HARD, FeedbackClass.SOFT, FeedbackClass.OTHER)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. ``applied``: it changed something, now."""

    event: UUID | None
    attributed: UUID | None
    evidence: Evidence
    effect: Effect
    applied: bool


def receive_feedback(
    db: Database, settings: Settings, received: Received, *, now: datetime
) -> Taken:
    """Apply what came back; what was received before changes nothing."""
    tokens = Tokens(settings.secret)
    with db.begin() as session:
        return _receive(session, tokens, received, now)


def _receive(session: Session, tokens: Tokens, received: Received, now: datetime) -> Taken:
    whose = attribute(session, tokens, received, now)
    finding = _about(whose, received.findings)
    effect = decide_effect(finding, whose.evidence) if finding else Effect.IGNORED
    if received.is_broken:
        effect = Effect.QUARANTINED
    if effect in _ACTIVE and whose.subscriber is None:
        effect = Effect.REVIEW  # proven, but there is nobody left whom it could be about
    event = FeedbackEvent(
        id=uuid7(),
        key=f"{received.channel}:{received.key}",
        channel=received.channel,
        at=now,
        evidence=whose.evidence,
        effect=effect,
        delivery_id=whose.delivery_id,
        subscriber_id=whose.subscriber.id if whose.subscriber else None,
        findings=received.findings[:20],
        raw=zlib.compress(received.raw[:MOST_RAW]) if effect is not Effect.IGNORED else None,
    )
    if whose.evidence is Evidence.FORGED:
        log.warning("forged return path", channel=received.channel)
    if not add_event(session, event):
        return Taken(None, whose.delivery_id, whose.evidence, effect, applied=False)
    applied = effect in _ACTIVE
    if applied and finding is not None and whose.subscriber is not None:
        case = Case(session, event.id, finding, whose.delivery, whose.subscriber, now)
        apply_effect(effect, case)
    return Taken(event.id, whose.delivery_id, whose.evidence, effect, applied)


def _about(whose: Attribution, findings: tuple[Finding, ...]) -> Finding | None:
    """The finding that is about this reader: the one that names them, else the only one, else
    the least grave, since a mail of ours has one reader."""
    mine = {
        one.lower()
        for one in (
            whose.delivery.address if whose.delivery else None,
            whose.subscriber.address if whose.subscriber else None,
        )
        if one
    }
    for one in findings:
        if mine & {(one.address or "").lower(), (one.also or "").lower()}:
            return one
    return max(findings, key=lambda one: _GRAVITY.index(one.kind), default=None)
