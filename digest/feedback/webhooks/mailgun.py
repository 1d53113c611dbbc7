"""Webhook of Mailgun. Source: its documentation, "Webhooks" and "Event structure"."""

import json
from datetime import timedelta
from typing import Any

from digest.domain.errors import Illegal
from digest.domain.feedback import FeedbackClass, Finding, Reason, Received
from digest.feedback.addresses import clean
from digest.feedback.reasons import Stage, class_of, reason_of, status_in
from digest.feedback.received import message_keys_in, return_paths_in
from digest.feedback.webhooks.fields import an_object, read_json, text_of
from digest.feedback.webhooks.hook import Fetch, Hook, Provider
from digest.feedback.webhooks.signatures import check_age, check_hmac
from digest.settings import Settings

OLDEST = timedelta(hours=12)  # it tries again for eight hours, with the signature of the first

_SIMPLE = {
    "complained": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "unsubscribed": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "delivered": (FeedbackClass.OTHER, Reason.DELIVERED),
}
_SUPPRESSED_BEFORE = ("suppress-bounce", "suppress-complaint", "suppress-unsubscribe")


def _read(hook: Hook, settings: Settings, _: Fetch) -> list[Received]:
    body = read_json(hook.body)
    signed, event = an_object(body, "signature"), an_object(body, "event-data")
    if not signed or not event:
        raise Illegal("This is no event of Mailgun.")
    timestamp = text_of(signed, "timestamp")
    text = timestamp + text_of(signed, "token")
    assert settings.mailgun_key is not None  # is_configured
    check_hmac(settings.mailgun_key.get_secret_value(), text, text_of(signed, "signature"))
    check_age(timestamp, hook.at, OLDEST)
    finding = finding_of(event)
    if finding is None:
        return []
    whole = json.dumps(event)
    message_id = text_of(an_object(an_object(event, "message"), "headers"), "message-id")
    return [
        Received(
            channel="mailgun",
            key=text_of(event, "id") or text,
            raw=hook.body,
            findings=(finding,),
            return_paths=return_paths_in(whole),
            message_keys=message_keys_in(whole, f"<{message_id.strip('<>')}>"),
            is_signed=True,
        )
    ]


def finding_of(event: dict[str, Any]) -> Finding | None:
    """What an event says; None where it says nothing about a mailbox (opened, clicked)."""
    kind = text_of(event, "event")
    address = clean(text_of(event, "recipient"))
    if kind in _SIMPLE:
        return Finding(address, *_SIMPLE[kind])
    if kind != "failed":
        return None
    told = an_object(event, "delivery-status")
    reply = text_of(told, "message") or text_of(told, "description")
    code = text_of(told, "code")
    status = status_in(text_of(told, "enhanced-code")) or status_in(reply)
    permanent = text_of(event, "severity") == "permanent"
    if text_of(event, "reason") in _SUPPRESSED_BEFORE:
        return Finding(address, FeedbackClass.SOFT, Reason.SUPPRESSED, status, reply or None)
    if not permanent:
        return Finding(address, FeedbackClass.SOFT, Reason.DELAYED, status, reply or None)
    reason = reason_of(f"{code} {reply}", status, Stage.RECIPIENT)
    return Finding(address, class_of(reason), reason, status, reply or None)


MAILGUN = Provider(lambda settings: settings.mailgun_key is not None, _read)
