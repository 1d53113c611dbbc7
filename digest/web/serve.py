"""The pages behind a real server."""

import socket

import uvicorn
from fastapi import FastAPI

from digest.settings import Settings
from digest.store.engine import Database
from digest.web.app import create_app


class WebServer(uvicorn.Server):
    """One that writes down what was counted before it ends."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """When it is told to stop: afterwards the signal is raised again and ends the process."""
        await super().shutdown(sockets)
        await self._app.state.site.clicks.write_all()


def web_server(db: Database, settings: Settings, host: str, port: int) -> uvicorn.Server:
    """A server that was not started yet, for whoever runs it beside other things."""
    app = create_app(db, settings)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # its lines hold the address, and with it the token
        log_config=None,  # ours is configured already
        proxy_headers=False,  # nobody's word for who the client is
        server_header=False,
        lifespan="off",
    )
    return WebServer(app, config)


def serve(db: Database, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted."""
    web_server(db, settings, host, port).run()
