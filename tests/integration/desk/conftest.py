"""A browser at the desk, on one list more than its visitor may see."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from digest.settings import Settings
from digest.store.engine import Database
from tests.builders import a_list
from tests.desk import desk_client


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm at the lowest costs: these tests try hundreds of passwords."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("digest.accounts.passwords._hasher", cheap)


@pytest.fixture
def client(db: Database, settings: Settings) -> Iterator[TestClient]:
    with desk_client(db, settings) as client:
        yield client


@pytest.fixture
def lists(db: Database) -> dict[str, UUID]:
    """The ids of two lists by their slugs."""
    with db.begin() as session:
        return {slug: a_list(session, slug).id for slug in ("daily", "night")}
