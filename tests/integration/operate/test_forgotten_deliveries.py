"""Deliveries of campaigns that ended long ago go a batch at a time, and their sums stay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, literal_column, select, update

from digest.actions.audit_campaign import audit_campaign, campaign_status
from digest.actions.control_campaign import resolve_campaign, retry_campaign
from digest.actions.correct_edition import draft_correction
from digest.actions.forget_deliveries import KEPT_WHOLE
from digest.actions.forget_old import forget_all, forget_old, what_is_old
from digest.domain.errors import Illegal
from digest.domain.states import CampaignState, DeliveryState
from digest.settings import load_settings
from digest.store.audit import history_of
from digest.store.breakdowns import BatchBreakdown, top_domains, top_replies
from digest.store.campaigns import Batch, Campaign, find_campaign
from digest.store.deliveries import Delivery
from digest.store.editions import RenditionRow
from tests.builders import NOW, a_sending_campaign
from tests.integration.operate.sending import FAILED, SENT, count_all, send

LATER = NOW + timedelta(days=91)
PEOPLE = [f"reader{n}@mail.example" for n in range(10)]


def an_ended_campaign(db, settings, slug="daily"):
    """Seven sent, three failed, in batches of four."""
    campaign_id = a_sending_campaign(
        db, settings, [f"{slug}.{one}" for one in PEOPLE], batch_size=4, slug=slug
    )
    while send(db, campaign_id, 4, SENT):
        pass
    with db.begin() as session:
        some = select(Delivery.id).where(Delivery.campaign_id == campaign_id)
        for id_ in session.scalars(some.order_by(Delivery.id).limit(3)).all():
            row = session.get_one(Delivery, id_)
            row.state, row.reply = DeliveryState.FAILED, FAILED.reply
        first = select(Batch).where(Batch.campaign_id == campaign_id, Batch.position == 0)
        batch = session.scalars(first).one()
        batch.sent, batch.failed = batch.sent - 3, 3
        campaign = session.get_one(Campaign, campaign_id)
        campaign.state, campaign.finished_at = CampaignState.DONE, NOW
    return campaign_id


def rows(db):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Delivery))


def test_a_forgotten_campaign_still_adds_up_and_says_that_it_is_forgotten(db, settings):
    campaign_id = an_ended_campaign(db, settings)
    before = audit_campaign(db, campaign_id, LATER)
    assert forget_old(db, settings, LATER, seconds=60)["deliveries"] == 10
    assert rows(db) == 0
    after = audit_campaign(db, campaign_id, LATER)
    assert after.counts == before.counts == {DeliveryState.SENT: 7, DeliveryState.FAILED: 3}
    assert (after.balanced, after.forgotten, after.forgotten_since) == (True, 10, LATER)
    assert (before.balanced, before.forgotten, before.forgotten_since) == (True, 0, None)
    assert campaign_status(db, campaign_id, LATER).counts == before.counts


def test_it_goes_a_batch_at_a_time_and_adds_up_at_each_moment(db, settings):
    campaign_id = an_ended_campaign(db, settings)
    left = []
    while gone := forget_old(db, settings, LATER, seconds=0)["deliveries"]:
        left.append((gone, rows(db)))
        report = audit_campaign(db, campaign_id, LATER)
        assert report.balanced
        assert report.roster == sum(report.counts.values()) == 10
    assert left == [(4, 6), (4, 2), (2, 0)]


def test_its_batches_become_one_and_its_renditions_go(db, settings):
    an_ended_campaign(db, settings)
    forget_old(db, settings, LATER, seconds=60)
    with db.read() as session:
        batch = session.scalars(select(Batch)).one()
        assert (batch.sent, batch.failed, batch.forgotten_at) == (7, 3, LATER)
        assert session.scalars(select(RenditionRow)).all() == []


def test_of_its_domains_and_answers_only_the_largest_stay(db, settings, monkeypatch):
    monkeypatch.setattr("digest.store.breakdowns.MOST_KEPT", 2)
    hosts = ["one", "one", "two", "two", "two", "three", "four"]
    people = [f"reader{n}@{host}.example" for n, host in enumerate(hosts)]
    campaign_id = a_sending_campaign(db, settings, people)
    for n, outcome in ((5, SENT), (1, FAILED), (1, FAILED._replace(reply="552 it is full"))):
        send(db, campaign_id, n, outcome)
    with db.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.state, campaign.finished_at = CampaignState.DONE, NOW
    count_all(db)
    assert sums(db, campaign_id) == (["two", "one", "four", "three"], 3)
    forget_old(db, settings, LATER, seconds=60)
    assert sums(db, campaign_id) == (["two", "one"], 2)
    with db.read() as session:
        assert session.scalars(select(BatchBreakdown)).all() == [], "nothing needs them any more"


def sums(db, campaign_id):
    """Its domains, without what all have in common, and how many answers it has."""
    with db.read() as session:
        domains = [one.domain for one in top_domains(session, campaign_id, 9)]
        return [one.partition(".")[0] for one in domains], len(top_replies(session, campaign_id, 9))


@pytest.mark.parametrize("days", [89, 90])
def test_what_is_young_stays(db, settings, days):
    an_ended_campaign(db, settings)
    forget_old(db, settings, NOW + timedelta(days=days))
    assert rows(db) == 10


def test_what_is_kept_for_ever_stays(db, settings):
    an_ended_campaign(db, settings)
    forever = settings.model_copy(update={"delivery_days": 0})
    forget_old(db, forever, NOW + timedelta(days=9_000))
    assert rows(db) == 10


def test_a_campaign_that_is_not_over_is_never_touched(db, settings):
    campaign_id = an_ended_campaign(db, settings)
    with db.begin() as session:
        find_campaign(session, campaign_id).state = CampaignState.SENDING
    forget_old(db, settings, LATER, seconds=60)
    assert rows(db) == 10


@pytest.mark.parametrize("missing", [False, True], ids=["a tally", "a state that no tally has"])
def test_rows_that_differ_from_their_tallies_are_evidence_and_stay(db, settings, missing):
    doubtful = an_ended_campaign(db, settings)
    an_ended_campaign(db, settings, slug="weekly")
    with db.begin() as session:
        second = select(Batch).where(Batch.campaign_id == doubtful, Batch.position == 1)
        batch = session.scalars(second).one()
        batch.sent -= 1
        if missing:
            one = update(Delivery).where(Delivery.id == batch.last_id)
            session.execute(one.values(state=literal_column("'lost'")))
    for _ in range(2):
        forget_old(db, settings, LATER)
    assert rows(db) == 6, "the first batch went, and the other campaign"
    assert not audit_campaign(db, doubtful, LATER).balanced
    with db.read() as session:
        told = history_of(session, "campaign", doubtful, 10)
    assert [entry.action for entry in told] == [KEPT_WHOLE], "and it is said once"


def test_nobody_can_be_sent_anything_of_it_any_more(db, settings):
    campaign_id = an_ended_campaign(db, settings)
    forget_old(db, settings, LATER, seconds=0)
    who = {"now": LATER, "actor": "ana"}
    with pytest.raises(Illegal, match="forgotten since 2026-06-09"):
        retry_campaign(db, campaign_id, state=DeliveryState.FAILED, **who)
    with pytest.raises(Illegal, match="forgotten since 2026-06-09"):
        resolve_campaign(db, campaign_id, send_again=True, **who)
    with db.read() as session:
        edition_id = find_campaign(session, campaign_id).edition_id
    with pytest.raises(Illegal, match="forgotten since 2026-06-09"):
        draft_correction(db, edition_id, **who)


def test_a_dry_run_counts_and_the_real_one_forgets_as_many(db, settings):
    an_ended_campaign(db, settings)
    (told,) = [one for one in what_is_old(db, settings, LATER) if one.rows]
    assert (told.kind, told.before, told.rows) == ("deliveries", NOW + timedelta(days=1), 10)
    assert rows(db) == 10
    assert sum(n for _, n in forget_all(db, settings, LATER)) == 10
    assert not any(one.rows for one in what_is_old(db, settings, LATER))


def test_what_somebody_still_needs_can_not_be_forgotten(settings):
    with pytest.raises(Illegal, match="DELIVERY_DAYS is 7; it may be 0"):
        load_settings(delivery_days=7)
    assert load_settings(delivery_days=0).delivery_days == 0
