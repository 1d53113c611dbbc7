"""Leaving, coming back and breaks, as decisions on one row."""

from datetime import timedelta

import pytest

from digest.audience.membership import (
    RETURN_WITHIN,
    Left,
    come_back,
    leave,
    may_return,
    pause,
    resume,
    state_at,
)
from digest.domain.errors import Illegal
from digest.domain.states import Stream, SubscriptionState, SuppressionReason
from digest.store.subscribers import Subscription
from tests.builders import NOW


def place(state: SubscriptionState = SubscriptionState.CONFIRMED, **values) -> Subscription:
    confirmed_at = None if state is SubscriptionState.PENDING else NOW
    return Subscription(
        state=state, stream=Stream.EACH, **({"confirmed_at": confirmed_at} | values)
    )


def test_leaving_again_keeps_the_first_time_and_way():
    row = place()
    assert leave(row, Left.ONE_CLICK, NOW)
    assert not leave(row, Left.PAGE, NOW + timedelta(days=1))
    assert (row.ended_at, row.ended_how) == (NOW, "one_click")


@pytest.mark.parametrize("was", [SubscriptionState.PENDING, SubscriptionState.CONFIRMED])
def test_coming_back_restores_the_state_from_before(was):
    row = place(was)
    leave(row, Left.PAGE, NOW)
    come_back(row, NOW)
    assert (row.state, row.ended_at, row.ended_how) == (was, None, None)


def test_coming_back_into_a_break_goes_on_with_it_and_after_it_does_not():
    row = place()
    pause(row, 7, NOW)
    leave(row, Left.PAGE, NOW)
    come_back(row, NOW + timedelta(days=1))
    assert row.state is SubscriptionState.PAUSED
    leave(row, Left.PAGE, NOW + timedelta(days=1))
    come_back(row, NOW + timedelta(days=8))
    assert row.state is SubscriptionState.CONFIRMED


def test_a_link_brings_back_who_left_by_themselves_a_short_while_ago():
    row = place()
    leave(row, Left.ONE_CLICK, NOW)
    assert may_return(row, None, NOW + RETURN_WITHIN)
    assert may_return(row, SuppressionReason.UNSUBSCRIBED_ALL, NOW)
    assert not may_return(row, None, NOW + RETURN_WITHIN + timedelta(seconds=1))
    assert not may_return(row, SuppressionReason.COMPLAINT, NOW)
    assert not may_return(place(), None, NOW)


@pytest.mark.parametrize("how", [Left.STAFF, Left.STAFF_ALL, Left.ERASED])
def test_a_link_brings_nobody_back_whom_others_took_off(how):
    row = place()
    leave(row, how, NOW)
    assert not may_return(row, None, NOW)


def test_a_break_that_is_over_is_none():
    row = place()
    pause(row, 7, NOW)
    assert state_at(row, NOW + timedelta(days=7, seconds=-1)) is SubscriptionState.PAUSED
    assert state_at(row, NOW + timedelta(days=7)) is SubscriptionState.CONFIRMED


def test_a_break_can_be_ended():
    row = place()
    pause(row, 7, NOW)
    resume(row)
    assert (row.state, row.paused_until) == (SubscriptionState.CONFIRMED, None)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_break_has_a_sensible_length(days):
    with pytest.raises(Illegal, match="1 to 365"):
        pause(place(), days, NOW)


@pytest.mark.parametrize("state", [SubscriptionState.PENDING, SubscriptionState.UNSUBSCRIBED])
def test_only_who_is_confirmed_can_pause_or_resume(state):
    with pytest.raises(Illegal):
        pause(place(state), 7, NOW)
    with pytest.raises(Illegal):
        resume(place(state))
