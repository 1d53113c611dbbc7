"""SMTP as transport, on the standard library's client.

``smtplib.sendmail`` can't tell a connection that was cut while the message was under way (not
sent) from one cut after the final dot (unknown). So the transaction is spoken here, command by
command, and the moment at which the dot is handed to the socket is known.
"""

import smtplib
import socket
import ssl

from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply
from digest.domain.relay import Security, SmtpRelay

CONNECT_SECONDS = 30.0
COMMAND_SECONDS = 60.0
GOODBYE_SECONDS = 5.0
# RFC 5321, section 4.5.3.2.6: who waits less for the answer to the dot makes duplicates.
DATA_SECONDS = 600.0


class SmtpTransport:
    """One connection to an SMTP relay."""

    def __init__(self, relay: SmtpRelay, password: str | None = None) -> None:
        """``password`` is kept apart from the relay's URL, which may be shown and logged."""
        self._relay = relay
        self._password = password
        self._client: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> Reply:
        client = self._client or self._connect()
        try:
            reply = self._before_data(client, mail)
            if reply is not None:
                return reply
            self._body(client, mail)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise RelayDown(_said(self._relay, error)) from None
        return self._answer(client)

    def close(self) -> None:
        if self._client is not None:
            try:
                _set_timeout(self._client, GOODBYE_SECONDS)
                self._client.quit()
            except (OSError, smtplib.SMTPException):
                pass
        self._drop()

    def _before_data(self, client: smtplib.SMTP, mail: Mail) -> Reply | None:
        """MAIL, RCPT and DATA; gives the relay's refusal, or None when it waits for the body."""
        options = self._mail_options(client, mail)
        if options is None:
            return Reply(553, "5.6.7 the relay does not offer SMTPUTF8, which this address needs")
        for code, text in (
            client.mail(mail.return_path, options),
            client.rcpt(mail.recipient),
        ):
            if code // 100 != 2:
                return self._refused(client, code, text)
        code, text = client.docmd("DATA")
        return None if code == 354 else self._refused(client, code, text)

    def _mail_options(self, client: smtplib.SMTP, mail: Mail) -> list[str] | None:
        options = [f"SIZE={len(mail.content)}"] if client.has_extn("size") else []
        if mail.recipient.isascii():
            client.command_encoding = "ascii"
            return options
        if not client.has_extn("smtputf8"):
            return None
        client.command_encoding = "utf-8"
        return [*options, "SMTPUTF8", "BODY=8BITMIME"]

    def _refused(self, client: smtplib.SMTP, code: int, text: bytes) -> Reply:
        """A refusal of this mail ends the transaction; 421 and nonsense end the connection."""
        if code == 421 or not 400 <= code <= 599:
            self._drop()
            raise RelayDown(f"The relay {self._relay.shown} answered {code} {_text(text)}.")
        try:
            client.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()  # the refusal stands all the same
        return Reply(code, _text(text))

    def _body(self, client: smtplib.SMTP, mail: Mail) -> None:
        """The message, dot-stuffed (RFC 5321, section 4.5.2), all but its final dot."""
        content = mail.content.replace(b"\r\n.", b"\r\n..")
        client.send((b"." if content.startswith(b".") else b"") + content)

    def _answer(self, client: smtplib.SMTP) -> Reply:
        """Send the dot and wait for what decides; from here on a break leaves doubt."""
        try:
            _set_timeout(client, DATA_SECONDS)
            client.send(b".\r\n")
            code, text = client.getreply()
            _set_timeout(client, COMMAND_SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise InDoubt(_said(self._relay, error)) from None
        if not (200 <= code <= 299 or 400 <= code <= 599):
            self._drop()
            raise InDoubt(f"The relay {self._relay.shown} answered {code} {_text(text)}.")
        if code == 421:
            self._drop()
        return Reply(code, _text(text))

    def _connect(self) -> smtplib.SMTP:
        """Connect, protect, authenticate. TLS that is asked for is never done without."""
        try:
            self._client = self._greeted()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise RelayDown(_said(self._relay, error)) from None
        return self._client

    def _greeted(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.security is Security.TLS:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host,
                relay.port,
                timeout=CONNECT_SECONDS,
                context=_tls(relay),
            )
        else:
            client = smtplib.SMTP(relay.host, relay.port, timeout=CONNECT_SECONDS)
        self._client = client
        if client.sock is not None:  # the dot is a small write behind a large one
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.ehlo_or_helo_if_needed()
        self._protect(client)
        if relay.user is not None:
            client.login(relay.user, self._password or "")
        _set_timeout(client, COMMAND_SECONDS)
        return client

    def _protect(self, client: smtplib.SMTP) -> None:
        security = self._relay.security
        offered = client.has_extn("starttls")
        if security is Security.STARTTLS_REQUIRED and not offered:
            raise smtplib.SMTPNotSupportedError("it does not offer STARTTLS, which is required")
        if offered and security in (Security.STARTTLS_REQUIRED, Security.STARTTLS_OPTIONAL):
            client.starttls(context=_tls(self._relay))
            client.ehlo()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _set_timeout(client: smtplib.SMTP, seconds: float) -> None:
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected("it closed the connection")
    client.sock.settimeout(seconds)


def _tls(relay: SmtpRelay) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=relay.ca_file)
    # Opportunistic TLS (RFC 7435) protects against listening only: there is nothing to verify.
    if not relay.verify or relay.security is Security.STARTTLS_OPTIONAL:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:500]


def _said(relay: SmtpRelay, error: Exception) -> str:
    """One sentence about a failed connection, with the relay's own words where it gave some."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        words = f"refused the user name or password ({_text(error.smtp_error)})"
    elif isinstance(error, smtplib.SMTPResponseException):
        words = f"answered {error.smtp_code} {_text(error.smtp_error)}"
    elif isinstance(error, TimeoutError):
        words = "did not answer in time"
    elif isinstance(error, ssl.SSLError):
        words = f"failed in TLS: {error.reason or error}"
    else:
        words = f"can't be reached: {error}"
    return f"The relay {relay.shown} {words}."
