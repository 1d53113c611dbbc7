"""``digest web``: serve the pages."""

from typing import Annotated

import typer

from digest.cli.context import database, settings
from digest.cli.up import say_first_account


def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8025,
) -> None:
    """Serve the desk, the API and the pages that mails point to, until interrupted.

    Example: digest web --host 0.0.0.0 --port 8025
    """
    from digest.web.serve import serve

    say_first_account(database(), port)
    serve(database(), settings(), host, port)
