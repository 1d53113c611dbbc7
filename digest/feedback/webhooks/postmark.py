"""Webhook of Postmark. Source: its documentation, "Bounce webhook", "Bounce types" and others.

Postmark signs nothing; it sends the user and password that its webhook was given.
"""

from typing import Any

from digest.domain.errors import Illegal
from digest.domain.feedback import FeedbackClass, Finding, Reason, Received
from digest.feedback.addresses import clean
from digest.feedback.reasons import Stage, class_of, reason_of, status_in
from digest.feedback.received import message_keys_in, return_paths_in
from digest.feedback.webhooks.fields import read_json, text_of
from digest.feedback.webhooks.hook import Fetch, Hook, Provider
from digest.feedback.webhooks.signatures import check_basic
from digest.settings import Settings

# By Type; a HardBounce or SoftBounce is read from its details.
_TYPES = {
    "Transient": (FeedbackClass.SOFT, Reason.DELAYED),
    "BadEmailAddress": (FeedbackClass.HARD, Reason.USER_UNKNOWN),
    "DnsError": (FeedbackClass.SOFT, Reason.NETWORK),
    "Blocked": (FeedbackClass.SOFT, Reason.BLOCKED),
    "SpamNotification": (FeedbackClass.SOFT, Reason.SPAM),
    "DMARCPolicy": (FeedbackClass.SOFT, Reason.AUTHENTICATION),
    "VirusNotification": (FeedbackClass.SOFT, Reason.VIRUS),
    "TemplateRenderingFailed": (FeedbackClass.OTHER, Reason.NOT_FEEDBACK),
    "ManuallyDeactivated": (FeedbackClass.SOFT, Reason.SUPPRESSED),
    "SpamComplaint": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "Unsubscribe": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "AutoResponder": (FeedbackClass.OTHER, Reason.AUTO_REPLY),
    "ChallengeVerification": (FeedbackClass.OTHER, Reason.CHALLENGE),
    "AddressChange": (FeedbackClass.OTHER, Reason.AUTO_REPLY),
    "OpenRelayTest": (FeedbackClass.OTHER, Reason.NOT_FEEDBACK),
}


def _read(hook: Hook, settings: Settings, _: Fetch) -> list[Received]:
    assert settings.postmark_login is not None  # is_configured
    login = settings.postmark_login.get_secret_value()
    check_basic(login, hook.headers.get("authorization", ""))
    event = read_json(hook.body)
    if not isinstance(event, dict) or not text_of(event, "RecordType"):
        raise Illegal("This is no event of Postmark.")
    finding = finding_of(event)
    if finding is None:
        return []
    kind = text_of(event, "RecordType")
    identity = text_of(event, "ID") or text_of(event, "MessageID")
    whole = hook.body.decode("utf-8", "replace")
    return [
        Received(
            channel="postmark",
            key=f"{kind}:{identity}:{finding.address}",
            raw=hook.body,
            findings=(finding,),
            return_paths=return_paths_in(whole),
            message_keys=message_keys_in(whole),
            is_signed=True,
        )
    ]


def finding_of(event: dict[str, Any]) -> Finding | None:
    """What an event says; None where it says nothing about a mailbox."""
    kind, type_ = text_of(event, "RecordType"), text_of(event, "Type")
    address = clean(text_of(event, "Email", "Recipient"))
    if kind == "Delivery":
        return Finding(address, FeedbackClass.OTHER, Reason.DELIVERED)
    if kind == "SubscriptionChange":
        recipient_asked = text_of(event, "SuppressionReason") == "ManualSuppression"
        return Finding(address, *_TYPES["Unsubscribe"]) if recipient_asked else None
    if kind == "SpamComplaint":
        return Finding(address, *_TYPES["SpamComplaint"])
    if kind != "Bounce":
        return None
    reply = text_of(event, "Details") or text_of(event, "Description")
    status = status_in(reply)
    if type_ in _TYPES:
        return Finding(address, *_TYPES[type_], status, reply or None)
    reason = reason_of(reply, status, Stage.RECIPIENT)
    if type_ == "HardBounce" and reason is Reason.UNDEFINED:
        reason = Reason.USER_UNKNOWN
    kind_ = class_of(reason) if type_ == "HardBounce" else FeedbackClass.SOFT
    return Finding(address, kind_, reason, status, reply or None)


POSTMARK = Provider(lambda settings: settings.postmark_login is not None, _read)
