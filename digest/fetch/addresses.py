"""Which network addresses may be connected to, and the look-up that is done once per request."""

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from digest.domain.errors import Permanent, Transient
from digest.fetch.target import Target

IPAddress = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]
Resolver = Callable[[str, int], Sequence[str]]
"""Host name and port to addresses in the order to try; raises ``OSError`` where there are none."""

# The IANA special-purpose registries, and what carries an IPv4 address inside an IPv6 one: those
# would reach a private IPv4 host by way of a gateway.
REFUSED: Networks = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(
    target: Target, resolve: Resolver, allowed: Networks, timeout: float
) -> tuple[IPAddress, ...]:
    """Look the host up once and check every address; the caller connects to nothing else.

    One refused address refuses the host: a name that points both outside and inside is an attack.
    """
    addresses = _look_up(target, resolve, timeout)
    for address in addresses:
        _check(target, address, allowed)
    return addresses


def _check(target: Target, address: IPAddress, allowed: Networks) -> None:
    if any(address in network for network in allowed):
        return
    if any(address in network for network in REFUSED) or not address.is_global:
        raise Permanent(
            f"{target.host} is refused: its address {address} is not on the public internet "
            "(DIGEST_FETCH_ALLOW lists exceptions)."
        )
    if not target.is_usual_port:
        raise Permanent(
            f"{target.host} is refused on port {target.port}: only ports 80 and 443 are fetched."
        )


def _look_up(target: Target, resolve: Resolver, timeout: float) -> tuple[IPAddress, ...]:
    try:
        return (ip_address(target.host),)
    except ValueError:
        pass
    try:
        found = _within(timeout, resolve, target)
        addresses = tuple(ip_address(text.partition("%")[0]) for text in found)
    except (OSError, UnicodeError, ValueError):
        raise Transient(f"{target.host} was not found; check the name in the address.") from None
    if not addresses:
        raise Transient(f"{target.host} was not found; check the name in the address.")
    return addresses


def _within(timeout: float, resolve: Resolver, target: Target) -> Sequence[str]:
    """The C library's look-up knows no time limit: wait for it in a thread that can be left."""
    outcome: list[Sequence[str] | OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            outcome.append(resolve(target.host, target.port))
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    thread = threading.Thread(target=look_up, name=f"look-up {target.host}", daemon=True)
    thread.start()
    thread.join(timeout)
    if not outcome:
        raise Transient(f"{target.host} was not looked up within {timeout:.0f} s.")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]
