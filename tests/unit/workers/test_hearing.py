"""When a worker takes itself for deaf."""

from workers.hearing import DEAF_SECONDS, Hearing


def test_a_worker_that_hears_nothing_though_it_could_is_deaf():
    hearing = Hearing(now=0.0)
    assert not hearing.is_deaf(DEAF_SECONDS, could_hear=True)
    assert hearing.is_deaf(DEAF_SECONDS + 1, could_hear=True)


def test_what_it_hears_proves_that_it_hears():
    hearing = Hearing(now=0.0)
    hearing.heard(30.0)
    assert not hearing.is_deaf(DEAF_SECONDS + 1, could_hear=True)


def test_neither_a_busy_worker_nor_a_silent_broker_makes_it_deaf():
    hearing = Hearing(now=0.0)
    assert not hearing.is_deaf(500.0, could_hear=False)
    assert not hearing.is_deaf(500.0 + DEAF_SECONDS, could_hear=True), "counted from then on"
    assert hearing.is_deaf(501.0 + DEAF_SECONDS, could_hear=True)
