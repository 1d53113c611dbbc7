"""Processor time as it would be on a machine that does nothing else: programs that run beside a
test slow it, though they take none of its time."""

from collections.abc import Callable
from time import process_time

ALONE = 0.008  # seconds that ``_fixed_work`` takes there


def quiet_seconds(work: Callable[[], object]) -> float:
    """Processor seconds that ``work`` takes, less what a fixed piece of work right before and after
    it is slowed by. Of a faster machine they are as they are."""
    before = _seconds(_fixed_work)
    taken = _seconds(work)
    slowness = (before + _seconds(_fixed_work)) / (2 * ALONE)
    return taken / max(1.0, slowness)


def _seconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def _fixed_work() -> int:
    words = [f"word {n * 7919 % 10_007}" for n in range(30_000)]
    places = {word: place for place, word in enumerate(words)}
    return len("".join(sorted(places)).split("7"))
