"""A ledger with a campaign a day, for benchmarks: PostgreSQL, its tables, and its size."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import psycopg

from bench.deliver.service import TunedPostgres
from digest.domain.states import CampaignState
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.campaigns import Campaign
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.roster import freeze_roster, note_statistics
from tests.builders import a_campaign, a_roster, an_edition

REPLY = "250 2.0.0 Ok: queued as 4XkT2c1zYz"

SENT = """
UPDATE delivery d SET state = 'sent', reply = %(reply)s, sent_at = %(at)s, first_try_at = %(at)s,
    tries = 1, claims = 1, relay_id = %(relay)s
FROM batch b WHERE b.campaign_id = %(campaign)s AND b.position = %(position)s
    AND d.id BETWEEN b.first_id AND b.last_id AND d.campaign_id = b.campaign_id
"""
TALLIES = """
UPDATE batch SET sent = queued, queued = 0, next_at = NULL WHERE campaign_id = %(campaign)s
"""
SIZES = """
SELECT count(*), pg_table_size('delivery'), pg_indexes_size('delivery') FROM delivery
"""


@contextmanager
def a_ledger() -> Iterator[tuple[Settings, Database]]:
    """A PostgreSQL with an empty database."""
    postgres = TunedPostgres()
    postgres.start()
    try:
        settings = load_settings(
            home=Path(tempfile.mkdtemp(prefix="bench-keep-")),
            database_url=postgres.create_database(f"bench_{uuid4().hex}"),
        )
        db = Database(settings.database)
        schema.upgrade(db)
        yield settings, db
        db.close()
    finally:
        postgres.remove()


def a_day(settings: Settings, db: Database, slug: str, at: datetime) -> float:
    """A campaign of that day to everybody, sent a batch at a time; gives the seconds that its
    freeze took."""
    campaign_id, seconds = a_campaign_to(db, slug, at)
    mark_sent(settings, db, campaign_id, at)
    return seconds


def a_campaign_to(db: Database, slug: str, at: datetime) -> tuple[UUID, float]:
    """A campaign whose roster is frozen, and how long that took."""
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        edition = an_edition(session, mailing_list, number=int(at.timestamp()))
        campaign = a_campaign(session, edition, state=CampaignState.SENDING, started_at=at)
        roster = a_roster(session, campaign, now=at)
        began = monotonic()
        campaign.roster = freeze_roster(session, roster)
        seconds = monotonic() - began
        campaign_id = campaign.id
    with db.begin() as session:
        note_statistics(session)
    return campaign_id, seconds


def mark_sent(settings: Settings, db: Database, campaign_id: UUID, at: datetime) -> None:
    with psycopg.connect(settings.database, autocommit=True) as connection:
        given = {"campaign": campaign_id, "reply": REPLY, "at": at, "relay": uuid4()}
        found = "SELECT position FROM batch WHERE campaign_id = %(campaign)s"
        for (position,) in connection.execute(found, given).fetchall():
            connection.execute(SENT, {**given, "position": position})
        connection.execute(TALLIES, given)
    with db.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.state, campaign.finished_at = CampaignState.DONE, at


def sizes(settings: Settings) -> tuple[int, int, int]:
    """Rows of the ledger, and the bytes of its table and of its indexes."""
    with psycopg.connect(settings.database) as connection:
        row = connection.execute(SIZES).fetchone()
    assert row is not None
    return row


def vacuum(settings: Settings) -> None:
    with psycopg.connect(settings.database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE delivery, batch")
