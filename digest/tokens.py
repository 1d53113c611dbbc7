"""Signed links, sealed secrets, and the keyed hash of addresses.

A token holds ids and never an address; it is signed with HMAC-SHA-256 under a key of its purpose,
so that one for reading can't be used for leaving. Older keys still verify, newer ones sign.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from digest.domain.errors import Illegal
from digest.mac import Mac, base32
from digest.settings import Settings

MAC_BYTES = 16  # 128 bits: what cannot be guessed
_SHORT_MAC_BYTES = 10  # 80 bits, for a return path, whose local part has 64 octets at most
_UUID_BYTES = 16
_KEY_BYTES = 8


class BadToken(Illegal):
    """A link that this service did not make, or that was damaged on its way."""


class Tokens:
    """Makes and reads tokens under one secret, and reads those of earlier secrets."""

    def __init__(self, secret: bytes, earlier: Sequence[bytes] = ()) -> None:
        self._secrets = (secret, *earlier)
        self._macs: dict[str, list[Mac]] = {}

    def subscription(self, subscriber_id: UUID, list_id: UUID) -> str:
        """For one person's place on one list: its preferences, and leaving it."""
        return self._sign("subscription", subscriber_id.bytes + list_id.bytes)

    def read_subscription(self, token: str) -> tuple[UUID, UUID]:
        """The subscriber and the list; ``BadToken`` where it isn't ours."""
        payload = self._verify("subscription", token, 2 * _UUID_BYTES)
        return UUID(bytes=payload[:_UUID_BYTES]), UUID(bytes=payload[_UUID_BYTES:])

    def sign_up(self, subscriber_id: UUID, until: datetime) -> str:
        """For confirming what a subscriber asked for, until then (whole seconds)."""
        return self._sign_until("sign up", subscriber_id, until)

    def read_sign_up(self, token: str, now: datetime) -> UUID:
        """The subscriber; ``BadToken`` where it isn't ours, or is too old."""
        return self._verify_until("sign up", token, now)

    def greeting(self, greeting_id: UUID, kind: str, until: datetime) -> str:
        """For what one mail of that kind offers whoever gets it, until then (whole seconds)."""
        return self._sign_until(f"greeting {kind}", greeting_id, until)

    def read_greeting(self, token: str, kind: str, now: datetime) -> UUID:
        """The mail; ``BadToken`` where it isn't ours, was for another kind, or is too old."""
        return self._verify_until(f"greeting {kind}", token, now)

    def edition(self, edition_id: UUID) -> str:
        """For reading one edition in a browser."""
        return self._sign("edition", edition_id.bytes)

    def read_edition(self, token: str) -> UUID:
        """The edition; ``BadToken`` where it isn't ours."""
        return UUID(bytes=self._verify("edition", token, _UUID_BYTES))

    def link(self, edition_id: UUID, key: int) -> str:
        """For following one link of an edition (``digest.domain.counting.link_key``)."""
        return self._sign("link", edition_id.bytes + key.to_bytes(_KEY_BYTES, signed=True))

    def read_link(self, token: str) -> tuple[UUID, int]:
        """The edition and the link's key; ``BadToken`` where it isn't ours."""
        payload = self._verify("link", token, _UUID_BYTES + _KEY_BYTES)
        key = int.from_bytes(payload[_UUID_BYTES:], signed=True)
        return UUID(bytes=payload[:_UUID_BYTES]), key

    def picture(self, edition_id: UUID) -> str:
        """For the picture by which opens of an edition are counted."""
        return self._sign("picture", edition_id.bytes)

    def read_picture(self, token: str) -> UUID:
        """The edition; ``BadToken`` where it isn't ours."""
        return UUID(bytes=self._verify("picture", token, _UUID_BYTES))

    def form(self, secret: str) -> str:
        """For the forms of the session (or of the browser) that holds this secret."""
        return self._derived("form")[0].digest(secret.encode()).hex()

    def is_form(self, token: str, secret: str) -> bool:
        """Whether ``form`` made it for this secret."""
        return self.is_same(token, self.form(secret))

    @staticmethod
    def is_same(one: str, other: str) -> bool:
        """Whether two texts are equal, in a time that does not tell where they differ."""
        return hmac.compare_digest(one.encode(), other.encode())

    def note(self, text: str) -> str:
        """A short text for a cookie, to be shown on the next page."""
        mac = self._derived("note")[0].digest(text.encode())[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac + text.encode()).rstrip(b"=").decode()

    def read_note(self, cookie: str) -> str | None:
        """The text; None where it isn't ours."""
        raw = _decoded(cookie)
        mac, text = raw[:MAC_BYTES], raw[MAC_BYTES:]
        is_ours = self._derived("note")[0].matches(text, mac, MAC_BYTES)
        return text.decode() if is_ours else None

    def return_path(self, delivery_id: UUID) -> str:
        """The local part that bounces of one delivery come back to (VERP): lower-case base 32,
        since mail servers may fold case; 44 octets."""
        mac = self._derived("return path")[0].digest(delivery_id.bytes)
        return f"b+{base32(delivery_id.bytes + mac[:_SHORT_MAC_BYTES])}"

    def read_return_path(self, local_part: str) -> UUID:
        """The delivery that a return path names; ``BadToken`` where it isn't ours."""
        packed = local_part.lower().removeprefix("b+").upper()
        try:
            raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
        except ValueError:
            raw = b""
        payload, mac = raw[:_UUID_BYTES], raw[_UUID_BYTES:]
        if len(mac) == _SHORT_MAC_BYTES:
            for ours in self._derived("return path"):
                if ours.matches(payload, mac, _SHORT_MAC_BYTES):
                    return UUID(bytes=payload)
        raise BadToken("This return path was not made here.")

    def _sign(self, purpose: str, payload: bytes) -> str:
        mac = self._derived(purpose)[0].digest(payload)[:MAC_BYTES]
        return base64.urlsafe_b64encode(payload + mac).rstrip(b"=").decode()

    def _sign_until(self, purpose: str, id_: UUID, until: datetime) -> str:
        return self._sign(purpose, id_.bytes + int(until.timestamp()).to_bytes(8, "big"))

    def _verify_until(self, purpose: str, token: str, now: datetime) -> UUID:
        payload = self._verify(purpose, token, _UUID_BYTES + 8)
        if int.from_bytes(payload[_UUID_BYTES:], "big") < now.timestamp():
            raise BadToken("This link is too old; please ask for a new one.")
        return UUID(bytes=payload[:_UUID_BYTES])

    def _verify(self, purpose: str, token: str, size: int) -> bytes:
        raw = _decoded(token)
        payload, mac = raw[:size], raw[size:]
        if len(payload) == size and len(mac) == MAC_BYTES:
            for ours in self._derived(purpose):
                if ours.matches(payload, mac, MAC_BYTES):
                    return payload
        raise BadToken("This link is not valid; please use the one in your latest mail.")

    def _derived(self, purpose: str) -> list[Mac]:
        if purpose not in self._macs:
            label = f"bluf-digest token {purpose}".encode()
            keys = [hmac.digest(secret, label, "sha256") for secret in self._secrets]
            self._macs[purpose] = [Mac(key) for key in keys]
        return self._macs[purpose]


def seal(settings: Settings, secret: str) -> str:
    """Encrypt a secret that has to be stored, such as a relay's password."""
    return _fernet(settings).encrypt(secret.encode()).decode()


def unseal(settings: Settings, sealed: str) -> str:
    """What ``seal`` was given; ``Illegal`` where the secret key is another one now."""
    try:
        return _fernet(settings).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Illegal(
            "A stored password can't be read: DIGEST_SECRET_KEY is not the one it was stored "
            "under; set the password again."
        ) from None


def hash_address(settings: Settings, address: str) -> str:
    """The keyed hash under which an address (a roster key) is suppressed, in hex."""
    return _under(settings.suppression_secret).digest(address.encode()).hex()[:32]


@lru_cache(maxsize=1)
def _under(secret: bytes) -> Mac:
    return Mac(secret)


def _fernet(settings: Settings) -> Fernet:
    key = hmac.digest(settings.secret, b"bluf-digest sealed secrets", "sha256")
    return Fernet(base64.urlsafe_b64encode(key))


def _decoded(token: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:  # binascii.Error, or not ASCII
        return b""
    # Base64 has spare bits at its end: only the spelling that we made counts.
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token else b""
