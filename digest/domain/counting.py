"""What a list counts of its readers, all together, and what a link is called within its mail."""

from enum import StrEnum
from hashlib import sha256


class Counting(StrEnum):
    """How much is counted. Nothing is, unless the list asks for it."""

    NONE = "none"
    CLICKS = "clicks"
    OPENS = "opens"  # and clicks


def link_key(url: str) -> int:
    """What a link is called within its edition: 64 bits of its target, signed, and never 0."""
    return int.from_bytes(sha256(url.encode()).digest()[:8], signed=True) or 1
