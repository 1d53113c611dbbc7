"""A server that returned mail is handed to by SMTP or LMTP (RFC 5321, RFC 2033).

It takes mail to return paths of ours, whose signature it checks before it takes anything, and to
addresses that an operator names; so nobody can fill it or relay through it.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.domain.errors import DigestError
from digest.feedback.mailboxes import LARGEST
from digest.log import get_logger
from digest.tokens import BadToken, Tokens

MOST_RECIPIENTS = 100
Taker = Callable[[bytes, tuple[str, ...]], None]  # returns once the mail is committed

log = get_logger(__name__)


class Handler:
    """What to do with each command; ``take`` runs in a thread, since it waits for the database."""

    def __init__(self, tokens: Tokens, accepted: frozenset[str], take: Taker) -> None:
        self._tokens = tokens
        self._accepted = accepted
        self._take = take

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,  # noqa: ARG002 - the library's signature
        session: Session,  # noqa: ARG002 - likewise
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take return paths that we signed, and addresses that were named."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 These are too many recipients."
        if address.lower() not in self._accepted and not self._is_ours(address):
            return "550 5.1.1 There is no such mailbox here."
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 The recipient is fine."

    async def handle_DATA(  # noqa: N802 - the library's name
        self,
        server: SMTP,  # noqa: ARG002 - the library's signature
        session: Session,  # noqa: ARG002 - likewise
        envelope: Envelope,
    ) -> str:
        """Say 250 only when what the mail says is committed."""
        content = envelope.content
        data = content if isinstance(content, bytes) else (content or "").encode()
        try:
            await asyncio.to_thread(self._take, data, tuple(envelope.rcpt_tos))
        except DigestError as error:
            log.warning("mail not taken", error=str(error))
            return "451 4.3.0 Try again later."
        return "250 2.0.0 The mail is taken."

    def _is_ours(self, address: str) -> bool:
        try:
            self._tokens.read_return_path(address.rpartition("@")[0])
        except BadToken:
            return False
        return True


async def listen(handler: Handler, host: str, port: int, *, lmtp: bool) -> asyncio.Server:
    """A server that accepts connections; ``port`` 0 takes a free one."""
    protocol = LMTP if lmtp else SMTP
    made = partial(
        protocol,
        handler,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        ident="bluf-digest feedback",
        timeout=60,
    )
    return await asyncio.get_running_loop().create_server(made, host, port)
