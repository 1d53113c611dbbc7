"""Which URL may be fetched at all, before any name is looked up."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

import idna

from digest.domain.errors import Permanent

MAX_URL = 4096
DEFAULT_PORTS = {"http": 80, "https": 443}

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"\u2028\u2029]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: ``host`` is an A-label name or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with its query, as it stands on the request line

    @property
    def is_usual_port(self) -> bool:
        return self.port in DEFAULT_PORTS.values()

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_target(url: str) -> Target:
    """Read a URL strictly; ``Permanent`` says why it can't be fetched.

    Refused are other schemes than http and https, user names, hosts written as numbers in any
    but the usual notation, and characters that some other reader may take differently.
    """
    shown = repr(url[:100])
    if len(url) > MAX_URL:
        raise Permanent(f"The address {shown}… is longer than {MAX_URL} characters.")
    if _UNSAFE.search(url):
        raise Permanent(f"The address {shown} holds a space or a control character.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Permanent(f"The address {shown} can't be read.") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise Permanent(f"The address {shown} is refused: only http and https are fetched.")
    if "@" in parts.netloc:
        raise Permanent(f"The address {_without_user(parts)!r} is refused: it holds a user name.")
    if port == 0:
        raise Permanent(f"The address {shown} is refused: port 0 does not exist.")
    host = _host(parts.hostname or "", shown)
    return Target(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], _path(parts))


def _host(host: str, shown: str) -> str:
    if not host:
        raise Permanent(f"The address {shown} names no host.")
    if ":" in host:
        return _ipv6(host, shown)
    name = _ascii(host, shown).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(name, shown)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Permanent(f"The address {shown} names a host that can't exist.")
    return name


def _ascii(host: str, shown: str) -> str:
    """The host in lower-case A-labels (IDNA 2008, mapped by UTS 46)."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode().lower()
    except idna.IDNAError:
        raise Permanent(f"The address {shown} names a host that can't exist.") from None


def _ipv4(name: str, shown: str) -> str:
    """Only four decimal numbers: the C library would read 0x7f.1 and 2130706433 as well."""
    try:
        return str(IPv4Address(name))
    except AddressValueError:
        raise Permanent(
            f"The address {shown} is refused: its host is a number in an unusual notation."
        ) from None


def _ipv6(host: str, shown: str) -> str:
    try:
        address = IPv6Address(host)
    except AddressValueError:
        raise Permanent(f"The address {shown} holds no readable IPv6 address.") from None
    if address.scope_id is not None:
        raise Permanent(f"The address {shown} is refused: it names a network interface.")
    return str(address)


def _path(parts: SplitResult) -> str:
    path = quote(parts.path, safe=_PATH_SAFE) or "/"
    query = quote(parts.query, safe=_PATH_SAFE + "?[]{}|^`")
    return f"{path}?{query}" if query else path


def _without_user(parts: SplitResult) -> str:
    """For error messages: a password in a URL is nobody's business."""
    return f"{parts.scheme}://…@{parts.netloc.rpartition('@')[2]}"
