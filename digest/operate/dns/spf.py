"""SPF (RFC 7208): who may send for a domain, evaluated for the addresses that its mail leaves from.

Only what can be known beforehand: no sender's local part, so that macros count as unknown.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_network

from digest.operate.dns.resolver import Dns, IpAddress

MOST_LOOKUPS = 10  # mechanisms that ask DNS, of all included records (section 4.6.4)
MOST_VOID = 2  # of them without an answer
MOST_HOSTS = 10  # names of one mx mechanism
_VERSION = re.compile(r"v=spf1( |$)", re.IGNORECASE)
_TERM = re.compile(
    r"(?P<sign>[-+?~]?)(?P<kind>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<value>[^/\s]+))?(?P<prefix>(?:/[0-9]+)?(?://[0-9]+)?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>\S*)", re.IGNORECASE)


class SpfResult(StrEnum):
    """What a receiver concludes (section 2.6)."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 - a result, no password
    NEUTRAL = "neutral"
    SOFTFAIL = "softfail"
    FAIL = "fail"
    PERMERROR = "permerror"


_SIGNS = {
    "+": SpfResult.PASS,
    "-": SpfResult.FAIL,
    "~": SpfResult.SOFTFAIL,
    "?": SpfResult.NEUTRAL,
}


class SpfError(Exception):
    """A record that receivers give up on: ``permerror``, and why."""


@dataclass
class _Walk:
    """One evaluation: what it has asked so far."""

    dns: Dns
    lookups: int = 0
    voids: int = 0
    open_to_all: bool = False  # +all, anywhere
    within: list[str] = field(default_factory=list)

    def looked_up(self, domain: str) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise SpfError(
                f"it takes more than {MOST_LOOKUPS} look-ups in DNS, and receivers stop there "
                f"(reached at {domain})"
            )

    def found(self, answer: Sequence[object]) -> None:
        self.voids += not answer
        if self.voids > MOST_VOID:
            raise SpfError(f"more than {MOST_VOID} of its names don't exist")


@dataclass(frozen=True, slots=True)
class SpfAnswer:
    """What SPF says of one address."""

    result: SpfResult
    lookups: int
    open_to_all: bool
    why: str = ""


def spf_records(dns: Dns, domain: str) -> list[str]:
    return [text for text in dns.txt(domain) if _VERSION.match(text)]


def evaluate_spf(dns: Dns, domain: str, address: IpAddress | None) -> SpfAnswer:
    """The result for mail of ``domain`` from ``address``; None walks the whole record.

    ``Transient`` where DNS can't be asked.
    """
    walk = _Walk(dns)
    try:
        result = _check_host(walk, domain, address)
    except SpfError as error:
        return SpfAnswer(SpfResult.PERMERROR, walk.lookups, walk.open_to_all, str(error))
    return SpfAnswer(result, walk.lookups, walk.open_to_all)


def _check_host(walk: _Walk, domain: str, address: IpAddress | None) -> SpfResult:
    """Section 4.6: the first mechanism that matches decides."""
    if domain in walk.within:
        raise SpfError(f"{domain} includes itself")
    records = spf_records(walk.dns, domain)
    if not records:
        return SpfResult.NONE
    if len(records) > 1:
        raise SpfError(f"{domain} has {len(records)} SPF records, and may have one")
    walk.within.append(domain)
    result = _first_match(walk, domain, records[0], address)
    walk.within.pop()
    return result


def _first_match(walk: _Walk, domain: str, record: str, address: IpAddress | None) -> SpfResult:
    mechanisms, redirect = _terms(record, domain)
    for sign, kind, value, prefix in mechanisms:
        if kind == "all":
            walk.open_to_all |= sign == "+"
            return _SIGNS[sign]
        if _matches(walk, kind, value or domain, prefix, address):
            return _SIGNS[sign]
    return SpfResult.NEUTRAL if redirect is None else _redirected(walk, redirect, address)


def _redirected(walk: _Walk, domain: str, address: IpAddress | None) -> SpfResult:
    walk.looked_up(domain)
    result = _check_host(walk, domain, address)
    if result is SpfResult.NONE:
        raise SpfError(f"it redirects to {domain}, which has no SPF record")
    return result


def _terms(record: str, domain: str) -> tuple[list[tuple[str, str, str, str]], str | None]:
    """Its mechanisms (sign, kind, value, prefix lengths) and where it redirects to."""
    mechanisms, redirect = [], None
    for word in record.split()[1:]:
        term, modifier = _TERM.fullmatch(word), _MODIFIER.fullmatch(word)
        if term:
            kind = term["kind"].lower()
            mechanisms.append((term["sign"] or "+", kind, term["value"] or "", term["prefix"]))
        elif modifier:
            if modifier["name"].lower() == "redirect":
                redirect = modifier["value"]
        else:
            raise SpfError(f"the record of {domain} has a word that means nothing: {word[:80]!r}")
    return mechanisms, redirect


def _matches(walk: _Walk, kind: str, value: str, prefix: str, address: IpAddress | None) -> bool:
    if kind in ("ip4", "ip6"):
        return _in_network(value + prefix, address)
    walk.looked_up(value)
    if "%" in value or kind == "ptr":
        return False  # nobody knows beforehand
    if kind == "include":
        result = _check_host(walk, value, address)
        if result is SpfResult.NONE:
            raise SpfError(f"it includes {value}, which has no SPF record")
        return result is SpfResult.PASS
    answer = list(_named(walk, kind, value))
    walk.found(answer)
    if kind == "exists":
        return bool(answer) and address is not None
    return any(_in_network(_with_prefix(one, prefix), address) for one in answer)


def _named(walk: _Walk, kind: str, name: str) -> Iterator[IpAddress]:
    """The addresses of a name, or of its mail hosts."""
    names = walk.dns.mail_hosts(name) if kind == "mx" else [name]
    if len(names) > MOST_HOSTS:
        raise SpfError(f"{name} has more than {MOST_HOSTS} mail hosts")
    for one in names:
        yield from walk.dns.addresses(one)


def _with_prefix(address: IpAddress, prefix: str) -> str:
    """``/24`` counts for IPv4, what stands behind ``//`` for IPv6."""
    four, _, six = prefix.partition("//")
    length = four.strip("/") if address.version == 4 else six
    return f"{address}/{length}" if length else str(address)


def _in_network(network: str, address: IpAddress | None) -> bool:
    try:
        parsed = ip_network(network, strict=False)
    except ValueError:
        raise SpfError(f"{network!r} is no network") from None
    return address is not None and address in parsed
