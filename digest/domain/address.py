"""E-mail addresses: what may stand in an envelope, and the key that makes two of them one."""

import re
from dataclasses import dataclass

import idna

from digest.domain.errors import Illegal

# RFC 5321, section 4.5.3.1: octets.
MAX_LOCAL = 64
MAX_ADDRESS = 254

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_UNSAFE = re.compile(
    r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: the local part as given, the domain as lower-case A-labels (IDNA 2008)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a relay that offers SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()


def parse_address(text: str) -> Address:
    """Read an address as it is written; ``Illegal`` says what is wrong with it.

    Quoted local parts and address literals are refused: no subscriber has one, and attackers do.
    """
    text = text.strip(" \t")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise Illegal(
            f"{_shown(text)} is not an e-mail address: it needs one @ with text around it."
        )
    if _UNSAFE.search(text):
        raise Illegal(f"{_shown(text)} holds a space or a control character.")
    if not all(_ATOM.fullmatch(atom) for atom in local.split(".")):
        raise Illegal(f"{_shown(text)} has a part before the @ that mail servers don't take.")
    if len(local.encode()) > MAX_LOCAL:
        raise Illegal(f"{_shown(text)} is too long before the @: {MAX_LOCAL} octets at most.")
    address = Address(local, ascii_domain(domain))
    if len(str(address).encode()) > MAX_ADDRESS:
        raise Illegal(f"{_shown(text)} is too long: {MAX_ADDRESS} octets at most.")
    return address


def ascii_domain(domain: str) -> str:
    """The domain as lower-case A-labels by IDNA 2008 (not 2003, which maps ß to ss)."""
    try:
        name = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise Illegal(f"{_shown(domain)} is not a domain name: {error}.") from None
    labels = name.lower().split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Illegal(f"{_shown(domain)} is not a domain name.")
    if labels[-1].isdigit():
        raise Illegal(f"{_shown(domain)} is an address literal, not a domain name.")
    return ".".join(labels)


def domain_part(address: str) -> str:
    """The domain of an address that was parsed before."""
    return address.rpartition("@")[2]


def _shown(text: str) -> str:
    return repr(text[:80]) + ("…" if len(text) > 80 else "")
