"""SMTP as transport, on the standard library's client.

``smtplib.sendmail`` can't tell a connection that was cut while the message was under way (not
sent) from one cut after the final dot (unknown). So the transaction is spoken here, command by
command, and the moment at which the dot is handed to the socket is known.
"""

import contextlib
import re
import smtplib

from digest.deliver.smtp_session import Limits, SmtpSession, plain_text, reason_of
from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply
from digest.domain.relay import SmtpRelay

# So many mails in a row over which the connection broke make the relay the culprit.
MOST_BREAKS = 5

_LINE_END = re.compile(rb"\r\n|\r|\n")


class _Broken(Exception):
    """The connection broke before the dot, as the sentence says: the mail was not sent."""

    def __init__(self, said: str, reply: Reply, *, try_at_once: bool) -> None:
        super().__init__(said)
        self.reply = reply
        self.try_at_once = try_at_once


class SmtpTransport:
    """One connection to an SMTP relay.

    Relays end connections after so many mails, and some break over one odd mail. So a mail whose
    connection broke is tried at once on a new one, where the old one had served before; otherwise
    it is put off as if asked to try later (451 4.4.2), and the next mails go on. Only a relay that
    can't be connected to, or breaks over ``MOST_BREAKS`` mails in a row, is down.
    """

    def __init__(
        self, relay: SmtpRelay, password: str | None = None, limits: Limits = Limits()
    ) -> None:
        """``password`` is kept apart from the relay's URL, which may be shown and logged."""
        self._relay = relay
        self._password = password
        self._limits = limits
        self._session: SmtpSession | None = None
        self._breaks = 0  # in a row
        self._last_break = ""

    def send(self, mail: Mail) -> Reply:
        if self._breaks >= MOST_BREAKS:
            self._drop()
            raise RelayDown(f"{self._last_break} {self._breaks} mails in a row ended like this.")
        try:
            reply = self._tried(mail)
        except _Broken as broken:
            self._note_break(str(broken))
            return broken.reply
        except InDoubt as error:
            self._note_break(str(error))
            raise
        if reply.code == 421:
            self._note_break(self._answered(reply))
        else:
            self._breaks = 0
        return reply

    def close(self) -> None:
        if self._session is not None:
            self._session.limit = self._limits.goodbye
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._session.quit()
        self._drop()

    def _tried(self, mail: Mail) -> Reply:
        has_served = self._session is not None
        try:
            return self._hand_over(mail)
        except _Broken as broken:
            if not (has_served and broken.try_at_once):
                raise
        return self._hand_over(mail)

    def _hand_over(self, mail: Mail) -> Reply:
        session = self._session or self._connected()
        try:
            refusal = self._envelope(session, mail)
            if refusal is not None:
                return refusal
            session.send(_stuffed(mail.content))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            said = self._sentence(reason_of(error))
            is_slow = isinstance(error, TimeoutError)
            raise _Broken(said, Reply(451, f"4.4.2 {said}"), try_at_once=not is_slow) from None
        return self._answer(session)

    def _envelope(self, session: SmtpSession, mail: Mail) -> Reply | None:
        """MAIL, RCPT and DATA; gives the relay's refusal, or None when it waits for the body."""
        options = _mail_options(session, mail)
        if options is None:
            return Reply(553, "5.6.7 the relay does not offer SMTPUTF8, which this address needs")
        for command in (f"MAIL FROM:<{mail.return_path}>{options}", f"RCPT TO:<{mail.recipient}>"):
            code, text = session.docmd(command)
            if code // 100 != 2:
                return self._refused(session, code, text)
        code, text = session.docmd("DATA")
        return None if code == 354 else self._refused(session, code, text)

    def _refused(self, session: SmtpSession, code: int, text: bytes) -> Reply:
        """A refusal of this mail ends the transaction; 421 and nonsense end the connection."""
        reply = Reply(code, plain_text(text))
        if code == 421:
            self._drop()
            raise _Broken(self._answered(reply), reply, try_at_once=True)
        if not 400 <= code <= 599:
            raise smtplib.SMTPResponseException(code, text)
        try:
            is_forgotten = session.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            is_forgotten = False
        if not is_forgotten:
            self._drop()  # the refusal stands all the same
        return reply

    def _answer(self, session: SmtpSession) -> Reply:
        """Wait for what decides: the dot is out, so from here on a break leaves doubt."""
        session.limit = self._limits.dot
        try:
            code, text = session.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise InDoubt(self._sentence(reason_of(error))) from None
        session.limit = self._limits.command
        if not (200 <= code <= 299 or 400 <= code <= 599):
            self._drop()
            raise InDoubt(self._sentence(reason_of(smtplib.SMTPResponseException(code, text))))
        if code == 421:
            self._drop()
        return Reply(code, plain_text(text))

    def _connected(self) -> SmtpSession:
        session = self._session = SmtpSession(self._relay, self._limits)
        try:
            session.begin(self._password)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise RelayDown(self._sentence(reason_of(error))) from None
        session.limit = self._limits.command
        return session

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _note_break(self, said: str) -> None:
        self._breaks += 1
        self._last_break = said

    def _answered(self, reply: Reply) -> str:
        return self._sentence(f"answered {str(reply).rstrip('.')}")

    def _sentence(self, what_it_did: str) -> str:
        return f"The relay {self._relay.shown} {what_it_did}."


def _mail_options(session: SmtpSession, mail: Mail) -> str | None:
    """The parameters of MAIL; None where the address needs what the relay can't do."""
    size = f" SIZE={len(mail.content)}" if session.has_extn("size") else ""
    if mail.recipient.isascii():
        session.command_encoding = "ascii"
        return size
    if not session.has_extn("smtputf8"):
        return None
    session.command_encoding = "utf-8"
    return f"{size} SMTPUTF8 BODY=8BITMIME"


def _stuffed(content: bytes) -> bytes:
    r"""The message as it goes over the wire, its final dot included (RFC 5321, section 4.5.2).

    A bare CR or LF becomes a line end: relays that take ``\n.\n`` for the end of a message would
    read what follows as commands (CVE-2023-51764).
    """
    ends = content.count(b"\r\n")
    if not ends == content.count(b"\n") == content.count(b"\r"):
        content = _LINE_END.sub(b"\r\n", content)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if content.startswith(b".") else b"") + stuffed + b".\r\n"
