"""What came back about a mail, in one vocabulary whatever said it."""

from dataclasses import dataclass
from enum import StrEnum


class FeedbackClass(StrEnum):
    """What a piece of feedback means for the address."""

    HARD = "hard"  # nobody will ever read mail there
    SOFT = "soft"  # not this time, or not from us
    COMPLAINT = "complaint"  # the reader called it spam
    OTHER = "other"  # delivered, an automatic reply, a report about something else


class Reason(StrEnum):
    """Why, in the words that the screens show."""

    # The address is dead.
    USER_UNKNOWN = "user unknown"
    HOST_UNKNOWN = "host unknown"
    MOVED = "moved"
    NO_MAIL_HERE = "takes no mail"  # a null MX (RFC 7505), 521
    # The mailbox can't or won't take it now.
    MAILBOX_FULL = "mailbox full"
    DISABLED = "mailbox disabled"
    FILTERED = "filtered by the recipient"
    TOO_BIG = "message too big"
    DELAYED = "delayed"
    EXPIRED = "gave up after trying"
    ON_HOLD = "held for review"
    # It is about us, not about the reader.
    AUTHENTICATION = "authentication failed"
    REVERSE_DNS = "no reverse DNS"
    REPUTATION = "bad reputation"
    BLOCKED = "sender blocked"
    RATE = "too fast"
    SENDER_REJECTED = "sender rejected"
    RELAYING_DENIED = "relaying denied"
    SECURITY = "security"
    NOT_COMPLIANT = "not RFC compliant"
    SUPPRESSED = "suppressed by the provider"
    # It is about what the mail says.
    SPAM = "called spam"
    POLICY = "against policy"
    VIRUS = "called a virus"
    CONTENT = "content refused"
    # Something on the way is broken.
    NETWORK = "network error"
    SYSTEM = "system error"
    SYSTEM_FULL = "system full"
    MAILER = "mailer error"
    UNDEFINED = "no reason given"
    # What a reader or a mailbox did.
    ABUSE = "abuse report"
    OPT_OUT = "opt-out"
    NOT_SPAM = "not spam"
    AUTH_REPORT = "authentication report"
    DELIVERED = "delivered"
    AUTO_REPLY = "automatic reply"
    CHALLENGE = "challenge"
    UNSUBSCRIBE = "unsubscribe request"
    NOT_FEEDBACK = "not feedback"


DEAD = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.MOVED, Reason.NO_MAIL_HERE})

ABOUT_US = frozenset(
    {
        Reason.AUTHENTICATION,
        Reason.REVERSE_DNS,
        Reason.REPUTATION,
        Reason.BLOCKED,
        Reason.RATE,
        Reason.SENDER_REJECTED,
        Reason.RELAYING_DENIED,
        Reason.SECURITY,
        Reason.NOT_COMPLIANT,
        Reason.SPAM,
        Reason.POLICY,
        Reason.VIRUS,
        Reason.CONTENT,
        Reason.TOO_BIG,
    }
)
"""Reasons for which the reader can do nothing and the operator can."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one mail or event says about one address."""

    address: str | None  # None where the report keeps it to itself
    kind: FeedbackClass
    reason: Reason
    status: str | None = None  # RFC 3463: 5.1.1
    reply: str | None = None  # the remote server's words
    reporting_mta: str | None = None
    also: str | None = None  # the same mailbox before forwarding (Original-Recipient)


class Evidence(StrEnum):
    """What ties a piece of feedback to one of our mails, the surest first."""

    RETURN_PATH = "return path"  # our signed token (VERP)
    MESSAGE = "message"  # our Message-ID, which nobody can guess, and its reader
    PROVIDER = "provider"  # a provider that signed what it says
    ADDRESS = "address"  # it only names an address: anybody can write that
    FORGED = "forged"  # a return path that looks like ours and isn't
    NONE = "none"


PROVEN = frozenset({Evidence.RETURN_PATH, Evidence.MESSAGE, Evidence.PROVIDER})


class Effect(StrEnum):
    """What a piece of feedback did."""

    SUPPRESSED = "suppressed"  # the mailbox is dead
    COUNTED = "counted"  # a soft bounce: enough of them suppress
    OUR_FAULT = "our fault"  # never counts against the reader
    COMPLAINED = "complained"  # suppressed on all lists
    LEFT = "left"  # off the list that the mail was of
    DELIVERED = "delivered"
    REVIEW = "review"  # it may be forged: a person decides
    IGNORED = "ignored"
    QUARANTINED = "quarantined"  # it broke the reader, which nothing should


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that came back, by whatever channel, before anyone asks whose it is."""

    channel: str  # mail, or the provider's name
    key: str  # unique: the same thing received twice has the same key
    raw: bytes
    findings: tuple[Finding, ...]
    return_paths: tuple[str, ...] = ()  # local parts that look like ours, the envelope's first
    message_keys: tuple[str, ...] = ()  # of Message-IDs of ours, perhaps
    sent_to: tuple[str, ...] = ()  # whom the returned mail was to
    is_signed: bool = False  # a provider's signature was checked
    is_broken: bool = False  # it broke the reader
