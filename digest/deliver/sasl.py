"""How a password is proved to a relay: the mechanisms of SASL that mail relays offer.

The standard library has them too, but inside its blocking client.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mechanism:
    """``initial`` is said with AUTH itself; ``answers`` to the relay's challenges, in turn."""

    name: str
    initial: bytes | None
    answers: tuple[Callable[[bytes], bytes], ...] = ()


def mechanisms(offered: Iterable[str], user: str, password: str) -> Iterator[Mechanism]:
    """Those that the relay offers and we know, the ones that hide the password first."""
    name, secret = user.encode(), password.encode()
    known = (
        Mechanism("CRAM-MD5", None, (lambda challenge: _cram_md5(name, secret, challenge),)),
        Mechanism("PLAIN", b"\0" + name + b"\0" + secret),  # RFC 4616
        Mechanism("LOGIN", None, (lambda _: name, lambda _: secret)),
    )
    names = {word.upper() for word in offered}
    return (mechanism for mechanism in known if mechanism.name in names)


def _cram_md5(user: bytes, password: bytes, challenge: bytes) -> bytes:
    """RFC 2195."""
    return user + b" " + hmac.new(password, challenge, "md5").hexdigest().encode()
