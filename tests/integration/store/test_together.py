"""Statements that are sent together: values go out and come back as the session's do."""

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import bindparam, select, text, update

from digest.domain.states import CampaignState
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import Campaign, find_campaign
from digest.store.engine import IntegrityError, StoreUnavailable
from digest.store.one_piece import NotDone, in_one_piece
from digest.store.together import Statement, together
from tests.builders import NOW, a_sending_campaign

TABLE = bare_table(Campaign)
SAID = "it's 100 % \\ ; DROP TABLE campaign; -- é"

NAME = Statement(
    lambda _: (
        update(TABLE)
        .where(TABLE.c.id == bindparam("campaign"))
        .values(reason=bindparam("why"), due_at=bindparam("at", type_=UtcDateTime()))
    )
)
READ = Statement(
    lambda _: select(TABLE.c.id, TABLE.c.state, TABLE.c.reason, TABLE.c.due_at).where(
        TABLE.c.id == bindparam("campaign"), TABLE.c.state == CampaignState.SENDING
    )
)
BREAK = Statement(lambda _: update(TABLE).values(list_id=bindparam("nowhere")))


@pytest.fixture
def campaign_id(db, settings):
    return a_sending_campaign(db, settings, ["reader@mail.example"])


def test_statements_take_effect_in_their_order_and_rows_are_typed(db, campaign_id):
    local = NOW.astimezone(timezone(timedelta(hours=5))) + timedelta(minutes=1)
    with db.begin() as session:
        with together(session) as line:
            before = line.ask(READ, {"campaign": campaign_id})
            line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": local})
            after = line.ask(READ, {"campaign": campaign_id})
        ((was,), (now,)) = before.rows(), after.rows()
    assert (was.id, was.reason, now.reason) == (campaign_id, None, SAID)
    assert now.state is CampaignState.SENDING
    assert (now.due_at, now.due_at.tzinfo) == (local, UTC)
    with db.read() as session:
        assert find_campaign(session, campaign_id).reason == SAID


def test_rows_may_be_read_before_more_is_sent(db, campaign_id):
    with db.begin() as session, together(session) as line:
        assert len(line.ask(READ, {"campaign": campaign_id}).rows()) == 1
        line.do(NAME, {"campaign": campaign_id, "why": None, "at": NOW})
        assert line.ask(READ, {"campaign": campaign_id}).rows()[0].reason is None


def test_what_the_session_holds_is_written_first_and_a_rollback_undoes_all(db, campaign_id):
    def work():
        with db.begin() as session:
            find_campaign(session, campaign_id).due_at = datetime(2026, 1, 1, tzinfo=UTC)
            with together(session) as line:
                held = line.ask(READ, {"campaign": campaign_id})
            assert held.rows()[0].due_at == datetime(2026, 1, 1, tzinfo=UTC)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    with db.read() as session:
        assert find_campaign(session, campaign_id).due_at == NOW


def test_a_commit_ends_the_transaction_where_it_stands(db, campaign_id):
    with db.begin() as session:
        with together(session) as line:
            line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})
            line.commit()
        if not db.is_sqlite:  # where it is kept for the end
            with db.read() as other:
                assert find_campaign(other, campaign_id).reason == SAID
    with db.read() as session:
        assert find_campaign(session, campaign_id).reason == SAID


def test_a_connection_that_was_used_so_begins_transactions_as_ever(db, campaign_id):
    with db.begin() as session, together(session) as line:
        line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})
        line.commit()

    def work():
        with db.begin() as session:
            session.execute(update(TABLE).values(reason="never"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    with db.read() as session:
        assert find_campaign(session, campaign_id).reason == SAID


def test_what_the_database_refuses_is_refused_as_ever(db, campaign_id):
    def work():
        with db.begin() as session, together(session) as line:
            line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})
            line.do(BREAK, {"nowhere": campaign_id})

    with pytest.raises(IntegrityError):
        work()
    with db.begin() as session, together(session) as line:
        assert line.ask(READ, {"campaign": campaign_id}).rows()[0].reason is None


def test_a_connection_that_broke_is_said_so_and_replaced(db, campaign_id):
    if db.is_sqlite:
        pytest.skip("SQLite has no connection to break")
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def work():
        with db.begin() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(url) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            with together(session) as line:
                line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})

    with pytest.raises(StoreUnavailable):
        work()
    with db.begin() as session, together(session) as line:
        assert line.ask(READ, {"campaign": campaign_id}).rows()[0].reason is None


def test_what_was_prepared_is_known_or_prepared_anew_after_a_rollback(db, campaign_id):
    """psycopg prepares by itself what was asked often, and forgets all of a connection's prepared
    statements, ours too, when a transaction is rolled back."""
    for _ in range(8):
        with db.begin() as session:
            find_campaign(session, campaign_id)
            with together(session) as line:
                line.ask(READ, {"campaign": campaign_id})
    with db.begin() as session:
        find_campaign(session, campaign_id)
        session.rollback()
    with db.begin() as session, together(session) as line:
        assert len(line.ask(READ, {"campaign": campaign_id}).rows()) == 1


def test_what_comes_in_one_piece_is_a_transaction_and_answers_come_at_its_end(served, campaign_id):
    with in_one_piece(served) as line:
        line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})
        answer = line.ask(READ, {"campaign": campaign_id})
    assert answer.rows()[0].reason == SAID
    with served.read() as session:
        assert find_campaign(session, campaign_id).reason == SAID


def test_of_a_piece_that_is_refused_nothing_takes_effect(served, campaign_id):
    def work():
        with in_one_piece(served) as line:
            line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})
            line.do(BREAK, {"nowhere": campaign_id})

    with pytest.raises(NotDone):
        work()
    with in_one_piece(served) as line:
        answer = line.ask(READ, {"campaign": campaign_id})
    assert answer.rows()[0].reason is None


def test_after_one_piece_a_connection_begins_transactions_as_ever(served, campaign_id):
    def work():
        with served.begin() as session:
            session.execute(update(TABLE).values(reason="never"))
            raise ZeroDivisionError

    for _ in range(3):  # the pool gives the same connection
        with in_one_piece(served) as line:
            line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})
        with pytest.raises(ZeroDivisionError):
            work()
    with served.read() as session:
        assert find_campaign(session, campaign_id).reason == SAID


def test_a_piece_whose_connection_broke_is_not_done_and_the_next_one_is(served, campaign_id):
    url = served.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def work():
        with in_one_piece(served) as line:
            with psycopg.connect(url) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            line.do(NAME, {"campaign": campaign_id, "why": SAID, "at": NOW})

    with pytest.raises(NotDone):
        work()
    with in_one_piece(served) as line:
        answer = line.ask(READ, {"campaign": campaign_id})
    assert answer.rows()[0].reason is None
