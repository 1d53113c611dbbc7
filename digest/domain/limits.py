"""The limits that hold just now, and what the store must know of a sender's tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from digest.domain.rate import Key, Scope


@dataclass(frozen=True, slots=True)
class Limits:
    """Present rates in mails a second; infinite where only a number a day is set."""

    rates: Mapping[Key, float] = field(default_factory=dict)
    each_domain: float | None = None  # for domains that have no rate of their own

    def rate_of(self, key: Key) -> float | None:
        """None: without limit."""
        rate = self.rates.get(key)
        return self.each_domain if rate is None and key[0] is Scope.DOMAIN else rate

    @property
    def concern_domains(self) -> bool:
        return self.each_domain is not None or any(k[0] is Scope.DOMAIN for k in self.rates)


class DomainPace(Protocol):
    """What a claim asks about recipient domains, so that it takes only what can be sent now."""

    def shut(self) -> Sequence[str]:
        """Domains for which there is no token just now."""

    def admits(self, domain: str) -> bool:
        """Whether one more mail may go to a domain now; where it may, its token is spent."""

    def hold(self, batch: UUID, domain: str, waiting: int, *, served: bool) -> float:
        """For how many seconds a batch need not be looked at because of a domain that is shut.

        ``waiting``: the batch's mails to it; ``served``: whether some of them were just taken.
        """
