"""The desk behind a real server, for tests that look at it in a browser."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import pytest
from playwright.sync_api import Browser, BrowserContext

from digest.actions.sessions import open_session
from digest.clock import utc_now
from digest.domain.role import Role
from digest.settings import Settings
from digest.store.accounts import account_of
from digest.store.engine import Database
from digest.web.desk.cookies import SESSION
from digest.web.serve import web_server
from tests.desk import an_account
from tests.servers import answers, free_port, wait_until


@dataclass(frozen=True)
class Served:
    """A desk that a browser can open."""

    db: Database
    settings: Settings
    url: str

    def signed_in(self, browser: Browser, role: Role, **options: object) -> BrowserContext:
        """A window of somebody with that role on all lists, signed in."""
        with self.db.begin() as session:
            address = f"{role.value}@news.example"
            account = account_of(session, address) or an_account(session, address, role)
            secret = open_session(
                session, account, client="127.0.0.1", agent="Chromium", now=utc_now()
            )
        context = browser.new_context(base_url=self.url, **options)
        context.add_cookies([{"name": SESSION, "value": secret, "url": self.url}])
        return context


@pytest.fixture
def desk(tmp_path: Path, settings: Settings, sqlite_template: Path) -> Iterator[Served]:
    """The desk on a database of its own, on a free port of this machine."""
    port = free_port()
    local = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    db = Database(f"sqlite:///{copyfile(sqlite_template, tmp_path / 'desk.db')}")
    server = web_server(db, local, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: answers(port), "the desk answers")
    yield Served(db, local, local.base_url)
    server.should_exit = True
    thread.join(10)
    db.close()
