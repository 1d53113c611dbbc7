"""The rate and the estimate of a running campaign."""

from datetime import timedelta

from digest.operate.progress import Point, pace
from tests.builders import NOW


def points(*done: tuple[int, int]) -> list[Point]:
    return [Point(NOW - timedelta(seconds=ago), n) for ago, n in done]


def test_the_rate_is_that_of_the_last_minute():
    slowed = points((3600, 0), (120, 90_000), (60, 91_000), (30, 91_300))
    assert pace(slowed, 100_000, Point(NOW, 91_600)).rate == 10
    assert pace(slowed, 100_000, Point(NOW, 91_600)).left == timedelta(seconds=840)


def test_at_the_beginning_it_is_that_since_the_first_point():
    assert pace(points((5, 0)), 1000, Point(NOW, 100)).rate == 20


def test_nobody_can_say_when_nothing_moves():
    still = pace(points((30, 10)), 100, Point(NOW, 10))
    assert (still.rate, still.left) == (0, None)
    assert pace([], 100, Point(NOW, 0)).rate is None
