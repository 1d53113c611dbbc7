"""Fixtures that all tests share: settings of their own, and real databases and brokers."""

import gc
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.engine import Database
from tests.browser import PROGRAM, chromium
from tests.databases import HastyPostgres, Reused, warmed
from tests.servers import Postgres, Valkey

# What mostly waits, for processes and browsers. `--dist worksteal` gives each worker an equal part
# of the list to begin with: of four, two begin with these, while the others compute.
AT_FIRST = "tests/faults/"
IN_THE_MIDDLE = ("tests/journeys/", "tests/rules/test_compose.py", "tests/screens/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first, middle = (
        [item for item in items if item.nodeid.startswith(these)]
        for these in (AT_FIRST, IN_THE_MIDDLE)
    )
    others = [item for item in items if not item.nodeid.startswith((AT_FIRST, *IN_THE_MIDDLE))]
    between = max(0, len(items) // 2 - len(first))
    items[:] = [*first, *others[:between], *middle, *others[between:]]


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays: to look through it for garbage again and again
    takes a tenth of the time of all tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own DIGEST_ settings, and a home that nobody else uses."""
    import os

    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIGEST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DIGEST_SUMMARY_AT", "")  # what a test mails does not hang on its hour


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of the test's own and no delay between fetches."""
    return load_settings(
        home=tmp_path / "home",
        secret_key="a secret for tests, thirty-two long",
        suppression_key="another secret for tests, also long",
        base_url="https://news.example",
        fetch_delay=0,
        fetch_allow="127.0.0.0/8",
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole session."""
    server = HastyPostgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A Redis-compatible broker of the test's own."""
    server = Valkey()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables, to be copied: that takes a hundredth of what migrating takes."""
    path = tmp_path_factory.mktemp("template") / "digest.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Reused:
    """A database with all tables, one test's after the other."""
    _migrate(postgres.create_database(template := "digest_template"))
    return Reused(postgres, template)


def _migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database, once of each kind: an empty one, but where the test has a ``db``."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'digest.db'}"
    elif "db" in request.fixturenames:
        database: Reused = request.getfixturevalue("postgres_database")
        yield database.take()
        database.give_back()
    else:
        server: Postgres = request.getfixturevalue("postgres")
        yield server.create_database(f"test_{uuid4().hex}")


@pytest.fixture
def db(database_url: str, sqlite_template: Path) -> Iterator[Database]:
    """A database with all tables, once of each kind."""
    if database_url.startswith("sqlite"):
        copyfile(sqlite_template, database_url.removeprefix("sqlite:///"))
    database = warmed(Database(database_url))
    yield database
    database.close()


@pytest.fixture(scope="module")  # its event loop would stand in the way of other modules' own
def browser() -> Iterator[Browser]:
    """Chromium; tests that need it are skipped where it is not installed."""
    if PROGRAM is None:
        pytest.skip("there is no Chromium here; `make browser` installs it where apt may")
    with chromium() as found:
        yield found
