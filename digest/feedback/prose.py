"""Bounces in prose: who is named as not reached, and what is said of each."""

from digest.domain.feedback import Finding, Reason
from digest.feedback.addresses import LONGEST, addresses_in, is_machine, normal
from digest.feedback.formats import NOT_RECIPIENTS, RECIPIENT_LINES
from digest.feedback.mime import Headers, Mail
from digest.feedback.reasons import class_of, code_in, reason_of, stage_of, status_in
from digest.feedback.told import Told
from digest.feedback.words import squeezed

MOST_RECIPIENTS = 100
_NOT_FAILED = (
    *("from", "to", "return-path", "delivered-to", "reply-to", "sender", "errors-to"),
    *("list-help", "list-owner", "list-subscribe", "list-unsubscribe"),
)


def read_prose(mail: Mail, told: Told, returned: Headers | None) -> list[Finding]:
    """Who is named as not reached, and why; only why, where nobody is named."""
    lines = told.lines
    others = _others(mail)
    named = _in_header(mail, told) or _named(lines, others) or _in_header(mail)
    sent_to = addresses_in(returned.get("to")[:5_000]) if returned else []
    if not named:
        named = sent_to if len(sent_to) == 1 else _named(lines, set())[:1]
    if not named:
        return [_finding(None, told.text)]
    return [_finding(who, about) for who, about in told.about(named).items()]


def _in_header(mail: Mail, told: Told | None = None) -> list[str]:
    """Exim and Google name them in a header field; only those in it of whom ``told`` tells."""
    values = " ".join(mail.headers.all("x-failed-recipients"))[:20_000]
    text = told.text.lower() if told else None
    found = addresses_in(values)[:MOST_RECIPIENTS]
    return [one for one in found if text is None or one.lower() in text]


def _others(mail: Mail) -> set[str]:
    """Addresses that can't be the recipient: whom the report is from and to, and those by which
    the list that writes it is steered (RFC 2369)."""
    return {one for name in _NOT_FAILED for one in addresses_in(mail.headers.get(name)[:2_000])}


def _named(lines: list[str], others: set[str]) -> list[str]:
    """The addresses on lines of the surest form that occurs."""
    useful = [line for line in lines if "@" in line and not NOT_RECIPIENTS.search(line)]
    for forms in RECIPIENT_LINES:
        found = [
            normal(match[1]) for line in useful for form in forms if (match := form.search(line))
        ]
        if kept := _possible(found, others):
            return kept[:MOST_RECIPIENTS]
    return _possible([one for line in useful for one in addresses_in(line)], others)[:1]


def _possible(found: list[str], others: set[str]) -> list[str]:
    return [
        one
        for one in dict.fromkeys(found)
        if len(one) <= LONGEST and one not in others and not is_machine(one)
    ]


def _finding(who: str | None, about: str) -> Finding:
    reply = reply_in(about)
    reason = reason_of(reply or about, stage=stage_of(about))
    if reason is Reason.UNDEFINED and about:
        reason = reason_of(about, stage=stage_of(about))
    status = next(filter(_says_no, map(status_in, (reply, about))), None)
    transient = (status or code_in(reply) or "5").startswith("4")
    kind = class_of(reason, transient=transient)
    return Finding(who, kind, reason, status, squeezed(reply or about)[:500] or None)


def reply_in(text: str) -> str:
    """The remote server's words in a report's: the lines from the one with an SMTP code on."""
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if _says_no(code_in(line)) or _says_no(status_in(line)):
            return " ".join(lines[number : number + 4])
    return ""


def _says_no(number: str | None) -> bool:
    return number is not None and not number.startswith("2")
