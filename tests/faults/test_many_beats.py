"""Several beats at once (R-14): exactly one run a slot, one edition a run, one campaign each."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.actions.advance_run import advance_run
from digest.actions.audit_campaign import audit_campaign
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.relays import seed_relay
from digest.actions.start_campaign import start_campaign
from digest.actions.tick import Work, tick
from digest.domain.errors import DigestError
from digest.domain.states import CampaignState, EditionState, RunState, Stream
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.lists import ListCadence, find_list
from digest.store.runs import Run
from tests.builders import NOW, a_subscriber
from tests.integration.editions.newsroom import a_newsroom, publish

SLOTS = 2
STEP = timedelta(seconds=20)
READERS = ("ana@mail.example", "bo@mail.example")


@pytest.mark.parametrize("beats", [2, 5])
def test_beats_at_once_make_one_edition_for_each_slot(db, settings, beats):
    a_minutely_list(db, settings)
    for number in range(1, SLOTS + 1):
        at = NOW + timedelta(minutes=number, seconds=-30)
        publish(db, number, arrived_at=at, published_at=at)
    broken: list[BaseException] = []
    now = NOW
    while now <= NOW + timedelta(minutes=SLOTS, seconds=59):
        together(beats, lambda: beat(db, settings, now, broken))  # noqa: B023
        now += STEP
    assert not broken
    judge(db, settings)


def a_minutely_list(db, settings):
    a_newsroom(db, lead_time=timedelta(seconds=30))
    seed_relay(db, settings, NOW)
    with db.begin() as session:
        mailing_list = find_list(session, "daily")
        session.add(
            ListCadence(list_id=mailing_list.id, stream=Stream.EACH, words="* * * * *", since=NOW)
        )
        for address in READERS:
            a_subscriber(session, settings, address, mailing_list)


def together(n, work):
    threads = [threading.Thread(target=work) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def beat(db, settings, now, broken):
    """A beat and the worker that it rings, which takes no clear error ill, as workers do."""
    acts = {
        Work.ADVANCE: lambda id_: advance_run(db, settings, id_, now),
        Work.START: lambda id_: start_campaign(db, settings, id_, now),
        Work.DELIVER: lambda id_: deliver_campaign(
            db, settings, id_, clock=lambda: now, stop=threading.Event()
        ),
        Work.COLLECT: lambda id_: None,  # briefs are there already
    }
    try:
        for _ in range(4):  # advance, start, deliver, finish
            for ring in list(tick(db, now)):
                with suppress(DigestError):  # somebody else was faster
                    acts[ring.work](ring.id)
    except Exception as error:
        broken.append(error)
        raise


def judge(db, settings):
    with db.read() as session:
        runs = session.scalars(select(Run).order_by(Run.scheduled_at)).all()
        editions = session.scalars(select(Edition)).all()
        campaigns = session.scalars(select(Campaign)).all()
    served = [run for run in runs if run.scheduled_at <= NOW + timedelta(minutes=SLOTS)]
    assert [run.scheduled_at for run in served] == [
        NOW + timedelta(minutes=number) for number in range(1, SLOTS + 1)
    ]
    assert [(run.state, run.reason) for run in served] == [(RunState.DONE, None)] * SLOTS
    sent = [edition for edition in editions if edition.state is EditionState.SENT]
    assert Counter(edition.run_id for edition in sent) == {run.id: 1 for run in served}
    assert Counter(campaign.edition_id for campaign in campaigns) == {e.id: 1 for e in sent}
    assert {campaign.state for campaign in campaigns} == {CampaignState.DONE}
    assert all(audit_campaign(db, campaign.id, NOW).balanced for campaign in campaigns)
    briefs = Counter(brief.id for edition in sent for brief in edition.content.briefs)
    assert len(briefs) == SLOTS
    assert set(briefs.values()) == {1}, "a brief stands in two editions"
    mails = list((settings.home_path / "outbox" / "new").iterdir())
    assert len(mails) == SLOTS * len(READERS)
