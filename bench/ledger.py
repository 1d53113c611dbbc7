"""A ledger with a campaign a day, for benchmarks: PostgreSQL, its tables and its size, and windows
that are claimed and recorded as a sender does it, without mail."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import psycopg

from bench.deliver.service import TunedPostgres
from digest.domain.delivery import Outcome
from digest.domain.states import CampaignState, DeliveryState
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.campaigns import Campaign
from digest.store.claims import Claim
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.roster import freeze_roster, note_statistics
from tests.builders import a_campaign, a_roster, an_edition
from tests.ledger import flush_outcomes

WINDOW = 50
LEASE_SECONDS = 30.0
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


class Ledger(TunedPostgres):
    """It looks as often whether a table is to be vacuumed as a day here is shorter."""

    def command(self) -> list[str]:
        return [*super().command(), "-c", "autovacuum_naptime=5s"]


@contextmanager
def a_ledger() -> Iterator[tuple[Settings, Database]]:
    """A PostgreSQL with an empty database."""
    postgres = Ledger()
    postgres.start()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-keep-") as home:
            settings = load_settings(
                home=Path(home), database_url=postgres.create_database(f"bench_{uuid4().hex}")
            )
            db = Database(settings.database)
            schema.upgrade(db)
            yield settings, db
            db.close()
    finally:
        postgres.remove()


def a_day(settings: Settings, db: Database, slug: str, at: datetime) -> float:
    """A campaign of that day to everybody, all of it sent; gives the seconds that its freeze
    took."""
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
    """Without a sender: a batch a statement. Nothing waits for the disk, as nothing may be lost."""
    with psycopg.connect(settings.database, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        given = {"campaign": campaign_id, "reply": REPLY, "at": at, "relay": uuid4()}
        found = "SELECT position FROM batch WHERE campaign_id = %(campaign)s"
        for (position,) in connection.execute(found, given).fetchall():
            connection.execute(SENT, {**given, "position": position})
        connection.execute(TALLIES, given)
    finish(db, campaign_id, at)


def finish(db: Database, campaign_id: UUID, at: datetime) -> None:
    with db.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.state, campaign.finished_at = CampaignState.DONE, at


def send_windows(db: Database, campaign_id: UUID, at: datetime) -> Iterator[tuple[int, float]]:
    """Claim a window and record it, until none is left: its rows, and the seconds that it took."""
    outcome = Outcome(DeliveryState.SENT, reply=REPLY, sent_at=at)
    owner = uuid4()
    while True:
        began = monotonic()
        with db.begin() as session:
            window, _ = Claim(campaign_id, owner, at, WINDOW, LEASE_SECONDS).window(session)
        if not window:
            return
        with db.begin() as session:
            flush_outcomes(session, owner, [(one, outcome) for one in window])
        yield len(window), monotonic() - began


def sizes(settings: Settings) -> tuple[int, int, int]:
    """Rows of the ledger, and the bytes of its table and of its indexes."""
    with psycopg.connect(settings.database) as connection:
        row = connection.execute(SIZES).fetchone()
    assert row is not None
    return row


def vacuum(settings: Settings) -> None:
    with psycopg.connect(settings.database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE delivery, batch")
