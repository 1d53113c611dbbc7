"""One mail to one person: what a sender is given, and what it gives back.

Both are made for each mail: a tuple with names takes a third of the time of a frozen dataclass.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from digest.domain.states import DeliveryState


class Claimed(NamedTuple):
    """A delivery that this process holds until its lease runs out."""

    id: UUID
    batch_id: UUID
    subscriber_id: UUID
    rendition_id: UUID
    address: str
    message_key: UUID  # Message-ID and idempotency key derive from it
    first_try_at: datetime  # Date derives from it, so that a second try is byte-identical
    key_id: UUID | None  # of the keys that signed the first try; None: it went unsigned
    tries: int  # answers that a relay gave so far
    doubts: int  # times that nobody knows whether it went out


class Outcome(NamedTuple):
    """What became of one try. ``reply`` is the relay's own words, without addresses."""

    state: DeliveryState
    reason: str | None = None
    reply: str | None = None
    next_at: datetime | None = None  # when it is due again, where it is
    sent_at: datetime | None = None
    tried: bool = True  # whether a relay answered about this very mail
    in_doubt: bool = False  # whether it may have gone out all the same
    suppress: bool = False  # whether the address is dead and must get no more mail
    relay_id: UUID | None = None  # through which it was tried
