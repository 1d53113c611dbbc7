"""The pages behind a real server."""

import gc
import socket

import uvicorn
from fastapi import FastAPI

from digest.settings import Settings
from digest.store.base import make_adapters
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
    make_ready()
    return WebServer(app, config)


def make_ready() -> None:
    """What all requests need is made, and left alone by the garbage collector: looking through it
    would hold up each request for a fifth of a second, every few seconds of a flood."""
    make_adapters()
    gc.collect()
    gc.freeze()


def serve(db: Database, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted."""
    web_server(db, settings, host, port).run()
