"""Passwords: argon2id (RFC 9106), as much work for accounts that don't exist, and what is taken."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from digest.domain.errors import Illegal

SHORTEST = 12  # characters
LONGEST = 200  # more would only cost time to hash

_hasher = PasswordHasher()  # argon2id with the library's defaults: RFC 9106, section 4, low memory


def hash_password(password: str) -> str:
    """The hash to store, with its salt and costs in it."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether it is the one; without a stored hash the same work is done, and the answer is no."""
    try:
        _hasher.verify(stored or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether it was hashed at lower costs than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new_password(password: str, address: str) -> None:
    """``Illegal`` where a password is too short, too long, or too easy to guess."""
    if len(password) < SHORTEST:
        raise Illegal(f"A password needs at least {SHORTEST} characters; a few words are good.")
    if len(password) > LONGEST:
        raise Illegal(f"A password has at most {LONGEST} characters.")
    bare = password.lower()
    if len(set(bare)) < 5 or bare in _COMMON:
        raise Illegal("This password is among the first that are tried; take a few words of yours.")
    if address.lower().partition("@")[0] in bare and len(address.partition("@")[0]) > 3:
        raise Illegal("A password may not hold the name in your address.")


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's password")


# Of twelve characters and more; shorter ones are refused as such.
_COMMON = frozenset(
    (
        "123456789012",
        "1234567890123",
        "1q2w3e4r5t6y",
        "abc123456789",
        "abcdefghijkl",
        "administrator",
        "changemeplease",
        "correcthorsebatterystaple",
        "letmeinletmein",
        "newsletter123",
        "password1234",
        "password12345",
        "passwordpassword",
        "qwerty123456",
        "qwertyuiop123",
        "qwertyuiopasdf",
        "welcome12345",
    )
)
