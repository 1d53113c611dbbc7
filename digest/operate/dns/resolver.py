"""Questions to DNS, bounded in time; by the machine's resolver or by one that the settings name."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Protocol

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from digest.domain.errors import Illegal, Transient

SECONDS = 4.0  # for one question, tries of all servers included
MOST_SILENT = 3  # questions without an answer; no more are asked then
PORT = 53

IpAddress = IPv4Address | IPv6Address


class Dns(Protocol):
    """What the checks ask. An empty answer means that there is no such record; ``Transient`` that
    nobody could say."""

    def txt(self, name: str) -> Sequence[str]: ...
    def addresses(self, name: str) -> Sequence[IpAddress]: ...
    def mail_hosts(self, name: str) -> Sequence[str]: ...
    def names_of(self, address: IpAddress) -> Sequence[str]: ...


class Resolver:
    """DNS as it is. Answers are kept for as long as this lives: an examination, no more."""

    def __init__(self, server: str = "") -> None:
        """``server`` is ``192.0.2.53`` or ``127.0.0.1:5353``; empty: the machine's own."""
        try:
            self._resolver = dns.resolver.Resolver(configure=not server)
        except dns.exception.DNSException:
            self._resolver = dns.resolver.Resolver(configure=False)  # no resolv.conf: all unknown
        if server:
            host, port = _server(server)
            self._resolver.nameservers, self._resolver.port = [host], port
        self._resolver.lifetime = SECONDS
        self._silent = 0
        self._known: dict[tuple[str, str], list[str]] = {}

    def txt(self, name: str) -> Sequence[str]:
        """TXT records, the strings of each joined (RFC 7208, section 3.3)."""
        return self._ask(name, "TXT")

    def addresses(self, name: str) -> Sequence[IpAddress]:
        """A and AAAA records."""
        return [ip_address(text) for kind in ("A", "AAAA") for text in self._ask(name, kind)]

    def mail_hosts(self, name: str) -> Sequence[str]:
        """MX records, the preferred first; ``.`` says that it takes no mail (RFC 7505)."""
        records = (text.split() for text in self._ask(name, "MX"))
        return [host.rstrip(".") or "." for _, host in sorted(records, key=lambda r: int(r[0]))]

    def names_of(self, address: IpAddress) -> Sequence[str]:
        """PTR records."""
        reverse = dns.reversename.from_address(str(address)).to_text()
        return [name.rstrip(".") for name in self._ask(reverse, "PTR")]

    def _ask(self, name: str, kind: str) -> list[str]:
        question = (name.rstrip(".").lower(), kind)
        if question not in self._known:
            self._known[question] = self._answer(*question)
        return self._known[question]

    def _answer(self, name: str, kind: str) -> list[str]:
        if self._silent >= MOST_SILENT:
            raise Transient(f"DNS was not asked for {name}: it gives no answers.")
        try:
            answer = self._resolver.resolve(f"{name}.", kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return []
        except (dns.exception.SyntaxError, dns.name.LabelTooLong, dns.name.NameTooLong):
            return []  # no name at all
        except dns.name.EmptyLabel:
            return []
        except (dns.exception.DNSException, OSError) as error:
            self._silent += isinstance(error, dns.exception.Timeout | OSError)
            raise Transient(f"DNS gave no answer for {name} ({type(error).__name__}).") from None
        if kind == "TXT":
            return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]
        return [one.to_text() for one in answer]


def _server(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = text, str(PORT)  # an address alone, IPv6 included
    try:
        return str(ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise Illegal(
            f"DIGEST_DNS_SERVER {text!r} is not the address of a resolver, such as 192.0.2.53 or "
            "127.0.0.1:5353."
        ) from None
