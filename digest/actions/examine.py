"""``digest doctor``: every part that the service depends on, its verdict, and what to do."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from digest.actions.check_domain import (
    addresses_of,
    ask_domain,
    is_checked,
    relays_in_use,
    sender_domain,
)
from digest.actions.check_relay import check_relay
from digest.actions.keep_up import own_vitals
from digest.actions.make_backup import newest_backup
from digest.actions.readiness import broker_fault, reach_fault, schema_fault
from digest.actions.restore_backup import WORKPLACE
from digest.actions.service_facts import service_facts
from digest.domain.alarm import Finding
from digest.domain.checkup import Check, Verdict
from digest.domain.edition import Branding
from digest.operate.dns.resolver import Resolver
from digest.operate.dns.reverse import check_names
from digest.operate.files import open_to_others
from digest.operate.findings import findings, host_findings
from digest.operate.left_over import left_over
from digest.operate.parts import check_parts
from digest.operate.spans import length
from digest.setting_files import is_secret_file
from digest.settings import Settings
from digest.store.copying import sqlite_file
from digest.store.engine import Database, Session
from digest.store.heartbeats import ProcessKind, unkept_heartbeat
from digest.store.lists import all_lists
from digest.store.mailboxes import Mailbox, all_mailboxes
from digest.store.relays import usable_relays

BACKED_UP_WITHIN = timedelta(hours=36)  # one a night, and time to notice


def examine(db: Database, settings: Settings, now: datetime) -> Iterator[Check]:
    """Look at everything; without the database only at what needs no rows."""
    fault = reach_fault(db)
    yield _part("database", fault, f"{db.shown} answers.", "Look at DIGEST_DATABASE_URL.")
    if fault is None:
        fault = schema_fault(db)
        yield _part("schema", fault, "It is that of this version.", "Run `digest db upgrade`.")
    yield _broker(settings)
    yield _secrets(settings)
    if fault is not None:
        return
    yield from check_parts(_findings(db, settings, now))
    with db.read() as session:
        relays, brandings = usable_relays(session), _brandings(session)
        mailboxes, copied_at = all_mailboxes(session), newest_backup(session)
    yield _backup(copied_at, now)
    yield from _killed_restore(db)
    yield from (_mailbox(one) for one in mailboxes if one.enabled)
    for relay in relays:
        yield from check_relay(settings, relay, now)
    yield from _outside(db, settings, brandings, now)


def _findings(db: Database, settings: Settings, now: datetime) -> list[Finding]:
    """What Health says is wrong, and what is wrong with this machine."""
    with db.read() as session:
        here = unkept_heartbeat(session, own_vitals(settings, ProcessKind.BEAT, now))
        found = [*findings(service_facts(session, now), now), *host_findings(here)]
    return list({finding.key: finding for finding in found}.values())


def _outside(
    db: Database, settings: Settings, brandings: Sequence[Branding], now: datetime
) -> Iterator[Check]:
    """What mailboxes elsewhere go by; not asked where mail goes to nobody there."""
    relays, dns = relays_in_use(db), Resolver(settings.dns_server)
    if any(not relay.is_local for relay in relays):
        yield _links(settings)
        addresses = settings.addresses_of_ours
        yield from check_names(
            dns, addresses or addresses_of(dns, relays), are_known=bool(addresses)
        )
    for branding in brandings:
        domain = sender_domain(branding)
        if is_checked(settings, relays, domain):
            yield from ask_domain(db, settings, branding, now, dns)
        else:
            why = "Not asked in DNS: mail stays on this machine, or the name can't exist."
            yield Check(domain, Verdict.OK, why, "DIGEST_DOMAIN_CHECK=always asks.")


def _links(settings: Settings) -> Check:
    url = urlsplit(settings.public_url)
    if url.hostname in ("localhost", "127.0.0.1", "::1"):
        fault = f"Links in mails begin with {settings.public_url}, which readers can't reach."
    elif url.scheme != "https":
        fault = "Links in mails are not https, and one-click unsubscribe must be (RFC 8058)."
    else:
        fault = None
    well = f"Links in mails begin with {settings.public_url}."
    return _part("links", fault, well, "Set DIGEST_BASE_URL to the pages' https:// address.")


def _brandings(session: Session) -> list[Branding]:
    """One for each pair of domains that a list sends from."""
    found = [one.branding for one in all_lists(session) if one.paused_at is None]
    return list({(sender_domain(one), one.bounce_domain): one for one in found}.values())


def _broker(settings: Settings) -> Check:
    where = "Redis answers." if settings.redis_url else "In memory, for `digest up` alone."
    hint = "Look whether it runs, and at DIGEST_REDIS_URL; nothing is lost meanwhile."
    return _part("broker", broker_fault(settings), where, hint)


def _secrets(settings: Settings) -> Check:
    given = [Path(path) for name, path in os.environ.items() if is_secret_file(name)]
    if found := sorted(map(str, open_to_others(settings.home_path, given))):
        sentence = f"Others on this machine may read {', '.join(found)}."
        return Check("secrets", Verdict.WARNING, sentence, f"chmod go= {' '.join(found)}")
    return Check("secrets", Verdict.OK, "Nobody else on this machine may read them.")


def _mailbox(mailbox: Mailbox) -> Check:
    part = f"mailbox {mailbox.name}"
    if mailbox.failures:
        sentence = f"It failed {mailbox.failures} times in a row: {mailbox.error}"
        remedy = "Look at its server and password; `digest feedback mailbox add` changes them."
        return Check(part, Verdict.WARNING, sentence, remedy)
    if mailbox.last_success_at is None:
        return Check(part, Verdict.UNKNOWN, "Nobody has read it yet.", "Does a worker run?")
    return Check(part, Verdict.OK, f"It was read at {mailbox.last_success_at:%Y-%m-%d %H:%M} UTC.")


def _backup(copied_at: datetime | None, now: datetime) -> Check:
    remedy = (
        "Make one each night: `digest backup FILE` by cron, or digest-backup.timer; where the "
        "database is copied by other means, see that a copy can be put back."
    )
    if copied_at is None:
        sentence = "`digest backup` never made one: whatever is lost is lost for good."
        return Check("backup", Verdict.WARNING, sentence, remedy)
    sentence = f"The newest is of {copied_at:%Y-%m-%d %H:%M} UTC, {length(now - copied_at)} old."
    verdict = Verdict.OK if now - copied_at < BACKED_UP_WITHIN else Verdict.WARNING
    return Check("backup", verdict, sentence, "See why none was made since. " + remedy)


def _killed_restore(db: Database) -> Iterator[Check]:
    """What a restore that was killed left beside an SQLite database; the next one clears it."""
    if db.is_sqlite:
        for folder in left_over(sqlite_file(db).parent, f"{WORKPLACE}*"):
            sentence = f"One was killed and left {folder}, with rows of its backup."
            yield Check("restore", Verdict.WARNING, sentence, f"rm -r {folder}")


def _part(part: str, fault: str | None, well: str, hint: str) -> Check:
    if fault is None:
        return Check(part, Verdict.OK, well)
    return Check(part, Verdict.FAILED, fault, hint)
