"""Webhook of SendGrid. Source: its documentation, "Event Webhook Reference" and its security
features."""

import json
from datetime import timedelta
from typing import Any

from digest.domain.errors import Illegal
from digest.domain.feedback import FeedbackClass, Finding, Reason, Received
from digest.feedback.addresses import clean
from digest.feedback.reasons import Stage, class_of, reason_of, status_in
from digest.feedback.received import message_keys_in, return_paths_in
from digest.feedback.webhooks.fields import objects, read_json, text_of
from digest.feedback.webhooks.hook import Fetch, Hook, Provider
from digest.feedback.webhooks.signatures import check_age, check_ecdsa
from digest.settings import Settings

OLDEST = timedelta(minutes=5)
_HEADER = "x-twilio-email-event-webhook-"

_SIMPLE = {
    "spamreport": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "unsubscribe": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "group_unsubscribe": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "delivered": (FeedbackClass.OTHER, Reason.DELIVERED),
    "deferred": (FeedbackClass.SOFT, Reason.DELAYED),
}


def _read(hook: Hook, settings: Settings, _: Fetch) -> list[Received]:
    timestamp = hook.headers.get(f"{_HEADER}timestamp", "")
    signature = hook.headers.get(f"{_HEADER}signature", "")
    assert settings.sendgrid_key is not None  # is_configured
    key = settings.sendgrid_key.get_secret_value()
    check_ecdsa(key, timestamp.encode() + hook.body, signature)
    check_age(timestamp, hook.at, OLDEST)
    events = read_json(hook.body)
    if not isinstance(events, list):
        raise Illegal("This is no list of events of SendGrid.")
    read = [(event, finding_of(event)) for event in objects(events)]
    return [_received(event, finding) for event, finding in read if finding is not None]


def _received(event: dict[str, Any], finding: Finding) -> Received:
    whole = json.dumps(event)
    return Received(
        channel="sendgrid",
        key=text_of(event, "sg_event_id") or whole,
        raw=whole.encode(),
        findings=(finding,),
        return_paths=return_paths_in(whole),
        message_keys=message_keys_in(whole),
        is_signed=True,
    )


def finding_of(event: dict[str, Any]) -> Finding | None:
    """What an event says; None where it says nothing about a mailbox (processed, open, click)."""
    kind = text_of(event, "event")
    address = clean(text_of(event, "email"))
    reply = text_of(event, "reason", "response")
    status = status_in(text_of(event, "status")) or status_in(reply)
    if kind in _SIMPLE:
        return Finding(address, *_SIMPLE[kind], status, reply or None)
    if kind == "dropped":
        return Finding(address, FeedbackClass.SOFT, Reason.SUPPRESSED, status, reply or None)
    if kind != "bounce":
        return None
    reason = reason_of(reply, status, Stage.RECIPIENT)
    kind_ = FeedbackClass.SOFT if text_of(event, "type") == "blocked" else class_of(reason)
    return Finding(address, kind_, reason, status, reply or None)


SENDGRID = Provider(lambda settings: settings.sendgrid_key is not None, _read)
