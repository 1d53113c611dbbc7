"""Delivery status notifications (RFC 3464), also those that bend its rules."""

import re
from dataclasses import dataclass, field

from digest.domain.feedback import FeedbackClass, Finding, Reason
from digest.feedback.addresses import clean
from digest.feedback.mime import Mail
from digest.feedback.reasons import class_of, reason_of, stage_of, status_in, worded_reason
from digest.feedback.status_codes import POWERMTA
from digest.feedback.words import decode_words, squeezed

TYPES = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/xdelivery-status",
    "message/disposition-notification-status",
)
MOST_RECIPIENTS = 1_000

_FIELD = re.compile(r"([A-Za-z][\w-]{2,40})[ \t]*:[ \t]*(.*)")
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient", "x-actual-recipient")
_WHO = ("final-recipient", "x-actual-recipient", "original-recipient")
_TYPED = re.compile(r"^\s*(?:smtp|x-[\w-]+|unix|x\.?400|lmtp|dns)\s*;\s*", re.IGNORECASE)
_CLASSES = {
    "delivered": Reason.DELIVERED,
    "relayed": Reason.DELIVERED,
    "expanded": Reason.DELIVERED,
    "deliverable": Reason.DELIVERED,
    "delayed": Reason.DELAYED,
}


@dataclass
class Group:
    """The fields about one recipient."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str | None:
        return next((found for name in _WHO if (found := clean(self.get(name)))), None)

    @property
    def original(self) -> str | None:
        return clean(self.get("original-recipient"))

    @property
    def action(self) -> str:
        return self.get("action").partition(" ")[0].partition("(")[0].strip(" ;,").lower()

    @property
    def reply(self) -> str:
        return _TYPED.sub("", self.get("diagnostic-code")).strip()

    @property
    def status(self) -> str | None:
        return status_in(self.get("status"))

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


@dataclass(frozen=True)
class Status:
    """A delivery-status part: what it says about the message, then about each recipient."""

    message: dict[str, str]
    groups: list[Group]

    @property
    def reporting_mta(self) -> str | None:
        value = self.message.get("reporting-mta", "")
        return _TYPED.sub("", value).strip() or None


def read_status(mail: Mail) -> Status | None:
    """The delivery-status fields of a report; None where there are none."""
    for part in mail.of_type(*TYPES):
        status = status_fields(part.text)
        if status.groups:
            return status
    return None


def status_fields(text: str) -> Status:
    """Fields in groups (section 2.1): a recipient named again, or an empty line after a whole
    group, begins the next one."""
    message: dict[str, str] = {}
    groups: list[Group] = []
    last, into = "", message
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and last and line.strip():
            if len(into.get(last, "")) < 4_000:
                into[last] = f"{into.get(last, '')} {line.strip()}".strip()
            continue
        match = _FIELD.match(line)
        if match is None:
            last = ""
            continue
        last, value = match[1].lower(), decode_words(match[2].strip())
        if last in _RECIPIENT_FIELDS and (not groups or _begins_next(groups[-1], last)):
            if len(groups) == MOST_RECIPIENTS:
                break
            groups.append(Group())
        into = groups[-1].fields if groups else message
        into.setdefault(last, value)
    return Status(message, [group for group in groups if group.fields])


def _begins_next(group: Group, name: str) -> bool:
    return name in group.fields or ("action" in group.fields and "status" in group.fields)


def finding_of(group: Group, status: Status, told: str | None) -> Finding:
    """What one group says. ``told`` is what the report's text says about this recipient: servers
    put there what the fields lack. Without it, only the status counts: words take time."""
    notice = _CLASSES.get(group.action)
    if notice is Reason.DELIVERED or (not group.action and (group.status or "").startswith("2")):
        return _finding(group, status, FeedbackClass.OTHER, Reason.DELIVERED)
    reason = reason_of("", group.status) if told is None else _reason(group, told)
    if notice is Reason.DELAYED:
        return _finding(group, status, FeedbackClass.SOFT, Reason.DELAYED)
    transient = (group.status or status_in(group.reply) or "5").startswith("4")
    return _finding(group, status, class_of(reason, transient=transient), reason, told or "")


def _reason(group: Group, told: str) -> Reason:
    category = group.get("x-powermta-bouncecategory").strip().lower()
    if category in POWERMTA:
        return POWERMTA[category]
    stage = stage_of(f"{group.reply} {told}")
    silent = worded_reason(group.reply) is Reason.UNDEFINED
    if silent and worded_reason(told) is not Reason.UNDEFINED:
        return reason_of(told, group.status, stage)
    return reason_of(group.reply, group.status, stage)


def _finding(
    group: Group, status: Status, kind: FeedbackClass, reason: Reason, told: str = ""
) -> Finding:
    reply = squeezed(group.reply or told)[:500] or None
    found = status_in(group.reply) or group.status
    if group.status and not group.status.endswith(".0.0"):
        found = group.status if not found or found.endswith(".0.0") else found
    original = group.original
    return Finding(
        address=group.address,
        kind=kind,
        reason=reason,
        status=found,
        reply=reply,
        reporting_mta=status.reporting_mta,
        also=original if original != group.address else None,
    )
