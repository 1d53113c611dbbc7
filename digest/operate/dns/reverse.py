"""PTR: the names of the addresses that mail leaves from, which must lead back to them."""

from collections.abc import Iterator

from digest.domain.checkup import Check, Verdict
from digest.operate.dns.domain import asked
from digest.operate.dns.resolver import Dns, IpAddress

_HINT = "Whoever gave you the address sets its name; the name's own address record must match."


def check_names(dns: Dns, addresses: tuple[IpAddress, ...], *, are_known: bool) -> Iterator[Check]:
    """A check for each public address: forward-confirmed reverse DNS, without which Gmail refuses
    (5.7.25). Where nobody said that mail leaves from these, a fault is a warning."""
    fault = Verdict.FAILED if are_known else Verdict.WARNING
    public = [address for address in addresses if address.is_global]
    if not public:
        yield Check(
            "PTR",
            Verdict.UNKNOWN,
            "Nobody said from which public addresses mail leaves.",
            "Set DIGEST_SENDING_ADDRESSES, unless a provider's relay sends from its own.",
        )
    for address in public:
        yield asked(f"PTR {address}", _name, dns, address, fault)


def _name(dns: Dns, address: IpAddress, fault: Verdict) -> Check:
    part, names = f"PTR {address}", dns.names_of(address)
    if not names:
        return Check(part, fault, "The address has no name.", _HINT)
    back = [name for name in names if address in dns.addresses(name)]
    if not back:
        why = f"Its name {names[0]} does not lead back to it."
        return Check(part, fault, why, _HINT)
    return Check(part, Verdict.OK, f"It is {back[0]}, which leads back to it.")
