"""What PostgreSQL keeps locked for a client that is cut off, or stands still."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from digest.store import engine, schema
from digest.store.engine import Database, StoreUnavailable
from digest.store.epoch import SendEpoch


@pytest.fixture
def url(postgres):
    return postgres.create_database(f"lost_{uuid4().hex}")


def test_both_ends_of_a_connection_ask_each_other_for_signs_of_life(url):
    db = Database(url)
    with db.read() as session:
        server = {
            name: session.scalar(text(f"SHOW tcp_{name}"))
            for name in ("keepalives_idle", "keepalives_interval", "keepalives_count")
        }
        client = session.connection().connection.driver_connection.info.get_parameters()
    db.close()
    assert server == {name: client[name] for name in server}
    assert int(client["tcp_user_timeout"]) == 25_000


def test_a_process_that_stands_still_in_a_transaction_loses_its_locks(url, monkeypatch):
    impatient = engine._SERVER_LIMITS.replace("'30s'", "'300ms'")
    assert impatient != engine._SERVER_LIMITS
    still, other = Database(url), Database(url)
    schema.upgrade(other)
    monkeypatch.setattr(engine, "_SERVER_LIMITS", impatient)
    row = select(SendEpoch).with_for_update()

    def stand_still():
        with still.begin() as session:
            session.execute(row)
            with other.begin() as session_of_another:
                assert session_of_another.execute(row).one()  # waits for it
            session.execute(row)

    with pytest.raises(StoreUnavailable, match="idle-in-transaction"):
        stand_still()
    still.close()
    other.close()
