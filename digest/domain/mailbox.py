"""Where returned mail lies: what a mailbox's URL says."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from digest.domain.errors import Illegal
from digest.domain.relay import Security

_PORTS = {"imap": 143, "imaps": 993}


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A folder of an IMAP account."""

    host: str
    port: int
    security: Security
    user: str
    folder: str
    verify: bool = True  # the server's certificate


@dataclass(frozen=True, slots=True)
class MaildirMailbox:
    """A Maildir on this machine."""

    path: Path


def parse_mailbox(url: str) -> ImapMailbox | MaildirMailbox:
    """Read ``imaps://user@host/INBOX``, ``imap://user@host:143/INBOX?starttls=none`` or
    ``maildir:///path``; a password in it is left aside (``split_password``).

    ``starttls`` of ``imap://`` is ``require`` unless it says ``none``; ``verify=no`` accepts any
    certificate.
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path:
        return MaildirMailbox(Path(unquote(parts.path)))
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise Illegal(
            "A mailbox is written as imaps://user:password@host/INBOX or maildir:///folder."
        )
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Illegal("A mailbox's port is a number from 1 to 65535.") from None
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    unknown = set(options) - {"starttls", "verify"}
    if unknown or options.get("starttls", "require") not in ("require", "none"):
        raise Illegal("A mailbox's options are starttls=require|none and verify=yes|no.")
    security = Security.TLS if parts.scheme == "imaps" else Security.STARTTLS_REQUIRED
    if options.get("starttls") == "none":
        security = Security.NONE
    return ImapMailbox(
        host=parts.hostname,
        port=port,
        security=security,
        user=unquote(parts.username),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        verify=options.get("verify", "yes") != "no",
    )
