"""Signing keys: what a domain's mail is signed with, now and at the first try of each delivery."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.domain.signing_key import ALGORITHMS, KeyAlgorithm, TxtRecord, key_set_id, txt_record
from digest.store.base import Row, id_column, text_enum


class SigningKey(Row):
    """One DKIM key of one domain. It signs from ``active_from`` until a younger one of its
    algorithm does, or until it is retired; rows stay, since second tries are signed with the key
    of the first."""

    __tablename__ = "signing_key"
    __table_args__ = (UniqueConstraint("domain", "selector"),)

    id: Mapped[UUID] = id_column()
    domain: Mapped[str]  # lower-case A-labels
    selector: Mapped[str]
    algorithm: Mapped[KeyAlgorithm] = mapped_column(text_enum(KeyAlgorithm))
    sealed_private_key: Mapped[str]  # tokens.seal, of PKCS #8 in PEM
    public_key: Mapped[str]  # Base64, as DNS has it
    created_at: Mapped[datetime]
    active_from: Mapped[datetime | None]  # None: not yet
    retired_at: Mapped[datetime | None]

    @property
    def record(self) -> TxtRecord:
        """What has to stand in DNS."""
        return txt_record(self.domain, self.selector, self.algorithm, self.public_key)


def keys_of(session: Session, domain: str | None = None) -> Sequence[SigningKey]:
    """A domain's keys, or those of all, in order of age."""
    keys = select(SigningKey).order_by(SigningKey.domain, SigningKey.created_at, SigningKey.id)
    return session.scalars(
        keys if domain is None else keys.where(SigningKey.domain == domain)
    ).all()


def lock_keys(session: Session, domain: str) -> Sequence[SigningKey]:
    """A domain's keys, held until the transaction ends."""
    keys = select(SigningKey).where(SigningKey.domain == domain).order_by(SigningKey.id)
    return session.scalars(keys.with_for_update()).all()


def pick_key(keys: Iterable[SigningKey], domain: str, selector: str) -> SigningKey:
    """The key of a selector among a domain's keys."""
    selectors = {key.selector: key for key in keys}
    key = selectors.get(selector.strip().lower())
    if key is None:
        known = ", ".join(selectors) or "none yet"
        raise NotFound(f"{domain} has no signing key {selector!r} (known: {known}).")
    return key


def signing_at(keys: Iterable[SigningKey], now: datetime) -> tuple[SigningKey, ...]:
    """Which of a domain's keys sign a first try at ``now``: of each algorithm the one that was
    activated last and is not retired; RSA first."""
    active = [
        key
        for key in keys
        if key.active_from is not None
        and key.active_from <= now
        and (key.retired_at is None or key.retired_at > now)
    ]
    latest = (
        max(
            (key for key in active if key.algorithm is algorithm),
            key=lambda key: (key.active_from, key.id),
            default=None,
        )
        for algorithm in ALGORITHMS
    )
    return tuple(key for key in latest if key is not None)


def keys_by_set_id(keys: Sequence[SigningKey], set_id: UUID) -> tuple[SigningKey, ...]:
    """The keys, retired or not, that ``key_set_id`` named together; ``NotFound`` where they are
    gone."""
    alone = ((key,) for key in keys)
    pairs = (
        (rsa, other)
        for rsa in keys
        if rsa.algorithm is KeyAlgorithm.RSA
        for other in keys
        if other.algorithm is KeyAlgorithm.ED25519
    )
    for candidate in chain(alone, pairs):
        if key_set_id([key.id for key in candidate]) == set_id:
            return candidate
    raise NotFound(
        f"The signing key {set_id} of an earlier try is gone: put its row back into the database."
    )
