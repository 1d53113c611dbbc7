"""``digest up``: web, worker and beat in one process, for one machine."""

import signal
from typing import Annotated

import typer

from digest.actions.relays import seed_relay
from digest.cli.context import console, settings
from digest.clock import utc_now
from digest.store import schema
from digest.store.accounts import there_is_an_account
from digest.store.engine import Database
from digest.store.relays import all_relays
from digest.web.desk.coming import first_path
from digest.web.serve import web_server


def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8025,
) -> None:
    """Run the whole service in this process: pages, schedule and sending.

    Without DIGEST_REDIS_URL the queue is in memory; nothing is lost when the process dies,
    since rows say what is due. Example: digest up --port 8025
    """
    from workers import gate
    from workers.embedded import EmbeddedWorkers  # reads the settings when it is imported

    db = prepared_database()
    with db.read() as session:
        relays = ", ".join(relay.url for relay in all_relays(session) if relay.enabled)
    console.print(f"Database {db.shown}", soft_wrap=True)
    console.print(f"Mail goes to {relays or 'nowhere: no relay is in use'}", soft_wrap=True)
    console.print(f"Pages at http://{host}:{port}/desk  (stop with Ctrl-C)")
    say_first_account(db, port)
    server = web_server(db, settings(), host, port)
    # uvicorn raises the signal again once it has stopped; the workers below are to stop, too.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    with EmbeddedWorkers():
        server.run()
    raise typer.Exit(gate.refused() or 0)


def say_first_account(db: Database, port: int) -> None:
    """Where to make the first account, while there is none."""
    with db.read() as session:
        if there_is_an_account(session):
            return
    path = first_path(settings())
    console.print(
        f"No account yet: make the first at http://127.0.0.1:{port}{path}", soft_wrap=True
    )


def prepared_database() -> Database:
    """The database with all its tables and a first relay."""
    db = Database(settings().database)
    schema.upgrade(db)
    schema.require_usable(db)
    seed_relay(db, settings(), utc_now())
    return db
