"""A mail that came back, read: complaint, delivery report, notice or prose, in this order."""

from dataclasses import dataclass, replace
from typing import Any

from digest.domain.feedback import FeedbackClass, Finding, Reason
from digest.feedback.addresses import addresses_in
from digest.feedback.arf import read_complaint
from digest.feedback.dsn import MOST_RECIPIENTS, Status, finding_of, read_status, status_fields
from digest.feedback.formats import ANSWERS, OPENINGS, SENDERS, SUBJECTS, SUCCESSES
from digest.feedback.mime import Headers, Mail, read_mail, split_headers
from digest.feedback.notices import notice_of
from digest.feedback.prose import read_prose
from digest.feedback.told import Told, told_by
from digest.feedback.webhooks.fields import read_json
from digest.feedback.webhooks.ses import findings_of, is_ses

MOST_WORDED = 20  # recipients of one report whose words are looked at
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "text/rfc822")
_GRAVITY = (FeedbackClass.COMPLAINT, FeedbackClass.HARD, FeedbackClass.SOFT, FeedbackClass.OTHER)


@dataclass(frozen=True)
class Report:
    """What a mail says: nothing, where ``findings`` is empty."""

    findings: tuple[Finding, ...]
    headers: Headers  # of the mail itself
    returned: Headers | None  # of the mail that it gives back


def parse(data: bytes) -> Report:
    """Read a mail; never raises, and takes bounded time and memory whatever it is given."""
    mail = read_mail(data)
    told = told_by(mail)
    returned = _returned(mail, told)
    findings = _findings(mail, told, returned)
    return Report(tuple(_distinct(findings)), mail.headers, returned)


def _findings(mail: Mail, told: Told, returned: Headers | None) -> list[Finding]:
    if complaint := read_complaint(mail, returned):
        return complaint
    if event := _provider_event(told):
        return findings_of(event)
    if status := read_status(mail):
        return _from_status(status, told, returned)
    if notice := notice_of(mail):
        sender = addresses_in(mail.headers.get("from")[:500])
        return [Finding(next(iter(sender), None), FeedbackClass.OTHER, notice)]
    if not _looks_like_bounce(mail, told):
        return [Finding(None, FeedbackClass.OTHER, Reason.NOT_FEEDBACK)]
    written = status_fields(told.text)
    if any(group.address for group in written.groups):
        return _from_status(written, told, returned)
    findings = read_prose(mail, told, returned)
    if SUCCESSES.search(mail.headers.get("subject")[:500]):
        return [replace(one, kind=FeedbackClass.OTHER, reason=Reason.DELIVERED) for one in findings]
    return findings


def _provider_event(told: Told) -> dict[str, Any] | None:
    """Amazon's notifications come as mail, too."""
    if not told.text.lstrip().startswith("{"):
        return None
    event = read_json(told.text)
    return event if is_ses(event) else None


def _from_status(status: Status, told: Told, returned: Headers | None) -> list[Finding]:
    named = [group.address for group in status.groups if group.address]
    about = told.about(named[:MOST_WORDED])
    findings = [
        finding_of(group, status, about.get(group.address or "", told.text)[:4_000])
        for group in status.groups[:MOST_WORDED]
    ]
    findings += [finding_of(group, status, None) for group in status.groups[MOST_WORDED:]]
    sent_to = addresses_in(returned.get("to")[:5_000]) if returned else []
    if len(findings) == 1 and findings[0].address is None and len(sent_to) == 1:
        findings = [replace(findings[0], address=sent_to[0])]
    return findings


def _looks_like_bounce(mail: Mail, told: Told) -> bool:
    headers = mail.headers
    if "x-failed-recipients" in headers or "x-mlserver" in headers:
        return True
    subject = headers.get("subject")[:500]
    by_a_machine = bool(SENDERS.search(headers.get("from")[:500])) or (
        headers.get("return-path").strip() == "<>"
    )
    if ANSWERS.match(subject) and not by_a_machine:
        return False  # somebody writes about a bounce
    signs = (
        by_a_machine,
        bool(SUBJECTS.search(subject) or SUCCESSES.search(subject)),
        bool(OPENINGS.search(told.text[:20_000])),
    )
    return sum(signs) >= 2


def _returned(mail: Mail, told: Told) -> Headers | None:
    """The headers of the mail that came back."""
    for part in mail.of_type(*_RETURNED):
        headers, _ = split_headers(part.text.lstrip("\n"))
        if len(headers):
            return headers
    if told.copied:
        block = told.copied.partition("\n")[2].lstrip("\n")
        headers, _ = split_headers(block)
        if "from" in headers or "to" in headers or "message-id" in headers:
            return headers
        headers, _ = split_headers(told.copied)
        if len(headers):
            return headers
    return None


def _distinct(findings: list[Finding]) -> list[Finding]:
    """One finding for each address, the gravest."""
    best: dict[str | None, Finding] = {}
    for one in findings:
        key = one.address.lower() if one.address else None
        kept = best.get(key)
        if kept is None or _GRAVITY.index(one.kind) < _GRAVITY.index(kept.kind):
            best[key] = one
    return list(best.values())[:MOST_RECIPIENTS]
