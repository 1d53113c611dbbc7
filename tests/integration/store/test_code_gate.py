"""The database says which code may use it: old code is refused once it would do harm."""

import pytest
from sqlalchemy import text

from digest.actions.readiness import database_fault
from digest.domain.errors import exit_status
from digest.domain.ids import uuid7
from digest.store import schema
from digest.store.code_gate import lowest_code
from digest.store.engine import Database
from tests.commands import environment, try_digest
from workers import gate, process, tasks

NEXT = "9998"  # the schema of a version to come


def expand(db):
    """What `digest db upgrade` of that version does first: it only adds."""
    with db.begin() as session:
        session.execute(text("ALTER TABLE brief ADD COLUMN mood TEXT"))
        session.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": NEXT})


def contract(db):
    with db.begin() as session:
        session.execute(text("UPDATE code_gate SET lowest = :n"), {"n": NEXT})


def test_a_database_that_was_expanded_is_used_and_one_that_was_contracted_is_not(db, settings):
    expand(db)
    schema.require_usable(db)
    schema.upgrade(db)  # of the older code: it leaves the newer schema alone
    assert schema.current_revision(db) == NEXT
    assert database_fault(db) is None
    contract(db)
    with pytest.raises(schema.CodeTooOld, match="wants code of revision 9998 or newer"):
        schema.require_usable(db)
    assert database_fault(db) == "The database wants a newer version than this; install it."
    said = try_digest(environment(home=settings.home_path, database_url=url(db)), "list", "list")
    assert said.returncode == 2
    assert "install the newer version" in said.stderr


def test_code_that_is_newer_than_the_schema_says_what_to_do(db, settings):
    with db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(schema.SchemaBehind, match="is at revision 0001, not"):
        schema.require_usable(db)
    said = try_digest(environment(home=settings.home_path, database_url=url(db)), "list", "list")
    assert said.returncode == 1


def test_an_old_worker_does_no_task_from_the_moment_of_the_contract(db, monkeypatch):
    done = []
    monkeypatch.setattr(process, "database", lambda: db)
    monkeypatch.setattr(tasks, "start_campaign", lambda *given: done.append(given))
    expand(db)
    tasks.start(str(uuid7()))
    contract(db)
    tasks.start(str(uuid7()))
    assert len(done) == 1


def test_a_process_is_told_to_end_by_a_database_that_answers_alone(db):
    expand(db)
    assert gate.refusal(db) is None
    contract(db)
    assert exit_status(gate.refusal(db)) == 2
    with db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert exit_status(gate.refusal(db)) == 1, "its supervisor tries again, until it is migrated"
    assert gate.refusal(Database("postgresql://digest@127.0.0.1:9/none")) is None


def test_the_gate_begins_at_the_migration_that_made_it(db):
    with db.read() as session:
        assert lowest_code(session) <= schema.newest_revision()


def url(db):
    return db.engine.url.render_as_string(hide_password=False)
