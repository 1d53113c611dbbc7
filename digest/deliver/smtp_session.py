"""A session with a relay: the standard library's client, with a limit on each stage and reply.

Left alone, ``smtplib`` limits the time of each read, not of a reply: a relay that says a byte a
second holds it for hours, and one whose reply never ends fills the memory.
"""

import os
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from time import monotonic

from digest.domain.relay import Security, SmtpRelay

MAX_REPLY = 16_384  # octets, all lines of a reply together

_LINE = re.compile(rb"[2-5][0-9]{2}([ -].*)?", re.DOTALL)  # RFC 5321, section 4.2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """The seconds that each stage may take, as a whole."""

    connect: float = 30.0
    command: float = 60.0
    # RFC 5321, section 4.5.3.2.6: who waits less for the answer to the dot makes duplicates.
    dot: float = 600.0
    goodbye: float = 5.0


class SmtpSession(smtplib.SMTP):
    """One connection. Every failure is an ``OSError`` or an ``SMTPException``."""

    def __init__(self, relay: SmtpRelay, limits: Limits) -> None:
        super().__init__(local_hostname=_our_name(), timeout=limits.connect)
        self._relay = relay
        self._unread = b""
        self.limit = limits.connect  # seconds for the next stage

    def begin(self, password: str | None) -> None:
        """Connect, protect, authenticate. TLS that is asked for is never done without."""
        relay = self._relay
        code, text = self.connect(relay.host, relay.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        self.ehlo_or_helo_if_needed()
        if self._starts_tls():
            self._start_tls()
        if relay.user is not None:
            self._authenticate(relay.user, password or "")

    def send(self, s: object) -> None:
        """Hand octets to the socket. Where it raises, some of them were not handed over."""
        if self._unread:
            raise smtplib.SMTPException("said more than it was asked")
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        assert isinstance(data, bytes)
        end = monotonic() + self.limit
        view = memoryview(data)
        while view:
            view = view[self._ready(end).send(view) :]

    def getreply(self) -> tuple[int, bytes]:
        """One reply: its code, or -1 where it is none, and its text."""
        end = monotonic() + self.limit
        texts: list[bytes] = []
        size = 0
        while size <= MAX_REPLY:
            line = self._line(end)
            size += len(line)
            if not _LINE.fullmatch(line):
                return -1, line
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(texts)
        raise smtplib.SMTPException("gave a reply without end")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """What ``connect`` calls; with TLS from the first byte where the relay wants it."""
        plain = socket.create_connection((host, port), timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # commands are small
        if self._relay.security is not Security.TLS:
            return plain
        return _tls(self._relay).wrap_socket(plain, server_hostname=host)

    def _line(self, end: float) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > MAX_REPLY:
                raise smtplib.SMTPException("gave a reply without end")
            data = self._ready(end).recv(4096)
            if not data:
                raise smtplib.SMTPServerDisconnected("closed the connection")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.removesuffix(b"\r")

    def _ready(self, end: float) -> socket.socket:
        """The socket, with the time that is left of the stage."""
        left = end - monotonic()
        if left <= 0:
            raise TimeoutError
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("closed the connection")
        self.sock.settimeout(left)
        return self.sock

    def _starts_tls(self) -> bool:
        security, offered = self._relay.security, self.has_extn("starttls")
        if security is Security.STARTTLS_REQUIRED and not offered:
            raise smtplib.SMTPNotSupportedError("does not offer STARTTLS, which is required")
        if security is Security.STARTTLS_OPTIONAL and not offered and self._relay.user is not None:
            raise smtplib.SMTPNotSupportedError(
                "does not offer STARTTLS, and the password is not sent in clear (starttls=none "
                "would allow that)"
            )
        return offered and security in (Security.STARTTLS_REQUIRED, Security.STARTTLS_OPTIONAL)

    def _start_tls(self) -> None:
        """RFC 3207. What came before the handshake counts for nothing, and nothing may come
        between: that would be somebody else's words taken for the relay's."""
        code, text = self.docmd("STARTTLS")
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        if self._unread:
            raise smtplib.SMTPException(
                "said something in clear between STARTTLS and the handshake"
            )
        plain = self._ready(monotonic() + self.limit)
        self.sock = _tls(self._relay).wrap_socket(plain, server_hostname=self._relay.host)
        self.esmtp_features = {}
        code, text = self.ehlo()
        if code != 250:
            raise smtplib.SMTPHeloError(code, text)

    def _authenticate(self, user: str, password: str) -> None:
        if not (user + password).isascii():
            raise smtplib.SMTPException("can't be given a user name or password that is not ASCII")
        try:
            self.login(user, password)
        except ValueError:  # what should have been Base64 is not
            raise smtplib.SMTPException("asked for the password in no known way") from None


def reason_of(error: Exception) -> str:
    """What the relay did, as the rest of a sentence, in its own words where it gave some."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = f"{error.smtp_code} {plain_text(error.smtp_error)}".strip()
        if error.smtp_code < 0:
            return f"gave an answer that makes no sense: {plain_text(error.smtp_error)!r}"
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
            return f"refused the user name or password ({answer})"
        return f"answered {answer}"
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, ConnectionResetError | BrokenPipeError | ssl.SSLEOFError):
        return "closed the connection"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not valid: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLError):
        return f"failed in TLS: {error.reason or error}"
    if isinstance(error, smtplib.SMTPException):
        return str(error).rstrip(".")
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return f"can't be reached: {os.strerror(error.errno)}"  # asyncio's words say the address
    words = error.strerror if isinstance(error, OSError) else None
    return f"can't be reached: {words or error}"


def plain_text(words: bytes | str) -> str:
    """A relay's words as one line without control characters, 500 characters at most."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(_CONTROL.sub(" ", text).split())[:500]


def _tls(relay: SmtpRelay) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=relay.ca_file)
    except OSError as error:
        raise smtplib.SMTPException(
            f"can't be verified: its ca file {relay.ca_file} is not readable ({error.strerror})"
        ) from None
    # Opportunistic TLS (RFC 7435) protects against listening only: there is nothing to verify,
    # unless a password is at stake.
    opportunistic = relay.security is Security.STARTTLS_OPTIONAL and relay.user is None
    if not relay.verify or opportunistic:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@cache
def _our_name() -> str | None:
    """Our name for EHLO, looked up once; without a full name smtplib gives our address."""
    name = socket.getfqdn()
    return name if "." in name else None
