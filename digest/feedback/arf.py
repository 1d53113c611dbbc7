"""Complaints: feedback reports (RFC 5965, RFC 6591), and those of providers without them."""

from digest.domain.feedback import FeedbackClass, Finding, Reason
from digest.feedback.addresses import addresses_in, clean
from digest.feedback.mime import Headers, Mail, split_headers

_KINDS = {
    "abuse": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "fraud": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "virus": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "other": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "miscategorized": (FeedbackClass.COMPLAINT, Reason.ABUSE),
    "opt-out": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "opt-out-list": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "unsubscribe": (FeedbackClass.OTHER, Reason.OPT_OUT),
    "not-spam": (FeedbackClass.OTHER, Reason.NOT_SPAM),
    "auth-failure": (FeedbackClass.OTHER, Reason.AUTH_REPORT),
    "dmarc": (FeedbackClass.OTHER, Reason.AUTH_REPORT),
}
_RECIPIENTS = ("original-rcpt-to", "removal-recipient", "x-original-to")
_HIDDEN = ("redacted", "undisclosed")
MOST = 1_000


def read_complaint(mail: Mail, returned: Headers | None) -> list[Finding]:
    """What a feedback report says; nothing where the mail is none."""
    for part in mail.of_type("message/feedback-report"):
        fields, _ = split_headers(part.text.strip("\n"))
        return _findings(fields, returned)
    return _hotmail(mail, returned)


def _findings(fields: Headers, returned: Headers | None) -> list[Finding]:
    kind, reason = _KINDS.get(
        fields.get("feedback-type").strip().lower(), (FeedbackClass.COMPLAINT, Reason.ABUSE)
    )
    named = [one for name in _RECIPIENTS for value in fields.all(name) if (one := clean(value))]
    if not named and returned is not None:
        own = clean(returned.get("x-hmxmroriginalrecipient"))  # Microsoft hides it elsewhere
        named = [own] if own else addresses_in(returned.get("to")[:20_000])
    addresses = list(dict.fromkeys(named))[:MOST]
    mta = fields.get("reporting-mta").rpartition(";")[2].strip() or None
    if not addresses:
        return [Finding(None, kind, reason, reporting_mta=mta)]
    return [Finding(one, kind, reason, reporting_mta=mta) for one in addresses]


def _hotmail(mail: Mail, returned: Headers | None) -> list[Finding]:
    """Microsoft's Junk Mail Reporting Program attaches the mail, with the reader in a field of
    its own."""
    sources = [one for one in (mail.headers, returned) if one is not None]
    for headers in sources:
        address = clean(headers.get("x-hmxmroriginalrecipient"))
        if address and mail.headers.get("subject").lower().startswith("complaint"):
            return [Finding(address, FeedbackClass.COMPLAINT, Reason.ABUSE)]
    return []
