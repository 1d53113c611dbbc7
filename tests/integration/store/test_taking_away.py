"""An upgrade that takes something away waits until workers of code that uses it have ended."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from digest.actions.upgrade_database import upgrade_database
from digest.domain.errors import Transient
from digest.store import schema
from digest.store.code_gate import lowest_code
from digest.store.heartbeats import ProcessKind, Vitals, forget_heartbeat, keep_heartbeat
from tests.builders import NOW
from tests.faults.newer import MIGRATIONS, TO_COME

OURS = schema.newest_revision()
NEXT, AFTER_NEXT = "9998", "9999"  # the first only adds, and may be skipped; the second takes away


@pytest.fixture
def code(monkeypatch):
    """Makes this the code of a release to come."""

    def become(release):
        folders = [TO_COME / folder for folder in MIGRATIONS[release]]
        monkeypatch.setattr(schema, "VERSIONS", [*schema.VERSIONS, *folders])
        schema.newest_revision.cache_clear()

    yield become
    monkeypatch.undo()
    schema.newest_revision.cache_clear()


def a_process(db, code, kind=ProcessKind.WORKER, pid=7):
    room = {"disk_free": 1 << 30, "disk_total": 2 << 30}
    vitals = Vitals(kind, "crane", pid, timedelta(minutes=5), NOW, **room, code=code)
    with db.begin() as session:
        keep_heartbeat(session, vitals)


def ends(db, pid=7):
    with db.begin() as session:
        forget_heartbeat(session, ProcessKind.WORKER, "crane", pid)


def stands_at(db):
    """Its revision, and the lowest code that may use it."""
    with db.read() as session:
        return schema.current_revision(db), lowest_code(session)


@pytest.mark.parametrize("older", [OURS, None])  # before 0037 a heartbeat did not say
def test_a_release_that_is_skipped_waits_for_those_who_need_what_it_takes_away(db, code, older):
    code("contract")
    a_process(db, older)
    said = []

    def older_ends(sentence):
        said.append(sentence)
        assert stands_at(db) == (NEXT, NEXT), "the gate is shut, and all is there that it needs"
        ends(db)

    upgrade_database(db, older_ends)
    assert said == ["Older code records what it holds, and ends: worker 7 at crane."]
    assert stands_at(db) == (AFTER_NEXT, NEXT)


def test_where_older_code_does_not_end_it_loses_nothing_and_may_go_on(db, code):
    before = stands_at(db)
    code("contract")
    a_process(db, OURS)
    with pytest.raises(Transient, match=r"still runs: worker 7 at crane\. Stop it, then"):
        upgrade_database(db, lambda _: None, patience=0)
    assert stands_at(db) == (NEXT, before[1])
    ends(db)
    upgrade_database(db, pytest.fail)
    assert stands_at(db) == (AFTER_NEXT, NEXT)


def test_nobody_waits_for_newer_code_for_beats_or_for_who_fell_silent(db, code):
    code("contract")
    a_process(db, OURS, pid=1)
    with db.begin() as session:
        session.execute(text("UPDATE heartbeat SET seen_at = '2026-01-01 00:00:00+00:00'"))
    for kind, whose in ((ProcessKind.WORKER, NEXT), (ProcessKind.BEAT, OURS)):
        a_process(db, whose, kind, pid=2)
    upgrade_database(db, pytest.fail)
    assert stands_at(db) == (AFTER_NEXT, NEXT)


def test_an_upgrade_that_only_adds_waits_for_nobody(db, code):
    gate = stands_at(db)[1]
    code("expand")
    a_process(db, OURS)
    upgrade_database(db, pytest.fail)
    assert stands_at(db) == (NEXT, gate)
