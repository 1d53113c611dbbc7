"""The signing keys of one domain as a sender needs them: opened once, chosen by the row."""

from datetime import datetime
from time import monotonic
from uuid import UUID

from digest.deliver.dkim import DomainKey, Signer
from digest.deliver.dkim_keys import read_private_key
from digest.domain.errors import Illegal
from digest.domain.signing_key import key_set_id
from digest.settings import Settings
from digest.store.engine import Session
from digest.store.signing_keys import SigningKey, keys_by_set_id, keys_of, signing_at
from digest.tokens import unseal

LOOK_SECONDS = 2.0  # how long a change of keys may take to be seen


class Keyring:
    """Which keys sign first tries now, and the signer of any try."""

    def __init__(self, settings: Settings, from_address: str) -> None:
        self._settings = settings
        self._domain = from_address.rpartition("@")[2].lower()
        self._signers: dict[UUID, Signer] = {}
        self.seen: UUID | None = None  # by ``current``, the last time
        self._looked_at: float | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether what was ``seen`` last still counts."""
        return self._looked_at is not None and monotonic() - self._looked_at <= LOOK_SECONDS

    def current(self, session: Session, now: datetime) -> UUID | None:
        """The ``key_id`` for rows that are tried for the first time at ``now``; None where the
        domain has no key that signs. Looks into the database every ``LOOK_SECONDS``."""
        if not self.is_fresh:
            self._looked_at = monotonic()
            keys = signing_at(keys_of(session, self._domain), now)
            self.seen = key_set_id([key.id for key in keys]) if keys else None
        return self.seen

    def signer(self, session: Session, key_id: UUID | None) -> Signer | None:
        """The signer of a row with this ``key_id``, whether its keys are retired by now or not;
        None where the row's first try went unsigned."""
        if key_id is None:
            return None
        if key_id not in self._signers:
            keys = keys_by_set_id(keys_of(session, self._domain), key_id)
            self._signers[key_id] = Signer([self._opened(key) for key in keys])
        return self._signers[key_id]

    def _opened(self, key: SigningKey) -> DomainKey:
        try:
            text = unseal(self._settings, key.sealed_private_key)
        except Illegal:
            raise Illegal(
                f"The signing key {key.selector} of {key.domain} can't be read: DIGEST_SECRET_KEY "
                "is not the one that it was made under; make and activate a new key."
            ) from None
        return DomainKey(key.domain, key.selector, read_private_key(text))
