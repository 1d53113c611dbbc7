"""DKIM keys: their algorithms, their names in DNS, and the record that makes one known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from digest.domain.errors import Illegal

_SELECTOR = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_TXT_STRING = 255  # octets of one string of a TXT record (RFC 1035, section 3.3)
_MAX_NAME = 253  # octets of a domain name


class KeyAlgorithm(StrEnum):
    """The ``a=`` of a signature. Many verifiers know RSA alone, so RSA stands first."""

    RSA = "rsa-sha256"  # RFC 6376
    ED25519 = "ed25519-sha256"  # RFC 8463

    @property
    def key_type(self) -> str:
        """The ``k=`` of the record in DNS."""
        return self.value.removesuffix("-sha256")


ALGORITHMS = tuple(KeyAlgorithm)


@dataclass(frozen=True, slots=True)
class TxtRecord:
    """What has to stand in DNS before a key signs."""

    name: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The value in pieces of 255 octets, which verifiers join again."""
        starts = range(0, len(self.value), _TXT_STRING)
        return tuple(self.value[at : at + _TXT_STRING] for at in starts)

    @property
    def quoted(self) -> str:
        """The value as a zone file has it."""
        return " ".join(f'"{piece}"' for piece in self.strings)


def txt_record(domain: str, selector: str, algorithm: KeyAlgorithm, public_key: str) -> TxtRecord:
    """The record of a key (RFC 6376, section 3.6.1); ``public_key`` is Base64."""
    value = f"v=DKIM1; k={algorithm.key_type}; p={public_key}"
    return TxtRecord(f"{selector}._domainkey.{domain}", value)


def parse_selector(text: str, domain: str) -> str:
    """The selector in lower case; ``Illegal`` where it can't be a name in DNS."""
    selector = text.strip().lower()
    if not _SELECTOR.fullmatch(selector):
        raise Illegal(
            f"{text[:80]!r} can't be a selector: it takes letters, digits, hyphens and dots, "
            "such as spring-2026."
        )
    if len(f"{selector}._domainkey.{domain}") > _MAX_NAME:
        raise Illegal(f"The selector {text[:80]!r} is too long for a name in DNS; shorten it.")
    return selector


def key_set_id(key_ids: Sequence[UUID]) -> UUID:
    """One id for the keys that sign together, so that a delivery's ``key_id`` names them all:
    a single key's own, else one that derives from both (RSA first)."""
    first, *others = key_ids
    return uuid5(first, " ".join(map(str, others))) if others else first
