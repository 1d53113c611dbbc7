"""The signing keys there are, and what each of them does now."""

from datetime import datetime

from digest.domain.address import ascii_domain
from digest.store.engine import Database
from digest.store.signing_keys import SigningKey, keys_of, signing_at


def list_signing_keys(
    db: Database, domain: str | None, now: datetime
) -> list[tuple[SigningKey, str]]:
    """All keys, or one domain's, each with its state: new, scheduled, signing, replaced or
    retired."""
    with db.read() as session:
        keys = keys_of(session, ascii_domain(domain) if domain else None)
    signing = {
        key.id
        for name in {key.domain for key in keys}
        for key in signing_at([key for key in keys if key.domain == name], now)
    }
    return [(key, _state(key, key.id in signing, now)) for key in keys]


def _state(key: SigningKey, is_signing: bool, now: datetime) -> str:
    if is_signing:
        return "signing"
    if key.retired_at is not None:
        return "retired"
    if key.active_from is None:
        return "new"
    return "scheduled" if key.active_from > now else "replaced"
