"""Past runs played again: what would have gone, and that nothing does."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from digest.actions.simulate import simulate
from digest.domain.edition import Variant
from digest.domain.errors import Illegal
from digest.domain.states import Stream, SubscriptionState
from digest.store.audit import AuditEntry
from digest.store.editions import Edition
from digest.store.lists import ListCadence, ListSource
from digest.store.runs import Run
from digest.store.subscribers import Subscription
from tests.builders import a_list, a_source, a_subscriber, an_arrival
from tests.commands import environment, run_digest

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)  # clocks in London went forward on the 29th
DAY = timedelta(days=1)
SINCE = NOW - 60 * DAY


@pytest.fixture
def newsroom(db, settings):
    """A list that runs daily and weekly, and three readers."""
    with db.begin() as session:
        source = a_source(session)
        mailing_list = a_list(session, timezone="Europe/London", min_items=1)
        session.add(ListSource(list_id=mailing_list.id, source_id=source.id))
        for stream, words in {
            Stream.EACH: "daily at 07:00",
            Stream.WEEKLY: "weekly on friday at 16:00",
        }.items():
            session.add(
                ListCadence(list_id=mailing_list.id, stream=stream, words=words, since=SINCE)
            )
        add = {"session": session, "settings": settings, "mailing_list": mailing_list}
        a_subscriber(address="ana@reader.example", **add)
        a_subscriber(address="ben@reader.example", local_hour=9, timezone="Asia/Tokyo", **add)
        a_subscriber(address="rail@reader.example", variant=Variant(topics=("rail",)), **add)
        a_subscriber(address="gone@reader.example", state=SubscriptionState.UNSUBSCRIBED, **add)
        session.flush()
        session.query(Subscription).update({"confirmed_at": SINCE})
        gone = session.query(Subscription).filter_by(state=SubscriptionState.UNSUBSCRIBED).one()
        gone.ended_at = NOW - 3 * DAY
        for n, ago in enumerate((9, 6, 5, 4, 3, 2)):
            at = NOW - ago * DAY - timedelta(hours=12)
            session.add(
                an_arrival(source.id, n, at, categories=("rail",) if n == 5 else ("harbours",))
            )


def played(db, days=7, stream=Stream.EACH):
    return [run for run in simulate(db, days=days, now=NOW) if run.stream is stream]


def test_each_day_has_its_run_at_the_lists_hour_through_the_change_of_clocks(db, newsroom):
    runs = played(db)
    assert [f"{run.local:%d %H:%M}" for run in runs] == [f"{n} 07:00" for n in range(25, 32)]
    assert [run.at.hour for run in runs] == [7, 7, 7, 7, 6, 6, 6]


def test_what_would_have_gone_and_why_nothing_would(db, newsroom):
    runs = {run.local.day: run for run in played(db)}
    assert runs[25].subject.startswith("Harbour number 1")
    assert runs[25].briefs == 1
    assert runs[30].reason
    assert "0 " in runs[30].reason or "nothing" in runs[30].reason.lower()
    titles = [run.subject for run in runs.values() if run.reason is None]
    assert len(titles) == len(set(titles)), "no brief twice"


def test_who_would_have_got_it_is_who_was_there_and_wanted_it(db, newsroom):
    runs = {run.local.day: run for run in played(db)}
    assert (runs[25].people, runs[25].nothing_in_topics) == (3, 1), "who left later is in"
    assert (runs[29].people, runs[29].nothing_in_topics) == (3, 0), "one left, one has the topic"
    assert runs[25].last_at == datetime(2026, 3, 26, 0, 0, tzinfo=UTC), "nine in Tokyo"


def test_a_roll_up_is_made_of_the_editions_that_were_played(db, newsroom):
    (friday,) = played(db, days=7, stream=Stream.WEEKLY)
    assert f"{friday.local:%a %H:%M}" == "Fri 16:00"
    assert friday.reason == "nobody to send it to"
    assert friday.briefs == 3


def test_nothing_is_written(db, newsroom):
    def rows():
        with db.read() as session:
            return [
                session.scalar(select(func.count()).select_from(kind))
                for kind in (Run, Edition, AuditEntry)
            ]

    before = rows()
    played(db, days=30)
    assert rows() == before == [0, 0, 0]


def test_a_span_without_sense_is_refused(db):
    with pytest.raises(Illegal, match="1 to 366 days"):
        list(simulate(db, days=0, now=NOW))


def test_the_command_gives_a_table_or_json(db, database_url, newsroom, tmp_path):
    env = environment(home=tmp_path, database_url=database_url)
    words = ("simulate", "--days", "7", "--now", NOW.isoformat(), "--list", "daily")
    runs = json.loads(run_digest(env, *words, "--json"))
    assert len(runs) == 8
    assert runs[0]["local"] == "2026-03-25T07:00:00+00:00"
    shown = run_digest(env, *words)
    assert "Sun 2026-03-29 07:00 BST" in shown
    assert "skipped: " in shown
