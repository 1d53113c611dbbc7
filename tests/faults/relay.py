"""A relay that keeps a ledger and misbehaves by the recipient's local part.

``dropack+17@…`` keeps the message and closes after the dot without a reply, ``r550@…`` refuses,
and so on (see ``FAULTS``), so that one list mixes all faults. What it kept is in its ledger; a test
judges by that against the database.
"""

import asyncio
import base64
import re
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Self

from tests.servers import LOOPBACK

FAULTS = {
    "r421": "421 to RCPT, then it closes",
    "r450": "450 to RCPT",
    "r550": "550 5.1.1 to RCPT",
    "r552": "552 5.2.2 to RCPT",
    "hasty": "451 4.7.28 to RCPT: too fast",
    "barred": "550 5.7.1 to RCPT: about the sender",
    "d421": "421 to the dot, then it closes",
    "d552": "552 to the dot",
    "e421": "421 to DATA, then it closes",
    "e552": "552 to DATA",
    "grey": "450 to RCPT until some seconds have passed",
    "dropack": "keeps the message and closes after the dot without a reply",
    "dropnot": "closes after the dot and has not kept the message",
    "dropmid": "closes in the body",
    "lateack": "replies to the dot after some seconds",
    "tarpit": "replies to RCPT a byte at a time",
    "half": "closes its own direction at RCPT and goes on listening",
    "garbage": "nonsense to RCPT",
    "nul": "NULs in the replies to RCPT and to the dot, which are good otherwise",
    "wrong": "the reply to another command at RCPT",
    "huge": "an endless line at RCPT",
    "chatter": "a reply of endless lines at RCPT",
}
_REFUSALS = {
    "r450": "450 4.2.1 This mailbox is busy.",
    "r550": "550 5.1.1 There is no such mailbox.",
    "r552": "552 5.2.2 This mailbox is full.",
    "hasty": "451 4.7.28 Your network sends at an unusual rate.",
    "barred": "550 5.7.1 Your network has a poor reputation.",
    "d552": "552 5.3.4 This message is too big.",
    "e552": "552 5.3.4 Nothing more is taken today.",
}
_CLOSING = "421 4.3.2 This service is not available now."
_END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message that was kept, from the address ``peer``. ``bare`` counts CR and LF that stood
    without the other."""

    mail_from: str
    recipient: str
    message_id: str
    sha256: str
    bare: int
    size: int
    peer: str
    content: bytes | None = None
    at: float = field(default_factory=monotonic)


@dataclass(slots=True)
class Manners:
    """How the relay behaves; a test may change it while it runs."""

    lasts: dict[str, int] = field(default_factory=lambda: {"dropnot": 1, "dropmid": 1})
    per_connection: int | None = None  # messages, then it closes
    grey_seconds: float = 60.0
    late_seconds: float = 300.0
    drip_seconds: float = 1.0
    slowness: float = 0.0  # seconds before each answer to the dot
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 35882577")
    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    injected: bytes = b""  # sent in clear behind the reply to STARTTLS
    users: dict[str, str] | None = None  # AUTH PLAIN is offered, over TLS only, and asked for
    keep_content: bool = False
    keeps_content_of: Collection[str] = ()  # of these kinds of recipients, in any case


class FaultyRelay:
    """Listens while the context is open; ``stop`` and ``start`` keep port and ledger.

    ``manners.lasts``: for how many tries of one recipient a fault lasts (endless if not named).
    """

    def __init__(self, manners: Manners | None = None, address: str = LOOPBACK) -> None:
        self.manners = manners or Manners()
        self.address = address
        self.ledger: list[Entry] = []
        self.commands: Counter[tuple[str, bool]] = Counter()  # (verb, whether over TLS)
        self.connections = 0
        self.port = 0
        self.tries: Counter[str] = Counter()
        self.first_seen: dict[str, float] = {}
        self._open: set[asyncio.Transport] = set()
        self._thread: threading.Thread | None = None
        self._quit: Callable[[], object] = int

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What ``DIGEST_SMTP_URL`` takes."""
        return f"smtp://{self.address}:{self.port}"

    @property
    def open_connections(self) -> int:
        return len(self._open)

    @property
    def copies(self) -> Counter[str]:
        """How many messages were kept for each recipient."""
        return Counter(entry.recipient for entry in list(self.ledger))

    @property
    def sums(self) -> dict[str, set[str]]:
        """The SHA-256 of all that was kept for each recipient."""
        found: dict[str, set[str]] = {}
        for entry in list(self.ledger):
            found.setdefault(entry.recipient, set()).add(entry.sha256)
        return found

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the relay listens"

    def stop(self) -> None:
        """Hang up on everybody and refuse connections."""
        if self._thread is not None:
            self._quit()
            self._thread.join()
            self._thread = None

    async def _serve(self, ready: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        self._quit = partial(loop.call_soon_threadsafe, over.set)
        secure = self.manners.tls if self.manners.tls_from_start else None
        server = await loop.create_server(
            lambda: Conversation(self), self.address, self.port, ssl=secure
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        for transport in list(self._open):
            transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def opened(self, transport: asyncio.Transport) -> None:
        self.connections += 1
        self._open.add(transport)

    def closed(self, transport: asyncio.Transport) -> None:
        self._open.discard(transport)

    def spoken_of(self) -> dict[int, str]:
        """The last recipient of each connection, by the port that it comes from."""
        pairs = ((one, one.get_protocol()) for one in list(self._open))
        return {
            one.get_extra_info("peername")[1]: conversation.recipient
            for one, conversation in pairs
            if isinstance(conversation, Conversation)
        }

    def fault_of(self, recipient: str) -> str | None:
        """The fault that this try of the recipient meets; counts the try."""
        kind = recipient.rpartition("@")[0].partition("+")[0]
        if kind not in FAULTS:
            return None
        self.tries[recipient] += 1
        self.first_seen.setdefault(recipient, monotonic())
        lasts = self.manners.lasts.get(kind)
        return None if lasts is not None and self.tries[recipient] > lasts else kind


class Conversation(asyncio.Protocol):
    """The relay's half of one connection. Pipelined commands are answered in order."""

    def __init__(self, relay: FaultyRelay) -> None:
        self._relay = relay
        self._manners = relay.manners
        self._loop = asyncio.get_running_loop()
        self._input = bytearray()
        self._is_lost = False
        self._is_busy = False  # saying something that takes long
        self._in_body = False
        self._has_tls = relay.manners.tls_from_start
        self._kept = 0
        self._begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._relay.opened(transport)
        if not self._has_tls or self._manners.tls_from_start:
            self._say("220 relay.example ESMTP")

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True
        self._relay.closed(self._transport)

    def data_received(self, data: bytes) -> None:
        self._input += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._is_busy and not self._transport.is_closing():
            if not (self._take_body() if self._in_body else self._take_line()):
                return

    def _take_line(self) -> bool:
        end = self._input.find(b"\r\n")
        if end < 0:
            return False
        line = self._input[:end].decode("utf-8", "replace")
        del self._input[: end + 2]
        verb, _, argument = line.partition(" ")
        self._relay.commands[verb.upper(), self._has_tls] += 1
        action = getattr(self, f"_{verb.lower()}", None)
        if action is None:
            self._say("500 5.5.2 There is no such command.")
        else:
            action(argument)
        return True

    def _begin(self) -> None:
        self._mail_from = self.recipient = ""
        self._fault: str | None = None
        self._is_refused = False

    def _ehlo(self, _: str) -> None:
        self._begin()
        offers = [*self._manners.extensions]
        if self._manners.tls and not self._has_tls:
            offers.append("STARTTLS")
        if self._manners.users and self._has_tls:
            offers.append("AUTH PLAIN")
        self._say("\r\n".join([*(f"250-{o}" for o in ("relay.example", *offers)), "250 OK"]))

    def _helo(self, _: str) -> None:
        self._say("250 relay.example")

    def _starttls(self, _: str) -> None:
        if self._manners.tls is None:
            self._say("502 5.5.1 There is no TLS.")
            return
        self._transport.write(b"220 2.0.0 Go ahead.\r\n" + self._manners.injected)
        self._is_busy = True
        self._input.clear()  # what was said in clear counts for nothing
        self._transport.pause_reading()
        self._later(self._shake_hands())

    async def _shake_hands(self) -> None:
        assert self._manners.tls is not None
        plain = self._transport
        self._has_tls = True
        try:
            secure = await self._loop.start_tls(plain, self, self._manners.tls, server_side=True)
        except (OSError, ssl.SSLError):
            plain.abort()
            return
        if secure is None:  # hung up meanwhile
            return
        self._relay.closed(plain)
        self._transport = secure
        self._relay.opened(secure)
        self._is_busy = False
        self._go_on()  # what came with the end of the handshake

    def _auth(self, argument: str) -> None:
        words = base64.b64decode(argument.partition(" ")[2]).decode().split("\0")
        is_known = (self._manners.users or {}).get(words[1]) == words[2]
        self._say("235 2.7.0 Welcome." if is_known else "535 5.7.8 These credentials are bad.")

    def _mail(self, argument: str) -> None:
        if self._manners.per_connection is not None and self._kept >= self._manners.per_connection:
            self._hang_up("421 4.7.0 That was enough on this connection.")
            return
        self._mail_from = _path(argument)
        self._say("250 2.1.0 The sender is fine.")

    def _rcpt(self, argument: str) -> None:
        self.recipient = _path(argument)
        self._fault = fault = self._relay.fault_of(self.recipient)
        waited = monotonic() - self._relay.first_seen.get(self.recipient, 0.0)
        if fault == "r421":
            self._hang_up(_CLOSING)
        elif fault == "grey" and waited < self._manners.grey_seconds:
            self._say("450 4.7.1 Greylisted, come back later.")
            self._is_refused = True
        elif fault in ("r450", "r550", "r552", "hasty", "barred"):
            self._say(_REFUSALS[fault])
            self._is_refused = True
        elif fault in _ODD_REPLIES:
            self._transport.write(_ODD_REPLIES[fault])
        elif fault == "half":
            self._transport.write_eof()
        elif fault in ("tarpit", "huge", "chatter"):
            self._is_busy = True
            self._later(self._go_on_forever(fault))
        else:
            self._say("250 2.1.5 The recipient is fine.")

    async def _go_on_forever(self, fault: str) -> None:
        if fault == "tarpit":
            for octet in b"250 2.1.5 The recipient is fine, and this takes a while.\r\n" * 100:
                if self._is_lost:
                    return
                self._transport.write(bytes([octet]))
                await asyncio.sleep(self._manners.drip_seconds)
        piece = b"250" + b"x" * 4093 if fault == "huge" else b"250-and so on\r\n" * 300
        while not self._is_lost:
            self._transport.write(piece)
            await asyncio.sleep(0.001)

    def _data(self, _: str) -> None:
        if self._is_refused:
            self._say("554 5.5.1 There is no valid recipient.")
        elif self._fault == "e421":
            self._hang_up(_CLOSING)
        elif self._fault == "e552":
            self._say(_REFUSALS["e552"])
        else:
            self._in_body = True
            self._input[:0] = b"\r\n"  # so that a body of nothing but its dot ends, too
            self._say("354 End with a dot on a line of its own.")

    def _take_body(self) -> bool:
        if self._fault == "dropmid" and len(self._input) > 200:
            self._transport.abort()
            return False
        end = self._input.find(_END)
        if end < 0:
            return False
        body = bytes(self._input[: end + 2]).replace(b"\r\n..", b"\r\n.")[2:]
        del self._input[: end + len(_END)]
        self._in_body = False
        self._finish(body)
        return True

    def _finish(self, content: bytes) -> None:
        fault = self._fault
        if fault == "d552":
            self._say(_REFUSALS["d552"])
        elif fault == "d421":
            self._hang_up(_CLOSING)
        elif fault == "dropnot":
            self._transport.abort()
        else:
            self._keep(content)
            if fault == "dropack":
                self._transport.close()
            elif fault == "lateack" or self._manners.slowness:
                self._is_busy = True
                late = fault == "lateack"
                seconds = self._manners.late_seconds if late else self._manners.slowness
                self._later(self._answer_late(seconds))
            else:
                self._say("250 2.0.0 Kept" + ("\0\0." if fault == "nul" else "."))

    async def _answer_late(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._say("250 2.0.0 Kept, at last.")
        self._is_busy = False
        self._go_on()

    def _keep(self, content: bytes) -> None:
        self._kept += 1
        found = re.search(rb"^Message-ID: <([^>]*)>", content, re.IGNORECASE | re.MULTILINE)
        pairs = content.count(b"\r\n")
        self._relay.ledger.append(
            Entry(
                mail_from=self._mail_from,
                recipient=self.recipient,
                message_id=found.group(1).decode() if found else "",
                sha256=sha256(content).hexdigest(),
                bare=content.count(b"\n") + content.count(b"\r") - 2 * pairs,
                size=len(content),
                peer=self._transport.get_extra_info("peername")[0],
                content=content if self._keeps_content() else None,
            )
        )

    def _keeps_content(self) -> bool:
        kind = self.recipient.partition("+")[0]
        return self._manners.keep_content or kind in self._manners.keeps_content_of

    def _rset(self, _: str) -> None:
        self._begin()
        self._say("250 2.0.0 Forgotten.")

    def _noop(self, _: str) -> None:
        self._say("250 2.0.0 Fine.")

    def _quit(self, _: str) -> None:
        self._hang_up("221 2.0.0 Goodbye.")

    def _say(self, reply: str) -> None:
        if self._fault != "half":  # that one has closed its direction
            self._transport.write(reply.encode() + b"\r\n")

    def _hang_up(self, reply: str) -> None:
        self._say(reply)
        self._transport.close()

    def _later(self, work) -> None:
        task = self._loop.create_task(work)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)


_ODD_REPLIES = {
    "garbage": b"\xff\xfe what is it?\r\n",
    "nul": b"250 2.1.5 fine\0\0\r\n",
    "wrong": b"354 End with a dot on a line of its own.\r\n",
}
_tasks: set[asyncio.Task] = set()  # the loop itself holds tasks but weakly


def _path(argument: str) -> str:
    found = re.search(r"<([^>]*)>", argument)
    return found.group(1) if found else ""
