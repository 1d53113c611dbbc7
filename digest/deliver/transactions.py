"""Mail transactions on an open connection, one running into the next (RFC 2920).

MAIL, RCPT and DATA go out in one write, and the next mail's in the same write as this one's body
and final dot: a message costs one round trip. Where the relay doesn't offer PIPELINING each
command waits for its reply; everything else is the same.

What is known about a mail when the connection ends: it is in doubt only if its dot was given to
the socket and not answered. A mail whose commands went out behind another's dot was not sent.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from digest.deliver.envelope import envelope_commands
from digest.deliver.offers import Offers
from digest.deliver.results import Done, Interrupted, Result
from digest.deliver.smtp_session import Limits, plain_text
from digest.deliver.stuffing import FINAL_DOT, dot_stuffed
from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply
from digest.deliver.wire import Wire

# A longer body may not fit the socket's buffer. Nothing is written behind it before it has gone,
# so that it stays known whether its dot has.
LONGEST_WITH_FOLLOWER = 65_536


class _Step(Enum):
    """What a reply is awaited to."""

    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    EMPTY = auto()  # the lone dot of a mail whose recipient was refused: its reply says nothing

    def takes(self, code: int) -> bool:
        """Whether a reply with this code can be one to it (RFC 5321, section 4.3.2)."""
        if self is _Step.RSET:
            return code < 300
        if self is _Step.DATA:
            return code == 354 or code >= 400
        return not 300 <= code < 400


@dataclass(slots=True)
class _Transaction:
    number: int  # in the order of this run
    mail: Mail
    is_told: bool = False
    is_handed_over: bool = False  # its dot is, or may be, in the socket's hands


class Transactions:
    """All that is said on one connection once it is open; ``shown`` is the relay's name."""

    def __init__(self, shown: str, wire: Wire, offers: Offers, limits: Limits) -> None:
        self._shown = shown
        self._wire = wire
        self._offers = offers
        self._limits = limits
        self._unsaid: deque[tuple[_Step, _Transaction, bytes]] = deque()
        self._awaited: deque[tuple[_Step, _Transaction]] = deque()
        self._must_reset = False
        self._has_served = False
        self._last_word: Reply | None = None  # 421, which ends the connection

    async def run(self, feed: Iterator[Mail], done: Done, holds: Callable[[], bool]) -> None:
        """Work through ``feed``; ``done`` gets a result for each mail that was taken from it.

        ``holds`` is asked before each body goes out; where it says no, the connection is dropped.
        What ``feed`` raises is raised here, once the mails under way have their results.
        """
        self._feed, self._done, self._holds = feed, done, holds
        self._error_of_feed: Exception | None = None
        self._finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._taken = 0
        self._wire.listener = self
        try:
            self._go_on()
            await self._finished
        finally:
            if self._awaited:
                self._wire.give_up("was left in the middle of a mail")
            self._wire.listener = None
        if self._error_of_feed is not None:
            raise self._error_of_feed

    def replied(self, code: int, text: bytes) -> None:
        if not self._awaited:
            self._wire.give_up(f"said more than it was asked: {code} {plain_text(text)}")
            return
        step, transaction = self._awaited[0]
        if code == 421:
            self._last_word = Reply(code, plain_text(text))
            self._wire.give_up(f"answered {self._last_word}")
        elif not step.takes(code):
            answer = f"{code} {plain_text(text)}".strip()
            self._wire.give_up(f"gave an answer that makes no sense to {step.name}: {answer!r}")
        else:
            self._awaited.popleft()
            self._take_answer(step, transaction, code, text)

    def heard(self) -> None:
        self._go_on()

    def drained(self) -> None:
        """Where it was a body that has gone now, the next mail's commands may follow."""
        step, transaction = self._awaited[0] if self._awaited else (None, None)
        if step is _Step.DOT and transaction is not None and not transaction.is_handed_over:
            transaction.is_handed_over = True
            if self._offers.pipelining:
                self._begin()
        self._go_on()

    def lost(self, how: str) -> None:
        for step, transaction in (*self._awaited, *(unsaid[:2] for unsaid in self._unsaid)):
            if not transaction.is_told:
                self._tell(transaction, self._result_of_loss(step, transaction, how))
        self._awaited.clear()
        self._unsaid.clear()
        self._finish()

    def _result_of_loss(self, step: _Step, transaction: _Transaction, how: str) -> Result:
        sentence = self._sentence(how)
        if step is _Step.DOT and transaction.is_handed_over and self._last_word is None:
            return InDoubt(sentence)
        if step is _Step.RSET or transaction is not self._awaited[0][1]:
            return RelayDown(sentence)
        try_at_once = self._has_served and not self._wire.timed_out
        return Interrupted(sentence, self._last_word, try_at_once=try_at_once)

    def _go_on(self) -> None:
        """Say what may be said now, and set the limit for the next reply."""
        if self._wire.ended is not None:
            return
        if not self._awaited and not self._unsaid:
            self._begin()
        self._say()
        if not self._awaited:
            self._wire.expect_nothing()
            self._finish()
        elif self._awaited[0][0] is _Step.DOT and self._awaited[0][1].is_handed_over:
            self._wire.expect_within(self._limits.dot)
        else:
            self._wire.expect_within(self._limits.command)

    def _begin(self) -> None:
        """Take the next mail that the relay can do, if there is one, and lay its commands out."""
        while (mail := self._next_mail()) is not None:
            transaction = _Transaction(self._taken, mail)
            self._taken += 1
            commands = envelope_commands(mail, self._offers)
            if isinstance(commands, Reply):
                self._tell(transaction, commands)
                continue
            if self._must_reset:
                self._unsaid.append((_Step.RSET, transaction, b"RSET\r\n"))
                self._must_reset = False
            self._unsaid.append((_Step.MAIL, transaction, commands[0]))
            self._unsaid.append((_Step.RCPT, transaction, commands[1]))
            self._unsaid.append((_Step.DATA, transaction, b"DATA\r\n"))
            return

    def _next_mail(self) -> Mail | None:
        if self._error_of_feed is not None:
            return None
        try:
            return next(self._feed, None)
        except Exception as error:  # noqa: BLE001 - the caller's own, which ``run`` gives back
            self._error_of_feed = error
            return None

    def _say(self, *first: bytes) -> None:
        """Write ``first`` and the commands that need not wait for a reply, all at once."""
        pieces = [*first]
        while self._unsaid and (self._offers.pipelining or not self._awaited):
            step, transaction, command = self._unsaid.popleft()
            self._awaited.append((step, transaction))
            pieces.append(command)
        if pieces:
            self._wire.write(*pieces)

    def _take_answer(self, step: _Step, transaction: _Transaction, code: int, text: bytes) -> None:
        if step is _Step.DOT:
            self._has_served = True
            self._tell(transaction, Reply(code, plain_text(text)))
        elif step is _Step.DATA and code == 354:
            self._send_body(transaction)
        elif code >= 400 and step is not _Step.EMPTY:
            self._refuse(transaction, Reply(code, plain_text(text)))

    def _send_body(self, transaction: _Transaction) -> None:
        """The relay waits for a body; where it refused the recipient before, for none."""
        if transaction.is_told:
            self._awaited.append((_Step.EMPTY, transaction))
            self._say(FINAL_DOT)
        elif self._holds():
            self._hand_over(transaction)
        else:
            how = "was left before the message: the claim on it had run out"
            self._tell(transaction, RelayDown(self._sentence(how)))
            self._wire.give_up(how)

    def _hand_over(self, transaction: _Transaction) -> None:
        body = dot_stuffed(transaction.mail.content)
        self._awaited.append((_Step.DOT, transaction))
        if self._offers.pipelining and len(body) <= LONGEST_WITH_FOLLOWER:
            self._begin()
            transaction.is_handed_over = bool(self._unsaid)  # how much of both has gone: unknown
        self._say(body, FINAL_DOT)
        if self._wire.is_clear:
            self.drained()

    def _refuse(self, transaction: _Transaction, reply: Reply) -> None:
        """The first refusal counts: those of the commands behind it only follow from it."""
        if not transaction.is_told:
            self._tell(transaction, reply)
        self._unsaid.clear()
        self._must_reset = True

    def _tell(self, transaction: _Transaction, result: Result) -> None:
        transaction.is_told = True
        self._done(transaction.number, result)

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)

    def _sentence(self, how: str) -> str:
        return f"The relay {self._shown} {how.rstrip(' .')}."
