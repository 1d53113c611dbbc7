"""Migrations and models agree, forward and back, on both databases."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from digest.actions.audit_campaign import audit_campaign
from digest.store import schema
from digest.store.copies import ExtraCopy
from digest.store.deliveries import Delivery
from digest.store.engine import Database, StoreUnavailable
from tests.builders import NOW, a_sending_campaign


def test_models_and_migrations_do_not_drift_apart(db: Database):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_down_and_up_again_leaves_nothing_behind(db: Database):
    schema.downgrade(db, "base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    assert schema.current_revision(db) is None
    schema.upgrade(db)
    assert schema.current_revision(db) == schema.newest_revision()


def test_changing_a_table_keeps_the_rows_that_refer_to_it(db: Database, settings):
    campaign = a_sending_campaign(db, settings, ["reader@post.example"])
    with db.begin() as session:
        delivery = session.scalars(select(Delivery)).one()
        session.add(ExtraCopy(delivery_id=delivery.id, asked_at=NOW, asked_by="ops"))
    schema.downgrade(db, "0027")
    schema.upgrade(db)
    with db.read() as session:
        assert len(session.scalars(select(ExtraCopy)).all()) == 1
    assert audit_campaign(db, campaign, NOW).balanced


def test_upgrading_twice_changes_nothing(db: Database):
    schema.upgrade(db)
    schema.require_usable(db)


def test_a_database_that_was_not_set_up_says_so(database_url: str):
    empty = Database(database_url)
    with pytest.raises(StoreUnavailable, match="has not been set up; run `digest db upgrade`"):
        schema.require_usable(empty)
    empty.close()


def test_passwords_do_not_stand_in_errors():
    db = Database("postgresql://someone:topsecret@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable) as caught, db.read() as session:
        session.connection()
    assert "topsecret" not in str(caught.value)
    assert re.search(r"can't be reached", str(caught.value))
