"""What a relay's reply means for one delivery: the policy, as a table."""

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from digest.deliver.transport import Reply
from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import DeliveryState, DoubtPolicy


class Meaning(StrEnum):
    """What a reply says."""

    ACCEPTED = "accepted"
    NO_SUCH_MAILBOX = "no such mailbox"  # final, and the address gets no more mail
    REFUSED = "refused"  # final for this mail
    ABOUT_US = "refused because of us"  # policy, reputation, authentication: the reader is fine
    LATER = "asked to try later"
    DOMAIN_BUSY = "asked to send more slowly to this domain"
    RELAY_BUSY = "asked to send more slowly"
    UNKNOWN = "gave an answer that makes no sense"  # never dropped: tried again


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: the first whose code, enhanced status (RFC 3463) and words match
    counts."""

    code: str
    status: str
    meaning: Meaning
    words: str = r""  # to be found anywhere in the text, in either case


_CONNECTIONS = r"too many (concurrent )?(smtp )?(connections|sessions)|concurren"
_TOO_FAST = (
    r"\brate\b|rate.?limit|throttl|too (many|fast|quickly|much)|slow(ing)? down|unusual(ly)? "
    r"(rate|volume)|(exceed|reach)\w* .*(limit|quota for messages)"
)

RULES = (
    Rule(r"2..", r".*", Meaning.ACCEPTED),
    Rule(r"4..", r".*", Meaning.LATER, r"gr[ae]y-?list"),  # of this reader, whatever our pace
    Rule(r"4..", r".*", Meaning.RELAY_BUSY, _CONNECTIONS),
    Rule(r"421", r"4\.7\..*", Meaning.RELAY_BUSY),
    Rule(r"421", r".*", Meaning.RELAY_BUSY, _TOO_FAST),
    Rule(r"421", r".*", Meaning.LATER),
    Rule(r"45[0-2]", r"4\.7\..*", Meaning.DOMAIN_BUSY),
    Rule(r"45[0-2]", r"4\.3\.[12]|4\.4\.5", Meaning.RELAY_BUSY),  # out of room, congested
    Rule(r"4..", r".*", Meaning.DOMAIN_BUSY, _TOO_FAST),
    Rule(r"4..", r".*", Meaning.LATER),
    Rule(r"5..", r"4\..*", Meaning.LATER),  # a transient status behind a permanent code
    Rule(r"5..", r"5\.1\..*", Meaning.NO_SUCH_MAILBOX),
    Rule(r"5..", r"5\.7\..*", Meaning.ABOUT_US),
    Rule(r"50[0-4]|530|535|538", r".*", Meaning.ABOUT_US),  # how we speak, or who we are
    Rule(r"5..", r".*", Meaning.REFUSED),
    Rule(r".*", r".*", Meaning.UNKNOWN),
)

_MATCHERS = [
    (
        re.compile(f"(?:{rule.code}) (?:{rule.status})").fullmatch,
        re.compile(rule.words, re.IGNORECASE).search if rule.words else None,
        rule.meaning,
    )
    for rule in RULES
]

# Minutes until the next try, by the number of tries so far; the last one repeats.
RETRY_MINUTES = (1, 5, 15, 60, 240)
JITTER = 0.2  # of the wait, on top of it: who greylists for a minute is not asked sooner

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"<?[^\s<>\"']{1,64}@[^\s<>\"']{1,255}>?")


def meaning_of(reply: Reply) -> Meaning:
    """The first rule that matches."""
    found = _STATUS.match(reply.text)
    said = f"{reply.code} {found.group(1) if found else ''}"
    for fits, has_words, meaning in _MATCHERS:
        if fits(said) and (has_words is None or has_words(reply.text)):
            return meaning
    raise AssertionError("the last rule matches everything")


def decide(
    reply: Reply,
    claimed: Claimed,
    now: datetime,
    dice: random.Random,
    relay_id: UUID | None = None,
) -> Outcome:
    """What becomes of a delivery that a relay answered."""
    words = scrubbed(str(reply))
    meaning = meaning_of(reply)
    if meaning is Meaning.ACCEPTED:
        return Outcome(DeliveryState.SENT, reply=words, sent_at=now, relay_id=relay_id)
    if meaning in (Meaning.NO_SUCH_MAILBOX, Meaning.REFUSED):
        gone = meaning is Meaning.NO_SUCH_MAILBOX
        return Outcome(
            DeliveryState.FAILED, reason=meaning, reply=words, suppress=gone, relay_id=relay_id
        )
    return Outcome(
        DeliveryState.DEFERRED,
        reason=meaning,
        reply=words,
        next_at=now + retry_after(claimed.tries, dice),
        relay_id=relay_id,
    )


def decide_doubt(
    claimed: Claimed,
    policy: DoubtPolicy,
    now: datetime,
    said: str,
    relay_id: UUID | None = None,
) -> Outcome:
    """What becomes of a delivery that was handed over and never answered: one more try at most,
    and none where the policy is to hold."""
    again = policy is DoubtPolicy.RESEND and claimed.doubts == 0
    return Outcome(
        DeliveryState.DEFERRED if again else DeliveryState.UNCERTAIN,
        reason="handed over and not answered; it may have gone out",
        reply=scrubbed(said),
        next_at=now + timedelta(minutes=RETRY_MINUTES[0]),
        in_doubt=True,
        relay_id=relay_id,
    )


def retry_after(tries: int, dice: random.Random) -> timedelta:
    """How long to wait after so many tries; jitter keeps a crowd from coming back as one."""
    minutes = RETRY_MINUTES[min(tries, len(RETRY_MINUTES) - 1)]
    return timedelta(minutes=minutes * dice.uniform(1, 1 + JITTER))


def scrubbed(words: str) -> str:
    """A reply without the addresses that it may name."""
    return (_ADDRESS.sub("<address>", words) if "@" in words else words)[:500]
