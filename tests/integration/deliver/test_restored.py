"""A database that was restored from a backup sends nothing until an operator says so (R-22)."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import update

from digest.actions.confirm_restore import confirm_restore
from digest.actions.send_epoch import refusal
from digest.actions.start_campaign import start_campaign
from digest.domain.errors import Illegal
from digest.domain.states import CampaignState
from digest.settings import load_settings
from digest.store import schema
from digest.store.campaigns import find_campaign
from digest.store.engine import Database
from digest.store.epoch import SendEpoch, read_epoch
from digest.witness import Witness
from tests.builders import NOW, a_sending_campaign
from tests.faults.relay import FaultyRelay
from tests.integration.deliver.post_office import open_post_office

READERS = [f"reader+{n}@mail.example" for n in range(20)]


@pytest.fixture
def office(db, settings, monkeypatch):
    with FaultyRelay() as relay:
        yield open_post_office(db, settings, relay, monkeypatch)


def epoch(db):
    with db.read() as session:
        return read_epoch(session).epoch


def put_back(db, to):
    """What a restore does to the epoch."""
    with db.begin() as session:
        session.execute(update(SendEpoch).values(epoch=to))


def set_state(db, campaign_id, state):
    with db.begin() as session:
        find_campaign(session, campaign_id).state = state


def test_the_epoch_grows_while_mail_is_sent_and_is_never_behind(db, settings, office):
    before = epoch(db)
    office.deliver(a_sending_campaign(db, settings, READERS))
    assert epoch(db) > before
    assert refusal(db, Witness(settings)) is None


def test_what_was_restored_sends_nothing_until_it_is_confirmed(db, settings, office):
    backup = epoch(db)
    campaign_id = a_sending_campaign(db, settings, READERS[:10])
    office.deliver(campaign_id)
    second = a_sending_campaign(db, settings, READERS[10:], slug="second")
    put_back(db, backup)
    with pytest.raises(Illegal, match="run `digest campaign confirm-restore`"):
        office.deliver(second)
    set_state(db, second, CampaignState.SCHEDULED)
    with pytest.raises(Illegal, match="who was mailed since would be mailed again"):
        start_campaign(db, settings, second, NOW)
    set_state(db, second, CampaignState.SENDING)
    assert len(office.relay.ledger) == 10
    confirm_restore(db, settings, now=NOW, actor="test")
    office.finish(second)
    assert len(office.relay.ledger) == 20
    with pytest.raises(Illegal, match="Nothing was restored"):
        confirm_restore(db, settings, now=NOW, actor="test")


def test_another_database_is_not_behind_this_one(db, settings, office, tmp_path):
    office.deliver(a_sending_campaign(db, settings, READERS))
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    schema.upgrade(other)
    assert refusal(other, Witness(settings)) is None
    other.close()


def test_redis_remembers_where_home_was_lost_and_its_loss_stops_nothing(
    db, settings, office, valkey, tmp_path
):
    given = settings.model_dump(exclude_unset=True)
    with_redis = load_settings(**(given | {"redis_url": valkey.url, "home": tmp_path / "host"}))
    backup = epoch(db)
    office.settings = with_redis
    office.deliver(a_sending_campaign(db, settings, READERS))
    shutil.rmtree(tmp_path / "host")
    elsewhere = load_settings(**(given | {"redis_url": valkey.url, "home": tmp_path / "new"}))
    put_back(db, backup)
    assert refusal(db, Witness(elsewhere)) is not None
    valkey.kill()
    assert refusal(db, Witness(elsewhere)) is None


def test_a_snapshot_of_the_very_middle_is_told_too(db, settings, office):
    """The campaign is the same before and after: its start is not what tells them apart."""
    if not db.is_sqlite:
        pytest.skip("a copy of the file is the snapshot")
    campaign_id = a_sending_campaign(db, settings, READERS)
    file = db.engine.url.database
    copy = f"{file}.backup"
    taken = []

    def snapshot():
        if office.relay.ledger and not taken:
            taken.append(True)
            with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(copy)) as backup:
                live.backup(backup)

    office.clock.watch.append(snapshot)
    office.deliver(campaign_id)
    restored = Database(f"sqlite:///{copy}")
    assert taken
    office.db = restored
    with pytest.raises(Illegal, match="confirm-restore"):
        office.deliver(campaign_id)
    restored.close()
