"""``digest demo``: the whole service on sample data, step by step, and what it leaves behind."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.demonstration import Demonstration
from digest.clock import utc_now
from digest.demo.inbox import Inbox
from digest.demo.newsroom import Newsroom
from digest.domain.errors import Illegal

MARK = ".bluf-digest-demo"  # a folder that holds this file was made by a demo before


def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit when the mails are checked.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the mails and the database are left.")] = Path(
        "digest-demo"
    ),
    port: Annotated[int, typer.Option(help="Port of the pages; 0 takes a free one.")] = 0,
) -> None:
    """Run the whole service on sample data: a newsroom, fifty subscribers, a local inbox.

    Nothing leaves this machine. Example: digest demo --once
    """
    _empty(folder)
    now = utc_now()
    with ExitStack() as stack:
        newsroom = stack.enter_context(Newsroom(now))
        inbox = stack.enter_context(Inbox(folder / "mails"))
        port = port or _free_port()
        _configure(folder, inbox, port)
        Demonstration(folder, newsroom, inbox, port, now).run(stack, once=once)


def _empty(folder: Path) -> None:
    """A fresh folder; one that no demo made is left alone."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise Illegal(f"{folder} holds other files; name another one with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _configure(folder: Path, inbox: Inbox, port: int) -> None:
    """Settings of the demonstration's own, whatever the environment says."""
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        del os.environ[name]
    os.environ |= {
        "DIGEST_HOME": str(folder / "home"),
        "DIGEST_SMTP_URL": inbox.smtp_url,
        "DIGEST_BASE_URL": f"http://127.0.0.1:{port}",
        "DIGEST_FETCH_ALLOW": "127.0.0.0/8",
        "DIGEST_FETCH_DELAY": "0",
        "DIGEST_LOG_LEVEL": "WARNING",
    }


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
