"""The pages behind a real server."""

import uvicorn

from digest.settings import Settings
from digest.store.engine import Database
from digest.web.app import create_app


def web_server(db: Database, settings: Settings, host: str, port: int) -> uvicorn.Server:
    """A server that was not started yet, for whoever runs it beside other things."""
    config = uvicorn.Config(
        create_app(db, settings),
        host=host,
        port=port,
        access_log=False,  # its lines hold the address, and with it the token
        log_config=None,  # ours is configured already
        proxy_headers=False,  # nobody's word for who the client is
        server_header=False,
        lifespan="off",
    )
    return uvicorn.Server(config)


def serve(db: Database, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted."""
    web_server(db, settings, host, port).run()
