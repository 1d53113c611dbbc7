"""Relays: seeded from the settings, added, tested, and opened for sending."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from digest.deliver.maildir import MaildirLine, MaildirTransport
from digest.deliver.pipeline import PipelinedConnection
from digest.deliver.route import Fleet, RelayLines
from digest.deliver.smtp import SmtpTransport
from digest.deliver.transport import Line, Transport
from digest.domain.errors import Illegal
from digest.domain.ids import uuid7
from digest.domain.relay import MaildirRelay, parse_relay, share_lines, split_password
from digest.settings import Settings
from digest.store import audit
from digest.store.connections import lease_connections
from digest.store.engine import Database
from digest.store.relays import Relay, all_relays, find_relay, relay_marks, usable_relays
from digest.tokens import seal, unseal

FIRST_NAME = "default"
MOST_WEIGHT = 1000
MOST_CONNECTIONS = 10_000
LINES = 8  # connections of one sender, a relay on the average


def seed_relay(db: Database, settings: Settings, now: datetime) -> None:
    """Make the first relay from ``DIGEST_SMTP_URL``, where there is none at all."""
    with db.begin() as session:
        if not all_relays(session):
            session.add(_new_relay(settings, FIRST_NAME, settings.first_relay, now))


def add_relay(
    db: Database, settings: Settings, *, name: str, url: str, now: datetime, actor: str
) -> UUID:
    """Add a relay, or give an existing one another URL."""
    parse_relay(url)
    with db.begin() as session:
        relay = next((one for one in all_relays(session) if one.name == name), None)
        new = _new_relay(settings, name, url, now)
        before = {"url": relay.url} if relay else None
        if relay is None:
            session.add(relay := new)
        else:
            relay.url, relay.sealed_password = new.url, new.sealed_password
            relay.failures, relay.error, relay.resting_until = 0, None, None
        session.flush()
        audit.record(
            session,
            now=now,
            actor=actor,
            action="added" if before is None else "changed",
            noun="relay",
            noun_id=relay.id,
            before=before,
            after={"url": relay.url},
        )
        return relay.id


def weigh_relay(db: Database, *, name: str, weight: int, now: datetime, actor: str) -> None:
    """Give a relay its share of the connections; 0: only while all others rest. Acts within
    seconds."""
    _check_weight(weight)
    _change(db, name, "weighed", {"weight": weight}, now, actor)


def limit_connections(
    db: Database, *, name: str, connections: int | None, now: datetime, actor: str
) -> None:
    """Open no more connections to a relay than so many, over all senders; None: any number."""
    _check_connections(connections)
    _change(db, name, "limited", {"connections": connections}, now, actor)


def enable_relay(db: Database, *, name: str, enabled: bool, now: datetime, actor: str) -> None:
    """Take a relay into use or out of it; acts at the next window."""
    action = "enabled" if enabled else "disabled"
    _change(db, name, action, {"enabled": enabled}, now, actor)


def change_relay(
    db: Database,
    *,
    name: str,
    enabled: bool,
    weight: int,
    connections: int | None,
    now: datetime,
    actor: str,
) -> None:
    """All of that at once, as a form holds it."""
    _check_weight(weight)
    _check_connections(connections)
    values = {"enabled": enabled, "weight": weight, "connections": connections}
    _change(db, name, "changed", values, now, actor)


def open_relay(db: Database, settings: Settings, now: datetime) -> Transport | None:
    """A transport for the first usable relay; None where there is none, or all of them rest."""
    with db.read() as session:
        relays = _in_turn(usable_relays(session), now)
        return transport_for(settings, relays[0]) if relays else None


def transport_for(settings: Settings, relay: Relay) -> Transport:
    """The transport of a relay; it connects when it is first used."""
    parsed = parse_relay(relay.url)
    if isinstance(parsed, MaildirRelay):
        return MaildirTransport(parsed.path)
    password = unseal(settings, relay.sealed_password) if relay.sealed_password else None
    return SmtpTransport(parsed, password)


def open_lines(db: Database, settings: Settings, now: datetime) -> Fleet:
    """Lines to all relays that can be used just now, in proportion to their weights, and no more
    than each of them allows."""
    with db.read() as session:
        usable = usable_relays(session)
    relays, owner = _in_turn(usable, now), uuid7()
    shares = share_lines([relay.weight for relay in relays], LINES)
    leased = any(relay.connections is not None for relay in relays)
    if leased:
        with db.begin() as session:
            shares = [
                lease_connections(session, relay, owner, n)
                for relay, n in zip(relays, shares, strict=True)
            ]
    lines = [
        RelayLines(relay.id, _lines(settings, relay, n))
        for relay, n in zip(relays, shares, strict=True)
        if n
    ]
    return Fleet(lines, relay_marks(usable), owner, leased)


def _in_turn(usable: Sequence[Relay], now: datetime) -> list[Relay]:
    """The relays that do not rest; those of weight 0 only where there is no other."""
    awake = [r for r in usable if r.resting_until is None or r.resting_until <= now]
    return [relay for relay in awake if relay.weight] or awake


def _lines(settings: Settings, relay: Relay, n: int) -> list[Line]:
    parsed = parse_relay(relay.url)
    if isinstance(parsed, MaildirRelay):
        return [MaildirLine(MaildirTransport(parsed.path))]
    password = unseal(settings, relay.sealed_password) if relay.sealed_password else None
    return [PipelinedConnection(parsed, password) for _ in range(n)]


def _check_weight(weight: int) -> None:
    if not 0 <= weight <= MOST_WEIGHT:
        raise Illegal(f"A relay's weight is a number from 0 to {MOST_WEIGHT}.")


def _check_connections(connections: int | None) -> None:
    if connections is not None and not 1 <= connections <= MOST_CONNECTIONS:
        raise Illegal(f"A relay's connections are a number from 1 to {MOST_CONNECTIONS}.")


def _change(
    db: Database, name: str, action: str, values: Mapping[str, object], now: datetime, actor: str
) -> None:
    with db.begin() as session:
        relay = find_relay(session, name)
        values = {key: value for key, value in values.items() if getattr(relay, key) != value}
        if not values:
            return
        audit.record(
            session,
            now=now,
            actor=actor,
            action=action,
            noun="relay",
            noun_id=relay.id,
            before={column: getattr(relay, column) for column in values},
            after=values,
        )
        for column, value in values.items():
            setattr(relay, column, value)


def _new_relay(settings: Settings, name: str, url: str, now: datetime) -> Relay:
    bare, password = split_password(url)
    if not name.strip():
        raise Illegal("A relay needs a name.")
    return Relay(
        name=name,
        url=bare,
        sealed_password=seal(settings, password) if password else None,
        created_at=now,
    )
