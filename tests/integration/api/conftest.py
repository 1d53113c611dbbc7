"""A program that calls the API, and something of everything for it to find."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from digest.actions.api_tokens import make_token
from digest.clock import utc_now
from digest.domain.role import Role
from digest.settings import Settings
from digest.store.accounts import account_of
from digest.store.engine import Database
from tests.desk import an_account, desk_client
from tests.desk_world import World, a_world


@pytest.fixture
def world(db: Database, settings: Settings) -> World:
    return a_world(db, settings)


@pytest.fixture
def client(db: Database, settings: Settings) -> Iterator[TestClient]:
    with desk_client(db, settings) as client:
        yield client


def as_role(
    client: TestClient, role: Role | str, *, of: Role | str = "admin", days: int = 1
) -> TestClient:
    """The client with a token of that role, of somebody with the role ``of`` on all lists."""
    db = client.app.state.site.db
    address = f"{of}@news.example"
    with db.begin() as session:
        if account_of(session, address) is None:
            an_account(session, address, Role(of))
    _, secret = make_token(
        db, address, name="test", role=Role(role), days=days, now=utc_now(), actor="test"
    )
    client.headers["Authorization"] = f"Bearer {secret}"
    return client
