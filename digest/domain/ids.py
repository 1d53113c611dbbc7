"""Identifiers: UUIDv7 for rows, and the ids that derive from them."""

import os
import threading
import time
from uuid import UUID, uuid5

_lock = threading.Lock()
_last = 0

_DELIVERY_NAMESPACE = UUID("6f1c2a52-5d0e-5f0a-9d5c-0b2f6a3f1e77")


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, section 5.7), strictly increasing within one process.

    The 12 bits after the millisecond hold its fraction (method 3 of section 6.2), so that ids made
    in one burst sort in the order in which they were made.
    """
    global _last
    fraction_bits = 12
    with _lock:
        ticks = (time.time_ns() << fraction_bits) // 1_000_000
        ticks = _last = max(ticks, _last + 1)
    milliseconds, fraction = divmod(ticks, 1 << fraction_bits)
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | tail
    return UUID(int=value)


def message_key(campaign: UUID, subscriber: UUID) -> UUID:
    """The key of one mail to one person: the same at each try, whatever process sends it."""
    return uuid5(_DELIVERY_NAMESPACE, f"{campaign}/{subscriber}")
