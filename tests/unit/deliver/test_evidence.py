"""What answers come to together: who asks for less, and what counts in the window."""

import random
from uuid import UUID

from digest.deliver.evidence import Evidence, count_replies
from digest.deliver.replies import decide
from digest.deliver.transport import Reply
from digest.domain.delivery import Claimed, Outcome
from digest.domain.ids import uuid7
from digest.domain.rate import Scope
from digest.domain.reply_window import Block
from digest.domain.states import DeliveryState
from tests.builders import NOW

RELAY = UUID(int=7)
WELL = Reply(250, "2.0.0 queued")
DOMAIN_BUSY = Reply(451, "4.7.28 unusual rate")
RELAY_BUSY = Reply(421, "too many connections")


def answered(reply, domain="mail.example"):
    ids = [uuid7() for _ in range(5)]
    claimed = Claimed(ids[0], ids[1], ids[2], ids[3], f"a@{domain}", ids[4], NOW, None, 0, 0)
    return claimed, decide(reply, claimed, NOW, random.Random(1), RELAY)


def test_good_answers_leave_no_trace():
    evidence = Evidence()
    assert evidence.add([answered(WELL)] * 50) == []
    assert evidence._recent == {}


def test_a_domain_is_slowed_down_by_its_own_answers_only():
    results = [answered(DOMAIN_BUSY, "slow.example")] * 3 + [answered(WELL)] * 7
    (request,) = Evidence().add(results)
    assert request.key == (Scope.DOMAIN, "slow.example")
    assert request.share == 0.3
    assert request.why == "451 4.7.28 unusual rate"


def test_a_relay_is_slowed_down_by_what_it_answers_for_all_domains():
    results = [answered(RELAY_BUSY, f"d{i}.example") for i in range(3)] + [answered(WELL)]
    (request,) = Evidence().add(results)
    assert request.key == (Scope.RELAY, str(RELAY))


def test_answers_add_up_over_flushes_and_good_ones_count_against_them():
    evidence = Evidence()
    asks = [answered(DOMAIN_BUSY)]
    assert [len(evidence.add(asks)) for _ in range(3)] == [0, 0, 1]
    assert evidence.add(asks) == [], "it begins anew"
    mixed = asks + [answered(WELL)] * 9
    assert [evidence.add(mixed) for _ in range(8)] == [[]] * 8, "a tenth is no request"


def test_the_window_counts_what_relays_answered():
    untried = answered(WELL)[0], Outcome(DeliveryState.QUEUED, next_at=NOW, tried=False)
    results = [
        untried,
        answered(WELL),
        answered(Reply(550, "5.1.1 no such user")),
        answered(Reply(554, "refused")),
        answered(Reply(550, "5.7.1 poor reputation")),
        answered(Reply(451, "later")),
    ]
    assert count_replies(results) == Block(replies=5, about_us=1, refused=2)
