"""How much one fetch may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch, redirects included; times are in seconds, sizes in bytes."""

    body: int = 10 * 1024 * 1024  # after decoding
    total: float = 30.0  # from the first look-up to the last byte
    connect: float = 8.0  # per address
    read: float = 15.0  # of silence
    queue: float = 60.0  # waiting for other requests to the same host
    redirects: int = 5
