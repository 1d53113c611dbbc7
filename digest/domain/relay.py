"""Where mail is handed over: what a relay's URL says."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from digest.domain.errors import Illegal


class Security(StrEnum):
    """How a connection is protected."""

    TLS = "tls"  # from the first byte (smtps://)
    STARTTLS_REQUIRED = "require"
    STARTTLS_OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """An SMTP server and how to talk to it."""

    host: str
    port: int
    security: Security
    user: str | None = None
    verify: bool = True  # the server's certificate
    ca_file: str | None = None

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class MaildirRelay:
    """A Maildir on this machine: nothing leaves it."""

    path: Path

    @property
    def shown(self) -> str:
        return str(self.path)

    @property
    def is_local(self) -> bool:
        return True


_PORTS = {"smtp": 25, "smtps": 465}


def parse_relay(url: str) -> SmtpRelay | MaildirRelay:
    """Read ``smtp://user@host:587?starttls=require``, ``smtps://host`` or ``maildir:///path``; a
    password in it is left aside (``split_password``).

    ``starttls`` is ``require`` (the default with a user name or on port 587), ``optional`` (the
    default elsewhere) or ``none``; ``verify=no`` accepts any certificate, ``ca=FILE`` names the
    authority to trust.
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path:
        return MaildirRelay(Path(unquote(parts.path)))
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Illegal(
            "A relay is written as smtp://user:password@host:587?starttls=require, "
            "smtps://host or maildir:///folder."
        )
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Illegal("A relay's port is a number from 1 to 65535.") from None
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    unknown = set(options) - {"starttls", "verify", "ca"}
    if unknown:
        raise Illegal(f"A relay has no option {min(unknown)!r}; known: starttls, verify, ca.")
    user = unquote(parts.username) if parts.username else None
    return SmtpRelay(
        host=parts.hostname,
        port=port,
        security=_security(parts.scheme, options.get("starttls"), port, user),
        user=user,
        verify=options.get("verify", "yes") != "no",
        ca_file=options.get("ca"),
    )


def check_remote(url: str) -> None:
    """``Illegal`` unless it names a server: who comes over the network is not to choose folders or
    files of this machine."""
    relay = parse_relay(url)
    if isinstance(relay, MaildirRelay) or relay.ca_file is not None:
        raise Illegal("A folder or a file of this machine is named with `digest relay add`.")


def split_password(url: str) -> tuple[str, str | None]:
    """The URL without its password, and the password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, None
    credentials, _, place = parts.netloc.rpartition("@")
    user = credentials.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{place}")), unquote(parts.password)


def share_lines(weights: Sequence[int], each: int) -> list[int]:
    """Cut ``each`` lines a relay into shares by weight, at least one for every relay: two relays
    that weigh 3 and 1 get 6 and 2 of 8."""
    total, heavy = each * len(weights), sum(weights)
    exact = [total * weight / heavy if heavy else each for weight in weights]
    shares = [max(1, int(share)) for share in exact]
    for place in sorted(range(len(exact)), key=lambda i: shares[i] - exact[i]):
        if sum(shares) < total:
            shares[place] += 1
    return shares


def _security(scheme: str, starttls: str | None, port: int, user: str | None) -> Security:
    if scheme == "smtps":
        return Security.TLS
    if starttls is None:
        strict = user is not None or port == 587
        return Security.STARTTLS_REQUIRED if strict else Security.STARTTLS_OPTIONAL
    try:
        return Security(starttls)
    except ValueError:
        raise Illegal("A relay's starttls is require, optional or none.") from None
