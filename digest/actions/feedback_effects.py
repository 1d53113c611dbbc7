"""What each effect of feedback changes, in the transaction of the event itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.unsubscribe import end_place
from digest.audience.membership import Left
from digest.deliver.replies import scrubbed
from digest.domain.feedback import Effect, Finding
from digest.domain.states import Feedback, SuppressionReason
from digest.feedback.policy import Past, is_dead
from digest.store.aftermath import note_feedback
from digest.store.audit import record
from digest.store.campaigns import find_campaign
from digest.store.deliveries import Delivery
from digest.store.engine import Session
from digest.store.feedback import Bounce, Complaint, history_of
from digest.store.subscribers import Subscriber, get_subscription
from digest.store.suppressions import get_suppression, suppress

ACTOR = "feedback"  # in the audit
_HISTORY = 60  # mails of a person that are looked at


@dataclass(frozen=True, slots=True)
class Case:
    """What was received, whose it is, and the transaction in which it is applied."""

    session: Session
    event_id: UUID
    finding: Finding
    delivery: Delivery | None
    reader: Subscriber
    now: datetime

    @property
    def campaign_id(self) -> UUID | None:
        return self.delivery.campaign_id if self.delivery else None


def apply_effect(effect: Effect, case: Case) -> None:
    """Do what the policy decided."""
    _EFFECTS[effect](case)


def _hard(case: Case) -> None:
    _note_bounce(case, is_ours=False)
    _suppress(case, SuppressionReason.HARD_BOUNCE)


def _soft(case: Case) -> None:
    _note_bounce(case, is_ours=False)
    case.session.flush()
    history = [
        Past(campaign_id, at, True if failed else bounced, surely)
        for campaign_id, at, failed, bounced, surely in history_of(
            case.session, case.reader.id, _HISTORY
        )
    ]
    if is_dead(history):
        _suppress(case, SuppressionReason.SOFT_BOUNCES)


def _our_fault(case: Case) -> None:
    """It never counts against the reader; where there are many of them, an alarm says so."""
    _note_bounce(case, is_ours=True)


def _complained(case: Case) -> None:
    case.session.add(
        Complaint(
            event_id=case.event_id,
            subscriber_id=case.reader.id,
            delivery_id=case.delivery.id if case.delivery else None,
            campaign_id=case.campaign_id,
            at=case.now,
        )
    )
    if case.delivery is not None:
        note_feedback(case.session, case.delivery, Feedback.COMPLAINED)
    _suppress(case, SuppressionReason.COMPLAINT)


def _left(case: Case) -> None:
    """Off the list that the mail was of; a mail without one can't say which."""
    if case.delivery is None:
        return
    campaign = find_campaign(case.session, case.delivery.campaign_id)
    place = get_subscription(case.session, case.reader.id, campaign.list_id)
    if place is not None:
        end_place(case.session, place, Left.MAIL, case.now, ACTOR)


def _delivered(case: Case) -> None:
    if case.delivery is not None:
        note_feedback(case.session, case.delivery, Feedback.DELIVERED)


_EFFECTS: dict[Effect, Callable[[Case], None]] = {
    Effect.SUPPRESSED: _hard,
    Effect.COUNTED: _soft,
    Effect.OUR_FAULT: _our_fault,
    Effect.COMPLAINED: _complained,
    Effect.LEFT: _left,
    Effect.DELIVERED: _delivered,
}


def _note_bounce(case: Case, *, is_ours: bool) -> None:
    finding = case.finding
    case.session.add(
        Bounce(
            event_id=case.event_id,
            subscriber_id=case.reader.id,
            delivery_id=case.delivery.id if case.delivery else None,
            campaign_id=case.campaign_id,
            kind=finding.kind,
            reason=finding.reason,
            status=finding.status,
            reply=scrubbed(finding.reply) if finding.reply else None,
            reporting_mta=finding.reporting_mta,
            is_ours=is_ours,
            at=case.now,
        )
    )
    if case.delivery is not None:
        note_feedback(case.session, case.delivery, Feedback.BOUNCED)


def _suppress(case: Case, reason: SuppressionReason) -> None:
    session, reader = case.session, case.reader
    is_bounce = reason is not SuppressionReason.COMPLAINT
    if is_bounce and case.delivery is not None and case.delivery.address != reader.address:
        return  # it went to a mailbox that they have left since
    if get_suppression(session, reader.address_hash) is not None:
        return
    note = f"{case.finding.reason.value}: {scrubbed(case.finding.reply or '')}".rstrip(": ")
    suppress(
        session,
        address_hash=reader.address_hash,
        address=reader.address,
        reason=reason,
        note=note,
        now=case.now,
    )
    after = {"reason": reason.value, "event": str(case.event_id)}
    record(
        session,
        now=case.now,
        actor=ACTOR,
        action="suppressed",
        noun="suppression",
        noun_id=reader.address_hash,
        after=after,
    )
