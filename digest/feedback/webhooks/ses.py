"""Amazon SES: notifications and events as JSON, by SNS or in a mail.

Source: the SES developer guide, "Amazon SNS notification contents" and "Examples of event data".
"""

from typing import Any

from digest.domain.feedback import FeedbackClass, Finding, Reason
from digest.feedback.addresses import clean
from digest.feedback.reasons import Stage, class_of, reason_of, status_in
from digest.feedback.webhooks.fields import an_object, objects, strings, text_of

# By bounceSubType, where the diagnostic code says nothing.
_SUB_TYPES = {
    "NoEmail": Reason.USER_UNKNOWN,
    "Suppressed": Reason.SUPPRESSED,
    "OnAccountSuppressionList": Reason.SUPPRESSED,
    "UnsubscribedRecipient": Reason.SUPPRESSED,
    "MailboxFull": Reason.MAILBOX_FULL,
    "MessageTooLarge": Reason.TOO_BIG,
    "ContentRejected": Reason.CONTENT,
    "AttachmentRejected": Reason.CONTENT,
    "CustomTimeoutExceeded": Reason.EXPIRED,
}
_FEEDBACK = {"not-spam": (FeedbackClass.OTHER, Reason.NOT_SPAM)}


def findings_of(event: dict[str, Any]) -> list[Finding]:
    """What a notification or an event says of each recipient."""
    kind = text_of(event, "notificationType", "eventType")
    read = _READERS.get(kind)
    return read(event) if read else []


def is_ses(value: Any) -> bool:
    """Whether the JSON value is one of SES's."""
    return isinstance(value, dict) and text_of(value, "notificationType", "eventType") in _READERS


def _bounces(event: dict[str, Any]) -> list[Finding]:
    bounce = an_object(event, "bounce")
    mta = text_of(bounce, "reportingMTA").rpartition(";")[2].strip() or None
    return [_bounce(bounce, one, mta) for one in objects(bounce, "bouncedRecipients")]


def _bounce(bounce: dict[str, Any], recipient: dict[str, Any], mta: str | None) -> Finding:
    reply = text_of(recipient, "diagnosticCode").removeprefix("smtp;").strip()
    status = status_in(text_of(recipient, "status")) or status_in(reply)
    reason = _SUB_TYPES.get(text_of(bounce, "bounceSubType"))
    permanent = text_of(bounce, "bounceType") == "Permanent"
    if reason is None:
        reason = reason_of(reply, status, Stage.RECIPIENT)
        if permanent and not reply and not status:
            reason = Reason.USER_UNKNOWN
    kind = class_of(reason, transient=not permanent)
    address = clean(text_of(recipient, "emailAddress"))
    return Finding(address, kind, reason, status, reply or None, mta)


def _complaints(event: dict[str, Any]) -> list[Finding]:
    complaint = an_object(event, "complaint")
    told = text_of(complaint, "complaintFeedbackType")
    kind, reason = _FEEDBACK.get(told, (FeedbackClass.COMPLAINT, Reason.ABUSE))
    recipients = objects(complaint, "complainedRecipients")
    return [Finding(clean(text_of(one, "emailAddress")), kind, reason) for one in recipients]


def _deliveries(event: dict[str, Any]) -> list[Finding]:
    delivery = an_object(event, "delivery")
    reply = text_of(delivery, "smtpResponse")
    return [
        Finding(clean(one), FeedbackClass.OTHER, Reason.DELIVERED, status_in(reply), reply or None)
        for one in strings(delivery, "recipients")
    ]


def _delays(event: dict[str, Any]) -> list[Finding]:
    delay = an_object(event, "deliveryDelay")
    return [
        Finding(
            clean(text_of(one, "emailAddress")),
            FeedbackClass.SOFT,
            Reason.DELAYED,
            status_in(text_of(one, "status")),
            text_of(one, "diagnosticCode") or None,
        )
        for one in objects(delay, "delayedRecipients")
    ]


_READERS = {
    "Bounce": _bounces,
    "Complaint": _complaints,
    "Delivery": _deliveries,
    "DeliveryDelay": _delays,
}
