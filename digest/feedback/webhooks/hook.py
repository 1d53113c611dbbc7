"""What a provider posted, and the things that read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.domain.feedback import Received
from digest.settings import Settings

Fetch = Callable[[str], bytes]  # gives what is at an address that was checked before


@dataclass(frozen=True, slots=True)
class Hook:
    """A request: header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider's requests are checked and read; ``Forbidden`` where the signature is
    wrong, ``Illegal`` where the body makes no sense."""

    is_configured: Callable[[Settings], bool]
    read: Callable[[Hook, Settings, Fetch], list[Received]]
