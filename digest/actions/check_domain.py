"""Ask DNS whether mailboxes will take mail from a list's domain, keep what it said, and hold back
what must not start.

A verdict is kept for a day, so that a start at 06:59 does not hang on a resolver. A DNS that gives
no answer stops nothing: receivers ask their own, and the last fault that was seen still counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from digest.domain.checkup import Check, Verdict, failed, holds_back, judge_domain
from digest.domain.edition import Branding
from digest.domain.errors import Transient
from digest.domain.relay import MaildirRelay, SmtpRelay, parse_relay
from digest.log import get_logger
from digest.operate.dns.domain import Sender, check_domain
from digest.operate.dns.resolver import Dns, IpAddress, Resolver
from digest.settings import Settings
from digest.store.domain_checks import DomainCheck, find_domain_check, keep_domain_check
from digest.store.engine import Database
from digest.store.relays import usable_relays
from digest.store.signing_keys import keys_of, signing_at

LOOK_AGAIN = timedelta(hours=12)  # ahead of a run, so that its start finds a fresh verdict
# Nothing can be published under these (RFC 2606, RFC 6761, RFC 6762, and ICANN on .internal).
_RESERVED = ("example", "invalid", "test", "localhost", "local", "internal", "example.com")

log = get_logger(__name__)

Relays = Sequence[SmtpRelay | MaildirRelay]


def why_held(db: Database, settings: Settings, branding: Branding, now: datetime) -> str | None:
    """Why a campaign of that branding must not start now; None where it may.

    A good verdict counts for a day. While one is bad, each call asks DNS anew.
    """
    if not is_checked(settings, relays_in_use(db), sender_domain(branding)):
        return None
    kept = _kept(db, branding)
    if kept is None or kept.verdict is Verdict.FAILED or _age(kept, now) >= LOOK_AGAIN * 2:
        ask_domain(db, settings, branding, now)
        kept = _kept(db, branding)
    if kept is None or not holds_back(kept.verdict, kept.checked_at, now):
        return None
    first = failed(kept.checks)[0]
    return f"{kept.domain} fails in DNS. {first.part}: {first.sentence}"


def look_ahead(db: Database, settings: Settings, branding: Branding, now: datetime) -> None:
    """Ask while there is time to mend it, unless a good verdict is fresh enough."""
    if not is_checked(settings, relays_in_use(db), sender_domain(branding)):
        return
    kept = _kept(db, branding)
    if kept is None or kept.verdict is Verdict.FAILED or _age(kept, now) >= LOOK_AGAIN:
        ask_domain(db, settings, branding, now)


def ask_domain(
    db: Database,
    settings: Settings,
    branding: Branding,
    now: datetime,
    dns: Dns | None = None,
) -> list[Check]:
    """What DNS says of a branding's domains. It is kept where campaigns go by it."""
    dns = dns or Resolver(settings.dns_server)
    relays = relays_in_use(db)
    sender = _sender(db, settings, branding, relays, dns, now)
    checks = check_domain(dns, sender)
    verdict = judge_domain(checks)
    if is_checked(settings, relays, sender.domain):
        with db.begin() as session:
            keep_domain_check(
                session,
                domain=sender.domain,
                return_domain=sender.return_domain,
                verdict=verdict,
                checks=checks,
                now=now,
            )
    if verdict is not Verdict.OK:
        said = [f"{one.part}: {one.sentence}" for one in checks if one.verdict is not Verdict.OK]
        log.warning("domain", domain=sender.domain, verdict=verdict.value, says=said)
    return checks


def is_checked(settings: Settings, relays: Relays, domain: str) -> bool:
    """Whether campaigns of ``domain`` go by what DNS says: not where all mail stays on this
    machine, nor for names that nobody can publish anything under."""
    if settings.domain_check != "auto":
        return settings.domain_check == "always"
    if any(domain == name or domain.endswith(f".{name}") for name in _RESERVED):
        return False
    return any(not relay.is_local for relay in relays)


def relays_in_use(db: Database) -> Relays:
    with db.read() as session:
        return [parse_relay(relay.url) for relay in usable_relays(session)]


def addresses_of(dns: Dns, relays: Iterable[SmtpRelay | MaildirRelay]) -> tuple[IpAddress, ...]:
    """The public addresses of relays on other machines, as far as DNS tells."""
    found: list[IpAddress] = []
    for relay in relays:
        if isinstance(relay, SmtpRelay) and not relay.is_local:
            found += _resolved(dns, relay.host)
    return tuple(address for address in found if address.is_global)


def sender_domain(branding: Branding) -> str:
    return branding.from_address.rpartition("@")[2]


def _resolved(dns: Dns, host: str) -> Sequence[IpAddress]:
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    try:
        return dns.addresses(host)
    except Transient:
        return ()


def _sender(
    db: Database, settings: Settings, branding: Branding, relays: Relays, dns: Dns, now: datetime
) -> Sender:
    domain = sender_domain(branding)
    with db.read() as session:
        keys = signing_at(keys_of(session, domain), now)
    return Sender(
        domain=domain,
        return_domain=branding.bounce_domain or domain,
        keys=tuple(key.record for key in keys),
        addresses=settings.addresses_of_ours,
        relay_addresses=addresses_of(dns, relays),
    )


def _kept(db: Database, branding: Branding) -> DomainCheck | None:
    domain = sender_domain(branding)
    with db.read() as session:
        return find_domain_check(session, domain, branding.bounce_domain or domain)


def _age(kept: DomainCheck, now: datetime) -> timedelta:
    return now - kept.checked_at
