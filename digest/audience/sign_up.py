"""What a sign-up leads to, and how many there may be: decisions alone."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from digest.domain.states import SubscriptionState, SuppressionReason

MAIL_AGAIN_AFTER = timedelta(hours=24)  # one mail a mailbox, whatever the list (S-12)
REQUEST_LASTS = timedelta(days=7)  # for so long the link of that mail works
LIMIT_WINDOW = timedelta(hours=1)
MOST_PER_NETWORK = 30  # sign-ups an hour
MOST_OF_ALL = 3_000

TRAP = "website"  # a field of the form that people don't see and programs fill in

USUAL_WORDS = "Yes, send me {name} by e-mail. I can leave at any time."


class Step(StrEnum):
    """What is done for a sign-up. The page that answers is the same for all."""

    ASK = "ask"  # note the request, and mail a link to confirm it
    NOTE = "note"  # note the request: the mail that went out before has the link
    NOTHING = "nothing"  # already there, or not to be mailed


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of whoever signs up."""

    state: SubscriptionState | None  # on this list; None: never was on it
    suppressed: SuppressionReason | None
    was_mailed: bool  # a link within MAIL_AGAIN_AFTER


def decide_sign_up(standing: Standing) -> Step:
    """Who left may come back by confirming; who bounced, complained or was erased may not be
    mailed by a form that anybody can fill in."""
    if standing.suppressed not in (None, SuppressionReason.UNSUBSCRIBED_ALL):
        return Step.NOTHING
    if standing.state in (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED):
        return Step.NOTHING
    return Step.NOTE if standing.was_mailed else Step.ASK


def folded(address: str) -> str:
    """The mailbox behind an address, for limits alone: without plus-tag, dots and case.

    Too wide where a provider tells them apart; then a stranger waits a day for a mail.
    """
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0].replace('.', '').lower()}@{domain}"


def network_of(client: str) -> str | None:
    """The /24 or /48 of a client's address, which says where it came from and not who it was."""
    try:
        address = ip_address(client)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def consent_words(list_name: str, own: str) -> str:
    """What the form says beside its button; kept with each consent."""
    return own or USUAL_WORDS.format(name=list_name)
