"""Identifiers: UUIDv7 for rows, and the ids that derive from them."""

import os
import threading
import time
from datetime import datetime
from hashlib import sha1
from uuid import UUID

_lock = threading.Lock()
_last = 0
_FRACTION_BITS = 12

_DELIVERY_NAMESPACE = UUID("6f1c2a52-5d0e-5f0a-9d5c-0b2f6a3f1e77").bytes


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, section 5.7), strictly increasing within one process."""
    return uuid7s(1)[0]


def uuid7s(n: int) -> list[UUID]:
    """``n`` of them, in order.

    The 12 bits after the millisecond hold its fraction (method 3 of section 6.2), so that ids made
    in one burst sort in the order in which they were made.
    """
    global _last
    with _lock:
        first = max((time.time_ns() << _FRACTION_BITS) // 1_000_000, _last + 1)
        _last = first + n - 1
    chance = os.urandom(8 * n)
    return [
        _uuid7(first + at, int.from_bytes(chance[8 * at : 8 * at + 8], "big")) for at in range(n)
    ]


def id_series() -> str:
    """What the ids have in common that one statement of the database makes: 24 hex digits, behind
    which 8 that count the rows from 1 make a UUIDv7 (RFC 9562, section 6.2, method 1)."""
    return uuid7().hex[:24]


def first_id_at(moment: datetime) -> UUID:
    """The lowest UUIDv7 of that millisecond: what was made before is below it."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _uuid7(ticks: int, chance: int) -> UUID:
    milliseconds, fraction = divmod(ticks, 1 << _FRACTION_BITS)
    tail = (0b10 << 62) | (chance & ((1 << 62) - 1))
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | tail)


def message_key(campaign: UUID, subscriber: UUID) -> UUID:
    """The key of one mail to one person, a UUIDv5: the same at each try, whoever sends it."""
    name = _DELIVERY_NAMESPACE + campaign.bytes + subscriber.bytes
    return UUID(bytes=sha1(name, usedforsecurity=False).digest()[:16], version=5)
