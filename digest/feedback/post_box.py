"""A mailbox to empty: its mails one by one, each taken out only when somebody says so."""

import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from imaplib import IMAP4, IMAP4_SSL
from pathlib import Path
from typing import Protocol, Self

from digest.domain.errors import Illegal, Transient
from digest.domain.mailbox import ImapMailbox, MaildirMailbox
from digest.domain.relay import Security
from digest.feedback.mailboxes import LARGEST

TIMEOUT_SECONDS = 30
MOST_AT_ONCE = 500  # mails of one reading; the next tick goes on


class PostBox(Protocol):
    """``take_out`` what was applied; what is left lies there at the next reading."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def mails(self) -> Iterator[tuple[str, bytes]]:
        """A handle and the bytes of each mail, at most ``LARGEST`` of them."""
        ...

    def take_out(self, handle: str) -> None: ...


def open_post_box(mailbox: ImapMailbox | MaildirMailbox, password: str | None) -> PostBox:
    """The mailbox; it connects when it is entered. ``Transient`` where it can't be reached,
    ``Illegal`` where it refuses us."""
    if isinstance(mailbox, MaildirMailbox):
        return MaildirBox(mailbox.path)
    return ImapBox(mailbox, password or "")


class MaildirBox(AbstractContextManager["MaildirBox"]):
    """A Maildir: mails are deleted when they are taken out."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def mails(self) -> Iterator[tuple[str, bytes]]:
        if not self._path.is_dir():
            raise Illegal(f"There is no Maildir {self._path}.")
        found = 0
        for folder in ("new", "cur"):
            inner = self._path / folder
            for file in sorted(inner.iterdir()) if inner.is_dir() else ():
                if found < MOST_AT_ONCE and file.is_file() and not file.name.startswith("."):
                    found += 1
                    with file.open("rb") as opened:
                        yield str(file), opened.read(LARGEST)

    def take_out(self, handle: str) -> None:
        Path(handle).unlink(missing_ok=True)


class ImapBox(AbstractContextManager["ImapBox"]):
    """A folder of an IMAP account (RFC 3501): mails are marked deleted, and expunged at the end;
    where the server has UIDPLUS (RFC 4315), only those that we marked."""

    def __init__(self, mailbox: ImapMailbox, password: str) -> None:
        self._mailbox = mailbox
        self._password = password
        self._taken: list[str] = []

    def __enter__(self) -> Self:
        try:
            self._client = self._connected()
        except (OSError, IMAP4.abort) as error:
            raise Transient(f"{self._mailbox.host} can't be reached ({_said(error)}).") from None
        except IMAP4.error as error:
            raise Illegal(f"{self._mailbox.host} refuses us ({_said(error)}).") from None
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, IMAP4.error):
            self._expunge()
            self._client.logout()

    def mails(self) -> Iterator[tuple[str, bytes]]:
        try:
            _, (found, *_) = self._client.uid("SEARCH", "UNDELETED")
            for uid in (found or b"").split()[:MOST_AT_ONCE]:
                data = self._fetch(uid.decode())
                if data is not None:
                    yield uid.decode(), data
        except (OSError, IMAP4.error) as error:
            raise Transient(f"{self._mailbox.host} hung up ({_said(error)}).") from None

    def take_out(self, handle: str) -> None:
        try:
            self._client.uid("STORE", handle, "+FLAGS.SILENT", r"(\Deleted)")
        except (OSError, IMAP4.error) as error:
            raise Transient(f"{self._mailbox.host} hung up ({_said(error)}).") from None
        self._taken.append(handle)

    def _connected(self) -> IMAP4:
        mailbox = self._mailbox
        context = ssl.create_default_context()
        if not mailbox.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        place = mailbox.host, mailbox.port
        if mailbox.security is Security.TLS:
            client: IMAP4 = IMAP4_SSL(*place, ssl_context=context, timeout=TIMEOUT_SECONDS)
        else:
            client = IMAP4(*place, timeout=TIMEOUT_SECONDS)
        try:
            self._sign_in(client, context)
        except BaseException:
            client.shutdown()
            raise
        return client

    def _sign_in(self, client: IMAP4, context: ssl.SSLContext) -> None:
        if self._mailbox.security is Security.STARTTLS_REQUIRED:
            if "STARTTLS" not in client.capabilities:
                raise IMAP4.error("it offers no STARTTLS; ?starttls=none does without")
            client.starttls(context)
        client.login(self._mailbox.user, self._password)
        answer, _ = client.select(f'"{self._mailbox.folder}"')
        if answer != "OK":
            raise IMAP4.error(f"there is no folder {self._mailbox.folder}")

    def _fetch(self, uid: str) -> bytes | None:
        """The mail's bytes; None where it is gone meanwhile."""
        _, answer = self._client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        parts = [one[1] for one in answer if isinstance(one, tuple)]
        return bytes(parts[0]) if parts else None

    def _expunge(self) -> None:
        if not self._taken:
            return
        _, told = self._client.capability()  # after login: it may offer more
        if b"UIDPLUS" in (told[0] or b"").upper():
            self._client.uid("EXPUNGE", ",".join(self._taken))
        else:
            self._client.expunge()


def _said(error: Exception) -> str:
    """The server's own words."""
    words = error.args[0] if len(error.args) == 1 else str(error)
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
