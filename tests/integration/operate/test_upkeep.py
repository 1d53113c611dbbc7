"""Heartbeats, samples and days: what the beat writes down now and then, on both databases."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from digest.actions.keep_up import beat, count_days, end_beat, keep_up, sample
from digest.domain.states import SubscriptionState
from digest.store.engine import database_time
from digest.store.heartbeats import ProcessKind, all_heartbeats
from digest.store.list_days import ListDay
from digest.store.samples import samples_of
from digest.store.subscribers import Subscription
from tests.builders import NOW, a_list, a_sending_campaign, a_subscriber


def heartbeats(db):
    with db.read() as session:
        return all_heartbeats(session)


def test_a_process_has_one_heartbeat_however_often_it_beats(db, settings):
    with db.read() as session:
        now = database_time(session)
    for seconds in (0, 90):
        beat(
            db, settings, ProcessKind.BEAT, now + timedelta(seconds=seconds), queues={"default": 3}
        )
    beat(db, settings, ProcessKind.WORKER, now)
    first, second = heartbeats(db)
    assert (first.kind, first.queues) == (ProcessKind.BEAT, {"default": 3})
    assert 80 < first.clock_off < 91, "the host's clock is ahead of the database's"
    assert second.queues is None
    end_beat(db, ProcessKind.WORKER)
    assert [one.kind for one in heartbeats(db)] == [ProcessKind.BEAT]


def test_samples_are_on_a_grid_and_taken_once_whoever_asks(db, settings):
    campaign_id = a_sending_campaign(db, settings, ["ana@reader.example"])
    for seconds in (1, 2, 9, 11):
        sample(db, NOW + timedelta(seconds=seconds))
    with db.read() as session:
        at = [one.at for one in samples_of(session, campaign_id)]
    assert at == [NOW, NOW + timedelta(seconds=10)]


def test_a_long_campaign_is_sampled_once_a_minute(db, settings):
    campaign_id = a_sending_campaign(db, settings, ["ana@reader.example"])
    for seconds in range(0, 120, 10):
        sample(db, NOW + timedelta(hours=2, seconds=seconds))
    with db.read() as session:
        assert len(samples_of(session, campaign_id)) == 2


def test_a_day_is_that_of_the_lists_clocks_and_is_counted_to_its_end(db, settings):
    auckland = ZoneInfo("Pacific/Auckland")
    evening = datetime(2026, 3, 10, 23, 50, tzinfo=auckland)
    with db.begin() as session:
        mailing_list = a_list(session, timezone="Pacific/Auckland")
        for name in ("ana", "ben", "cem"):
            a_subscriber(session, settings, f"{name}@reader.example", mailing_list)
    count_days(db, evening)
    count_days(db, evening + timedelta(minutes=1))
    with db.begin() as session:
        place = session.scalars(select(Subscription)).first()
        place.state = SubscriptionState.UNSUBSCRIBED
        place.ended_at = evening + timedelta(minutes=5)
    count_days(db, evening + timedelta(minutes=20))
    with db.read() as session:
        days = session.scalars(select(ListDay).order_by(ListDay.day)).all()
    assert [(one.day, one.gone) for one in days] == [(date(2026, 3, 10), 1), (date(2026, 3, 11), 0)]
    assert days[1].subscribers == 2


def test_all_of_it_runs_on_an_empty_database(db, settings):
    keep_up(db, settings, NOW, error="Connection refused.")
    (alone,) = heartbeats(db)
    assert alone.error == "Connection refused."
