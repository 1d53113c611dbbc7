"""The server's half of an SMTP session (RFC 5321, 2920, 6152, 6531), as bytes in and bytes out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from digest.demo.inbox.arguments import parameter_problem, path_of
from digest.demo.inbox.body import MAX_SIZE, MessageBody

MAX_COMMAND = 2048  # octets; RFC 5321 section 4.5.3.1.4 asks for 512 and what extensions add
MAX_RECIPIENTS = 1000

_EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", f"SIZE {MAX_SIZE}", "ENHANCEDSTATUSCODES")


@dataclass(slots=True)
class Transaction:
    """One mail in the making."""

    mail_from: str
    is_utf8: bool = False
    rcpt_to: list[str] = field(default_factory=list)


# Says why an address is refused ("550 5.1.1 …"), or None.
Refusal = Callable[[str], str | None]
# Takes a whole message and gives the reply to its final dot.
Storage = Callable[[str, tuple[str, ...], bytes], str]


class SmtpSession:
    """Feed it what arrives, send what it returns; ``is_over`` after QUIT."""

    def __init__(self, host: str, refusal: Refusal, store: Storage) -> None:
        self._host = host
        self._refusal = refusal
        self._store = store
        self._input = bytearray()
        self._output: list[str] = []
        self._has_greeted = False
        self._mail: Transaction | None = None
        self._message: MessageBody | None = None
        self.is_over = False

    def greeting(self) -> bytes:
        """The first line, before the client says anything."""
        return f"220 {self._host} ESMTP sample inbox\r\n".encode()

    def feed(self, data: bytes) -> bytes:
        """Take octets in pieces of any size; gives the replies that they call for, in order."""
        self._input += data
        while not self.is_over and (self._take_body() if self._message else self._take_line()):
            pass
        replies = "".join(f"{line}\r\n" for line in self._output)
        self._output.clear()
        return replies.encode("utf-8")

    def _take_line(self) -> bool:
        end = self._input.find(b"\r\n")
        if end < 0 and len(self._input) <= MAX_COMMAND:
            return False
        if end < 0 or end > MAX_COMMAND:
            self._say("500 5.5.2 The line is too long.")
            self.is_over = True
            return False
        line = bytes(self._input[:end])
        del self._input[: end + 2]
        self._command(line)
        return True

    def _command(self, line: bytes) -> None:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            self._say("500 5.5.2 That is not UTF-8.")
            return
        if "\n" in text or "\r" in text or "\0" in text:
            self._say("500 5.5.2 A command ends with CR LF and holds no other control character.")
            return
        verb, _, argument = text.partition(" ")
        action = self._ACTIONS.get(verb.upper())
        if action is None:
            self._say("500 5.5.2 There is no such command.")
            return
        action(self, argument.strip())

    def _helo(self, argument: str) -> None:
        if self._greet(argument):
            self._say(f"250 {self._host}")

    def _ehlo(self, argument: str) -> None:
        if self._greet(argument):
            lines = (self._host, *_EXTENSIONS)
            self._output.extend(f"250-{line}" for line in lines[:-1])
            self._say(f"250 {lines[-1]}")

    def _greet(self, name: str) -> bool:
        if not name:
            self._say("501 5.5.4 Give your host name.")
            return False
        self._has_greeted = True
        self._mail = None
        return True

    def _mail_from(self, argument: str) -> None:
        path, parameters = path_of(argument, "FROM:")
        if not self._has_greeted:
            self._say("503 5.5.1 Say EHLO first.")
        elif self._mail is not None:
            self._say("503 5.5.1 A mail is begun already.")
        elif path is None:
            self._say("501 5.1.7 Give MAIL FROM:<address>.")
        elif (problem := parameter_problem(parameters)) is not None:
            self._say(problem)
        elif not path.isascii() and "SMTPUTF8" not in parameters:
            self._say("553 5.6.7 A non-ASCII address needs SMTPUTF8.")
        else:
            self._mail = Transaction(path, "SMTPUTF8" in parameters)
            self._say("250 2.1.0 The sender is fine.")

    def _rcpt_to(self, argument: str) -> None:
        path, parameters = path_of(argument, "TO:")
        if self._mail is None:
            self._say("503 5.5.1 Say MAIL first.")
        elif not path:
            self._say("501 5.1.3 Give RCPT TO:<address>.")
        elif parameters:
            self._say("555 5.5.4 There are no parameters to RCPT here.")
        elif not path.isascii() and not self._mail.is_utf8:
            self._say("553 5.6.7 A non-ASCII address needs SMTPUTF8.")
        elif len(self._mail.rcpt_to) >= MAX_RECIPIENTS:
            self._say("452 4.5.3 These are too many recipients.")
        elif (refusal := self._refusal(path)) is not None:
            self._say(refusal)
        else:
            self._mail.rcpt_to.append(path)
            self._say("250 2.1.5 The recipient is fine.")

    def _data(self, argument: str) -> None:
        if argument:
            self._say("501 5.5.4 DATA takes no argument.")
        elif self._mail is None:
            self._say("503 5.5.1 Say MAIL first.")
        elif not self._mail.rcpt_to:
            self._say("554 5.5.1 There is no valid recipient.")
        else:
            self._message = MessageBody()
            self._say("354 End with a dot on a line of its own.")

    def _take_body(self) -> bool:
        assert self._message is not None
        assert self._mail is not None
        if not self._message.take(self._input):
            return False
        body, mail = self._message, self._mail
        self._message = self._mail = None
        if body.is_too_large:
            self._say("552 5.3.4 The message is too large.")
        else:
            self._say(self._store(mail.mail_from, tuple(mail.rcpt_to), body.unstuffed()))
        return True

    def _rset(self, _argument: str) -> None:
        self._mail = None
        self._say("250 2.0.0 Forgotten.")

    def _noop(self, _argument: str) -> None:
        self._say("250 2.0.0 Fine.")

    def _vrfy(self, _argument: str) -> None:
        self._say("252 2.5.2 Send some mail and see.")

    def _quit(self, _argument: str) -> None:
        self._say(f"221 2.0.0 {self._host} closes the connection.")
        self.is_over = True

    def _not_offered(self, _argument: str) -> None:
        self._say("502 5.5.1 That is not offered here.")

    def _say(self, reply: str) -> None:
        self._output.append(reply)

    _ACTIONS: ClassVar[dict[str, Callable[["SmtpSession", str], None]]] = {
        "HELO": _helo,
        "EHLO": _ehlo,
        "MAIL": _mail_from,
        "RCPT": _rcpt_to,
        "DATA": _data,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "QUIT": _quit,
        **dict.fromkeys(("EXPN", "HELP", "STARTTLS", "AUTH", "BDAT"), _not_offered),
    }
