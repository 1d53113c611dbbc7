"""The pages on a real database, with people on two lists and editions in each state."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.actions.renditions import edition_values
from digest.domain.states import EditionState
from digest.render import builtin_templates
from digest.settings import Settings
from digest.store.editions import Edition, keep_templates
from digest.store.engine import Database
from digest.store.schema import metadata
from digest.store.subscribers import Subscription, get_subscription
from digest.tokens import Tokens
from digest.web.app import create_app
from tests.builders import a_branding, a_list, a_subscriber, an_edition

ADDRESSES = ("maria@post.example", "boris@post.example")


@dataclass(frozen=True)
class World:
    """Ids and tokens of what there is. Maria is on both lists, Boris on the first."""

    db: Database
    tokens: Tokens
    maria: UUID
    boris: UUID
    daily: UUID
    night: UUID
    editions: dict[EditionState, UUID]

    @property
    def token(self) -> str:
        return self.tokens.subscription(self.maria, self.daily)

    @property
    def boris_token(self) -> str:
        return self.tokens.subscription(self.boris, self.daily)

    def place(self, subscriber: UUID | None = None, mailing_list: UUID | None = None):
        with self.db.read() as session:
            found = get_subscription(session, subscriber or self.maria, mailing_list or self.daily)
        assert found is not None
        return found

    def everything(self) -> dict[str, list[str]]:
        """All rows of all tables, as text."""
        with self.db.read() as session:
            return {
                table.name: sorted(str(row) for row in session.execute(select(table)))
                for table in metadata.sorted_tables
            }


def freeze(session: Session, settings: Settings, edition: Edition, **branding: Any) -> None:
    """As approval does it: the hash says what the edition is made of."""
    edition.branding, edition.frozen_hash = a_branding(**branding), None
    edition.frozen_hash = edition_values(session, settings, edition).digest


@pytest.fixture
def world(db: Database, settings: Settings) -> World:
    with db.begin() as session:
        daily = a_list(session, sections=("Trade", "Water"))
        night = a_list(session, "night", name="Night Desk")
        maria, boris = (a_subscriber(session, settings, each, daily) for each in ADDRESSES)
        session.add(
            Subscription(
                subscriber_id=maria.id,
                list_id=night.id,
                state=maria.subscriptions[0].state,
                variant=maria.subscriptions[0].variant,
                created_at=maria.created_at,
                confirmed_at=maria.created_at,
            )
        )
        for person in (maria, boris):
            person.subscriptions[0].confirmed_at = person.created_at
        templates = keep_templates(session, builtin_templates())
        editions = {}
        for state in EditionState:
            edition = an_edition(session, daily, state=state)
            editions[state] = edition.id
            if state is not EditionState.DRAFT:
                edition.templates = templates
                freeze(session, settings, edition)
        ids = maria.id, boris.id, daily.id, night.id
    return World(db, Tokens(settings.secret), *ids, editions)


@pytest.fixture
def web(db: Database, settings: Settings) -> Iterator[TestClient]:
    client = TestClient(create_app(db, settings), base_url="https://news.example")
    client.follow_redirects = False
    with client:
        yield client
