"""What servers write when they refuse a mail: wordings by reason, in the order of trial.

Each wording is a regular expression over the reply in lower case on one line, without links, with
every address replaced by ``<@>``. To teach the parser a new one, add a line under its reason; the
first reason that matches counts, so what is surely meant stands above what is vague.
"""

from digest.domain.feedback import Reason
from digest.feedback import content_words, mailbox_words, route_words, sender_words

REPLY_WORDS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (Reason.FILTERED, mailbox_words.FILTERED_FOR_SURE),
    (Reason.EXPIRED, route_words.EXPIRED_FOR_SURE),
    (Reason.NETWORK, route_words.NETWORK_FOR_SURE),
    (Reason.NO_MAIL_HERE, route_words.NO_MAIL_HERE),
    (Reason.HOST_UNKNOWN, route_words.HOST_UNKNOWN_FOR_SURE),
    (Reason.MAILBOX_FULL, mailbox_words.MAILBOX_FULL),
    (Reason.TOO_BIG, content_words.TOO_BIG),
    (Reason.AUTHENTICATION, sender_words.AUTHENTICATION),
    (Reason.REVERSE_DNS, sender_words.REVERSE_DNS),
    (Reason.RATE, sender_words.RATE),
    (Reason.VIRUS, content_words.VIRUS),
    (Reason.REPUTATION, sender_words.REPUTATION),
    (Reason.SENDER_REJECTED, sender_words.SENDER_REJECTED_FOR_SURE),
    (Reason.USER_UNKNOWN, mailbox_words.USER_UNKNOWN_FOR_SURE),
    (Reason.RELAYING_DENIED, sender_words.RELAYING_DENIED),
    (Reason.BLOCKED, sender_words.BLOCKED),
    (Reason.SPAM, content_words.SPAM),
    (Reason.DISABLED, mailbox_words.DISABLED),
    (Reason.MOVED, mailbox_words.MOVED),
    (Reason.USER_UNKNOWN, mailbox_words.USER_UNKNOWN),
    (Reason.FILTERED, mailbox_words.FILTERED),
    (Reason.SENDER_REJECTED, sender_words.SENDER_REJECTED),
    (Reason.NOT_COMPLIANT, sender_words.NOT_COMPLIANT),
    (Reason.HOST_UNKNOWN, route_words.HOST_UNKNOWN),
    (Reason.EXPIRED, route_words.EXPIRED),
    (Reason.NETWORK, route_words.NETWORK),
    (Reason.SYSTEM_FULL, route_words.SYSTEM_FULL),
    (Reason.POLICY, content_words.POLICY),
    (Reason.MAILER, route_words.MAILER),
    (Reason.SECURITY, sender_words.SECURITY),
    (Reason.SYSTEM, route_words.SYSTEM),
)
