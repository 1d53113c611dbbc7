"""How many wrong passwords there may be, and how long one has to wait after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 10
MOST_PER_CLIENT = 50


@dataclass(frozen=True, slots=True)
class Tries:
    """When wrong passwords were given within the window, oldest first."""

    for_account: Sequence[datetime]  # by unknown devices; or by this one, where it is known
    by_client: Sequence[datetime]


def seconds_to_wait(tries: Tries, now: datetime) -> int:
    """How long nothing is tried any more; 0 where one more try is free.

    A device that its owner signed in with before has tries of its own: strangers can't lock the
    owner out.
    """
    return max(
        _until_free(tries.for_account, MOST_PER_ACCOUNT, now),
        _until_free(tries.by_client, MOST_PER_CLIENT, now),
    )


def _until_free(moments: Sequence[datetime], most: int, now: datetime) -> int:
    if len(moments) < most:
        return 0
    free_at = moments[len(moments) - most] + WINDOW
    return max(0, int((free_at - now).total_seconds()) + 1)
