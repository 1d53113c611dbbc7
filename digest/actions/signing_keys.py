"""Signing keys: made, published by an operator, activated, and retired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from digest.deliver.dkim_keys import PrivateKey, new_private_key, private_text, public_text
from digest.domain.address import ascii_domain
from digest.domain.errors import Illegal
from digest.domain.signing_key import KeyAlgorithm, parse_selector
from digest.settings import Settings
from digest.store import audit
from digest.store.engine import Database, Session
from digest.store.signing_keys import SigningKey, keys_of, lock_keys, pick_key, signing_at
from digest.tokens import seal

RETIRED = "is retired, and retired keys don't come back; make a new one"


def create_keys(
    db: Database,
    settings: Settings,
    *,
    domain: str,
    algorithms: Sequence[KeyAlgorithm],
    selector: str | None,
    now: datetime,
    actor: str,
) -> list[SigningKey]:
    """Make a key of each algorithm. They sign once they are in DNS and activated.

    Without ``selector`` one is made from the day. Where several keys are made, or it has to be
    made, the kind of the key stands at its end.
    """
    domain = ascii_domain(domain)
    privates = [new_private_key(algorithm) for algorithm in algorithms]
    with db.begin() as session:
        taken = {key.selector for key in lock_keys(session, domain)}
        stem = parse_selector(selector, domain) if selector else _free_stem(taken, now)
        many = selector is None or len(privates) > 1
        keys = []
        for private in privates:
            name = f"{stem}-{private.algorithm.key_type}" if many else stem
            if name in taken:
                raise Illegal(f"{domain} has a key {name!r} already; give another --selector.")
            key = _new_key(settings, domain, parse_selector(name, domain), private, now)
            session.add(key)
            session.flush()
            _note(session, "created", key, now, actor, {}, _shown(key))
            keys.append(key)
        return keys


def rotate_keys(
    db: Database,
    settings: Settings,
    *,
    domain: str,
    selector: str | None,
    now: datetime,
    actor: str,
) -> list[SigningKey]:
    """Make a successor of each key that signs for a domain now; nothing changes until they are
    activated."""
    domain = ascii_domain(domain)
    with db.read() as session:
        present = signing_at(keys_of(session, domain), now)
    if not present:
        raise Illegal(f"No key signs for {domain} yet; `digest key create {domain}` makes one.")
    return create_keys(
        db,
        settings,
        domain=domain,
        algorithms=[key.algorithm for key in present],
        selector=selector,
        now=now,
        actor=actor,
    )


def activate_keys(
    db: Database,
    *,
    domain: str,
    selectors: Sequence[str],
    at: datetime | None,
    now: datetime,
    actor: str,
) -> Sequence[SigningKey]:
    """Let keys sign, at once or from ``at`` on, in place of the present ones of their algorithm.

    Gives the keys that will sign from then on.
    """
    domain = ascii_domain(domain)
    if at is not None and at < now:
        raise Illegal(f"{at:%Y-%m-%d %H:%M} UTC is over; a key can't sign from then on.")
    start = at or now
    with db.begin() as session:
        keys = lock_keys(session, domain)
        chosen = [pick_key(keys, domain, selector) for selector in selectors]
        if len({key.algorithm for key in chosen}) < len(chosen):
            raise Illegal("Of each algorithm one key signs: name one RSA and one Ed25519 at most.")
        for key in chosen:
            if key.retired_at is not None:
                raise Illegal(f"{key.selector} {RETIRED}.")
            if key in signing_at(keys, now):
                raise Illegal(f"{key.selector} signs for {domain} already.")
            before = _shown(key)
            key.active_from = start
            _note(session, "activated", key, now, actor, before, _shown(key))
        return signing_at(keys, start)


def retire_key(
    db: Database, *, domain: str, selector: str, force: bool, now: datetime, actor: str
) -> Sequence[SigningKey]:
    """Let a key sign no more but second tries of what it signed first; gives those that sign now.

    ``force`` is for the last key that signs: without it the domain's mail goes unsigned.
    """
    domain = ascii_domain(domain)
    with db.begin() as session:
        keys = lock_keys(session, domain)
        key = pick_key(keys, domain, selector)
        if key.retired_at is not None:
            raise Illegal(f"{key.selector} was retired before.")
        if signing_at(keys, now) == (key,) and not force:
            raise Illegal(
                f"{key.selector} is the only key that signs for {domain}: activate another one "
                "first, or say --force to send unsigned."
            )
        before = _shown(key)
        key.retired_at = now
        _note(session, "retired", key, now, actor, before, _shown(key))
        return signing_at(keys, now)


def _free_stem(taken: set[str], now: datetime) -> str:
    day = f"{now:%Y%m%d}"
    stem, number = day, 1
    while any(
        name.startswith(f"{stem}-{kind.key_type}") for name in taken for kind in KeyAlgorithm
    ):
        number += 1
        stem = f"{day}-{number}"
    return stem


def _new_key(
    settings: Settings, domain: str, selector: str, private: PrivateKey, now: datetime
) -> SigningKey:
    return SigningKey(
        domain=domain,
        selector=selector,
        algorithm=private.algorithm,
        sealed_private_key=seal(settings, private_text(private)),
        public_key=public_text(private),
        created_at=now,
    )


def _shown(key: SigningKey) -> dict[str, Any]:
    """What the audit keeps of a key: never the key itself."""
    return {
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm.value,
        "active_from": key.active_from.isoformat() if key.active_from else None,
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
    }


def _note(
    session: Session,
    action: str,
    key: SigningKey,
    now: datetime,
    actor: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="signing_key",
        noun_id=key.id,
        before=before or None,
        after=after,
    )
