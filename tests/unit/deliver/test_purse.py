"""A sender's tokens, with a clock that the test moves."""

import math

import pytest

from digest.deliver.purse import FIRST_ASK, LONGEST_HOLD, Purse
from digest.domain.ids import uuid7
from digest.domain.limits import Limits
from digest.domain.rate import UNPACED_CHUNK, Grant, Scope

RELAY = (Scope.RELAY, "a relay")
SLOW = (Scope.DOMAIN, "slow.example")
FIRST, SECOND, THIRD = uuid7(), uuid7(), uuid7()


class Watch:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


def a_purse(watch, rates, each=None):
    purse = Purse(watch)
    purse.learn(Limits(rates, each))
    return purse


def test_without_limits_all_may_go_and_nothing_is_asked(watch):
    purse = a_purse(watch, {})
    assert purse.has(RELAY)
    assert purse.admits("anywhere.example")
    assert purse.room([RELAY]) is None
    assert (purse.asks([RELAY]), purse.wait([RELAY])) == ([], None)


def test_a_relay_is_asked_for_tokens_and_each_mail_spends_one(watch):
    purse = a_purse(watch, {RELAY: 5.0})
    assert (purse.has(RELAY), purse.asks([RELAY])) == (False, [RELAY])
    purse.put({RELAY: Grant(2, None, 0.4)})
    assert (purse.has(RELAY), purse.room([RELAY])) == (True, 2)
    purse.spend(RELAY)
    purse.spend(RELAY)
    assert (purse.has(RELAY), purse.asks([RELAY])) == (False, [])
    assert purse.wait([RELAY]) == pytest.approx(0.4)
    watch.now += 0.4
    assert purse.asks([RELAY]) == [RELAY]


def test_a_domain_is_shut_from_when_mail_had_to_wait_until_tokens_come(watch):
    purse = a_purse(watch, {SLOW: 5.0})
    assert purse.shut() == []
    assert not purse.admits("slow.example")
    assert (purse.shut(), purse.asks([])) == (["slow.example"], [SLOW])
    purse.put({SLOW: Grant(1, None, 0.2)})
    assert purse.shut() == []
    assert purse.admits("slow.example")
    assert not purse.admits("slow.example")


def test_each_domain_has_the_common_rate_unless_it_has_its_own(watch):
    purse = a_purse(watch, {SLOW: 5.0}, each=1.0)
    assert not purse.admits("other.example")
    assert not purse.admits("slow.example")
    assert set(purse.asks([])) == {SLOW, (Scope.DOMAIN, "other.example")}


def test_a_batch_that_was_served_goes_on_and_the_others_stand_in_line(watch):
    purse = a_purse(watch, {SLOW: 10.0})
    purse.admits("slow.example")
    assert purse.hold(FIRST, "slow.example", 20, served=False) == pytest.approx(FIRST_ASK)
    assert purse.hold(SECOND, "slow.example", 20, served=False) == pytest.approx(FIRST_ASK + 2)
    assert purse.hold(THIRD, "slow.example", 999, served=False) == pytest.approx(FIRST_ASK + 4)
    purse.put({SLOW: Grant(4, None, 0.4)})
    assert purse.hold(FIRST, "slow.example", 16, served=True) == pytest.approx(0.4)
    again = purse.hold(SECOND, "slow.example", 20, served=False)
    assert again == pytest.approx(FIRST_ASK + 2), "whoever comes back keeps its place"
    last = purse.hold(uuid7(), "slow.example", 5, served=False)
    assert last == pytest.approx(0.4 + LONGEST_HOLD), "the rate may have changed by then"


def test_tokens_of_a_rate_that_has_fallen_are_worth_nothing(watch):
    purse = a_purse(watch, {RELAY: 100.0})
    purse.put({RELAY: Grant(40, None, 0.4)})
    purse.learn(Limits({RELAY: 102.0}))
    assert purse.room([RELAY]) == 40
    purse.learn(Limits({RELAY: 50.0}))
    assert purse.room([RELAY]) == 0
    purse.learn(Limits())
    assert purse.room([RELAY]) is None


def test_where_only_a_number_a_day_is_set_no_more_is_taken_than_is_needed(watch):
    purse = a_purse(watch, {RELAY: math.inf})
    purse.put({RELAY: Grant(UNPACED_CHUNK, None, 0.0)})
    assert purse.asks([RELAY]) == []
    for _ in range(UNPACED_CHUNK):
        purse.spend(RELAY)
    assert purse.asks([RELAY]) == [RELAY]


def test_what_is_left_is_given_away_once(watch):
    purse = a_purse(watch, {RELAY: 100.0})
    purse.put({RELAY: Grant(40, None, 0.4)})
    assert purse.empty() == {RELAY: 40}
    assert purse.empty() == {}
