"""``digest feedback listen``: take returned mail by SMTP or LMTP."""

import asyncio
import signal
from typing import Annotated

import typer

from digest.actions.ingest_feedback import take_mail
from digest.cli.context import console, database, settings
from digest.clock import utc_now
from digest.feedback.listener import Handler, Taker, listen
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.schema import require_usable
from digest.tokens import Tokens


def listen_(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8024,
    lmtp: Annotated[bool, typer.Option("--lmtp", help="Speak LMTP, as from Postfix.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="An address that is taken, too, such as that of a feedback loop."),
    ] = None,
) -> None:
    """Take mail to our return paths until interrupted: the MX of the bounce domain, or behind it.

    A mail is answered with 250 once what it says is stored.

    Example: digest feedback listen --lmtp --port 8024 --accept fbl@bounce.news.example
    """
    db, given = database(), settings()
    accepted = frozenset(address.lower() for address in accept or ())
    handler = Handler(Tokens(given.secret), accepted, taker(db, given))
    asyncio.run(_serve(handler, host, port, lmtp=lmtp))


def taker(db: Database, given: Settings) -> Taker:
    """Applies a mail to the database, while that wants this code."""

    def take(data: bytes, recipients: tuple[str, ...]) -> None:
        require_usable(db)  # newer code may have been here since
        take_mail(db, given, data, recipients=recipients, now=utc_now())

    return take


async def _serve(handler: Handler, host: str, port: int, *, lmtp: bool) -> None:
    server = await listen(handler, host, port, lmtp=lmtp)
    port = server.sockets[0].getsockname()[1]
    console.print(f"{'LMTP' if lmtp else 'SMTP'} at {host}:{port}  (stop with Ctrl-C)")
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server:
        await stopped.wait()
