"""What a sender holds: each delivery once, whatever the database hands out."""

import threading
from time import monotonic

from digest.deliver.held import Held
from digest.domain.delivery import Claimed
from digest.domain.ids import uuid7
from tests.builders import NOW


def a_claimed():
    ids = [uuid7() for _ in range(5)]
    return Claimed(ids[0], ids[1], ids[2], ids[3], "ana@mail.example", ids[4], NOW, None, 0, 0)


def test_what_comes_back_while_it_is_held_is_held_once():
    held, claimed, other = Held(lambda: NOW, threading.Event()), a_claimed(), a_claimed()
    held.take_in([claimed], monotonic() - 40)  # a lease that has ended
    assert not held.is_safe()
    held.take_in([claimed, other], monotonic())
    assert list(held.ready) == [claimed, other]
    assert held.is_safe()


def test_at_the_end_what_comes_back_is_given_back_once():
    held, claimed = Held(lambda: NOW, threading.Event()), a_claimed()
    held.take_in([claimed], monotonic())
    held.begin_ending()
    held.take_in([claimed], monotonic())
    assert [one for one, _ in held.results] == [claimed]
