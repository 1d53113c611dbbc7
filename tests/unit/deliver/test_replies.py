"""The reply table: what each answer of a relay means for one delivery."""

import random
from datetime import timedelta

import pytest

from digest.deliver.replies import (
    JITTER,
    RETRY_MINUTES,
    Meaning,
    decide,
    decide_doubt,
    meaning_of,
    retry_after,
    scrubbed,
)
from digest.deliver.transport import Reply
from digest.domain.delivery import Claimed
from digest.domain.ids import uuid7
from digest.domain.states import DeliveryState, DoubtPolicy
from tests.builders import NOW

DICE = random.Random(7)


def claimed(tries=0, doubts=0):
    ids = [uuid7() for _ in range(5)]
    return Claimed(
        ids[0], ids[1], ids[2], ids[3], "a@reader.example", ids[4], NOW, None, tries, doubts
    )


@pytest.mark.parametrize(
    ("code", "text", "state", "suppress"),
    [
        (250, "2.0.0 queued", DeliveryState.SENT, False),
        (251, "will forward", DeliveryState.SENT, False),
        (450, "4.2.0 greylisted", DeliveryState.DEFERRED, False),
        (421, "4.7.0 try again", DeliveryState.DEFERRED, False),
        (452, "too many", DeliveryState.DEFERRED, False),
        (550, "5.1.1 no such user", DeliveryState.FAILED, True),
        (550, "5.1.10 recipient not found", DeliveryState.FAILED, True),
        (552, "5.2.2 mailbox full", DeliveryState.FAILED, False),
        (550, "no such user here", DeliveryState.FAILED, False),
        (550, "5.7.1 blocked for bad reputation", DeliveryState.DEFERRED, False),
        (550, "5.7.26 unauthenticated", DeliveryState.DEFERRED, False),
        (530, "authentication required", DeliveryState.DEFERRED, False),
        (503, "bad sequence", DeliveryState.DEFERRED, False),
        (550, "4.4.1 odd mixture", DeliveryState.DEFERRED, False),
        (999, "nonsense", DeliveryState.DEFERRED, False),
    ],
)
def test_a_reply_leads_to_one_state(code, text, state, suppress):
    outcome = decide(Reply(code, text), claimed(), NOW, DICE)
    assert (outcome.state, outcome.suppress) == (state, suppress)
    assert outcome.reply is not None
    assert (outcome.next_at is not None) == (state is DeliveryState.DEFERRED)
    assert (outcome.sent_at is not None) == (state is DeliveryState.SENT)


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        (450, "4.2.1 The user is receiving mail too quickly", Meaning.DOMAIN_BUSY),
        (451, "4.7.28 unusual rate of mail from your network", Meaning.DOMAIN_BUSY),
        (451, "4.7.1 try later", Meaning.DOMAIN_BUSY),
        (452, "too many messages to this domain", Meaning.DOMAIN_BUSY),
        (450, "Requested rate exceeded", Meaning.DOMAIN_BUSY),
        (421, "4.7.0 deferred due to volume", Meaning.RELAY_BUSY),
        (421, "too many connections from your host", Meaning.RELAY_BUSY),
        (451, "4.7.500 too many concurrent sessions", Meaning.RELAY_BUSY),
        (452, "4.3.1 insufficient system storage", Meaning.RELAY_BUSY),
        (421, "4.3.2 going down for a while", Meaning.LATER),
        (450, "4.7.1 Greylisted, come back later", Meaning.LATER),
        (452, "4.2.2 mailbox full", Meaning.LATER),
        (451, "4.4.2 timeout", Meaning.LATER),
        (451, "please separate the fractions", Meaning.LATER),
        (550, "4.4.1 odd mixture", Meaning.LATER),
        (550, "5.7.1 rate of complaints is too high", Meaning.ABOUT_US),
        (999, "nonsense", Meaning.UNKNOWN),
    ],
)
def test_who_asks_for_less_is_told_from_who_asks_for_later(code, text, meaning):
    assert meaning_of(Reply(code, text)) is meaning


@pytest.mark.parametrize("tries", range(8))
def test_waits_grow_and_stay_within_their_jitter(tries):
    minutes = RETRY_MINUTES[min(tries, len(RETRY_MINUTES) - 1)]
    waits = [retry_after(tries, DICE) / timedelta(minutes=minutes) for _ in range(200)]
    assert 1 <= min(waits) < max(waits) <= 1 + JITTER, "never sooner than who greylists asks"


def test_a_first_doubt_is_sent_once_more_and_a_second_never():
    first = decide_doubt(claimed(), DoubtPolicy.RESEND, NOW, "closed")
    second = decide_doubt(claimed(doubts=1), DoubtPolicy.RESEND, NOW, "closed")
    assert (first.state, first.in_doubt) == (DeliveryState.DEFERRED, True)
    assert (second.state, second.in_doubt) == (DeliveryState.UNCERTAIN, True)


def test_a_list_that_holds_never_sends_a_doubtful_mail_again():
    outcome = decide_doubt(claimed(), DoubtPolicy.HOLD, NOW, "closed")
    assert outcome.state is DeliveryState.UNCERTAIN


def test_addresses_are_scrubbed_from_replies():
    assert scrubbed("550 <ana@reader.example>: no such user ana@reader.example") == (
        "550 <address>: no such user <address>"
    )
