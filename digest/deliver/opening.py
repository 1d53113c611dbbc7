"""From nothing to a connection that mail can be sent on: TCP, TLS, EHLO, AUTH.

Every failure is an ``OSError`` or an ``SMTPException``, as ``smtp_session.reason_of`` reads them.
"""

import asyncio
import smtplib
import socket
import ssl
from base64 import b64decode, b64encode
from collections import deque

from digest.deliver.offers import Offers, read_offers
from digest.deliver.sasl import Mechanism, mechanisms
from digest.deliver.smtp_session import Limits
from digest.deliver.tls import context_for, forget_context
from digest.deliver.wire import Wire
from digest.domain.relay import Security, SmtpRelay

_our_names: list[str] = []  # for EHLO, looked up once a process


async def open_wire(relay: SmtpRelay, password: str | None, limits: Limits) -> tuple[Wire, Offers]:
    """Connect, protect, authenticate. TLS that is asked for is never done without."""
    opening = _Opening(relay, limits)
    try:
        await opening.connect()
        offers = await opening.begin(password)
    except BaseException:
        opening.wire.give_up("was left")
        raise
    opening.wire.listener = None
    return opening.wire, offers


class _Opening:
    """Question and answer, in turns."""

    def __init__(self, relay: SmtpRelay, limits: Limits) -> None:
        self.wire = Wire(self)  # listens from the start: some relays greet at once
        self._relay = relay
        self._limits = limits
        self._replies: deque[tuple[int, bytes]] = deque()
        self._something_came = asyncio.Event()

    def replied(self, code: int, text: bytes) -> None:
        self._replies.append((code, text))

    def heard(self) -> None:
        self._something_came.set()

    def drained(self) -> None:
        """What is said while opening is short: nobody waits for room."""

    def lost(self, how: str) -> None:  # noqa: ARG002 - ``wire.ended`` says it too
        self._something_came.set()

    async def connect(self) -> None:
        loop, relay = asyncio.get_running_loop(), self._relay
        async with asyncio.timeout(self._limits.connect):
            await loop.create_connection(lambda: self.wire, relay.host, relay.port)

    async def begin(self, password: str | None) -> Offers:
        relay = self._relay
        if relay.security is Security.TLS:
            await self._shake_hands()
        code, text = await self._reply(self._limits.connect)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        offers = await self._greet()
        if self._wants_tls(offers):
            await self._start_tls()
            offers = await self._greet()
        if relay.user is not None:
            await self._authenticate(offers, relay.user, password or "")
        self._keep_tls_session()
        return offers

    async def _ask(self, line: bytes) -> tuple[int, bytes]:
        if self._replies or self.wire.has_unread:
            raise smtplib.SMTPException("said more than it was asked")
        self.wire.write(line + b"\r\n")
        return await self._reply(self._limits.command)

    async def _reply(self, seconds: float) -> tuple[int, bytes]:
        async with asyncio.timeout(seconds):
            while not self._replies:
                if self.wire.ended is not None:
                    raise smtplib.SMTPServerDisconnected(self.wire.ended)
                self._something_came.clear()
                await self._something_came.wait()
        return self._replies.popleft()

    async def _greet(self) -> Offers:
        name = (await _our_name() or _address_literal(self.wire)).encode("ascii")
        code, text = await self._ask(b"EHLO " + name)
        if code == 250:
            return read_offers(text)
        if code == 421:
            raise smtplib.SMTPHeloError(code, text)
        code, text = await self._ask(b"HELO " + name)
        if code != 250:
            raise smtplib.SMTPHeloError(code, text)
        return Offers()

    def _wants_tls(self, offers: Offers) -> bool:
        security = self._relay.security
        if security is Security.STARTTLS_REQUIRED and not offers.starttls:
            raise smtplib.SMTPNotSupportedError("does not offer STARTTLS, which is required")
        if security is Security.STARTTLS_OPTIONAL and not offers.starttls and self._relay.user:
            raise smtplib.SMTPNotSupportedError(
                "does not offer STARTTLS, and the password is not sent in clear (starttls=none "
                "would allow that)"
            )
        return security in (Security.STARTTLS_REQUIRED, Security.STARTTLS_OPTIONAL) and (
            offers.starttls
        )

    async def _start_tls(self) -> None:
        """RFC 3207. What came before the handshake counts for nothing, and nothing may come
        between: that would be somebody else's words taken for the relay's."""
        code, text = await self._ask(b"STARTTLS")
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        if self._replies or self.wire.has_unread:
            raise smtplib.SMTPException(
                "said something in clear between STARTTLS and the handshake"
            )
        await self._shake_hands()

    async def _shake_hands(self) -> None:
        loop, wire = asyncio.get_running_loop(), self.wire
        try:
            async with asyncio.timeout(self._limits.connect):
                secure = await loop.start_tls(
                    wire.transport,
                    wire,
                    context_for(self._relay),
                    server_hostname=self._relay.host,
                    ssl_handshake_timeout=self._limits.connect,
                )
        except (OSError, smtplib.SMTPException):
            forget_context(self._relay)
            raise
        if secure is None:
            raise smtplib.SMTPServerDisconnected("closed the connection")
        wire.use(secure)

    def _keep_tls_session(self) -> None:
        """For the next connection; with TLS 1.3 it is there only after the first reply."""
        secure = self.wire.transport.get_extra_info("ssl_object")
        if isinstance(secure, ssl.SSLObject):
            context_for(self._relay).session = secure.session

    async def _authenticate(self, offers: Offers, user: str, password: str) -> None:
        refusal: smtplib.SMTPException = smtplib.SMTPNotSupportedError(
            "offers no known way to give a user name and password"
        )
        for mechanism in mechanisms(offers.mechanisms, user, password):
            code, text = await self._prove(mechanism)
            if code // 100 == 2:
                return
            refusal = smtplib.SMTPAuthenticationError(code, text)
        raise refusal

    async def _prove(self, mechanism: Mechanism) -> tuple[int, bytes]:
        """One try (RFC 4954, section 4); "*" ends one that the relay doesn't end."""
        line = b"AUTH " + mechanism.name.encode()
        if mechanism.initial is not None:
            line += b" " + b64encode(mechanism.initial)
        code, text = await self._ask(line)
        for answer in mechanism.answers:
            if code == 334:
                code, text = await self._ask(b64encode(answer(_challenge(text))))
        return await self._ask(b"*") if code == 334 else (code, text)


def _challenge(text: bytes) -> bytes:
    try:
        return b64decode(text)
    except ValueError:
        raise smtplib.SMTPException("asked for the password in no known way") from None


async def _our_name() -> str:
    """Our full name; empty where the machine has none. The look-up may take seconds."""
    if not _our_names:
        _our_names.append(await asyncio.to_thread(socket.getfqdn))
    return _our_names[0] if "." in _our_names[0] else ""


def _address_literal(wire: Wire) -> str:
    """What stands for a name (RFC 5321, section 4.1.3)."""
    address = wire.transport.get_extra_info("sockname")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
