"""The ledger: roster, claims, flushes and recovery always add up, on both databases."""

import threading
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from digest.domain.delivery import Outcome
from digest.domain.edition import Variant
from digest.domain.states import (
    CampaignState,
    DeliveryState,
    DoubtPolicy,
    Stream,
    SubscriptionState,
    SuppressionReason,
)
from digest.store.campaigns import Batch, Campaign, lock_campaign
from digest.store.claims import Claim
from digest.store.deliveries import Delivery, in_batch, possible_copies
from digest.store.recovery import (
    cancel_waiting,
    is_deserted,
    recover_expired,
    resolve_uncertain,
    retry_final,
)
from digest.store.results import renew_lease
from digest.store.roster import Roster, freeze_roster, hours_present, variants_present
from digest.store.subscribers import Subscription
from digest.store.suppressions import suppress
from digest.store.together import together
from digest.tokens import hash_address
from tests.builders import NOW, a_list, a_sending_campaign, a_subscriber, an_edition
from tests.ledger import balanced, flush_outcomes

ADDRESSES = [f"reader{n}@mail.example" for n in range(120)]
SENT = Outcome(DeliveryState.SENT, reply="250 2.0.0 ok", sent_at=NOW)


def claim(db, campaign_id, owner, size=50, now=NOW, lease=30.0):
    with db.begin() as session:
        return Claim(campaign_id, owner, now, size, lease).window(session)[0]


def go_on(db, campaign_id, owner, near, size=10):
    """Claim from where the last claim left off, if nobody else is there."""
    claim = Claim(campaign_id, owner, NOW, size, 30.0)
    with db.begin() as session:
        with together(session) as line:
            answer = claim.ask_near(line, near)
        with together(session) as line:
            return claim.take_near(line, near, answer.rows())


def flush(db, owner, outcomes):
    with db.begin() as session:
        return flush_outcomes(session, owner, outcomes)


def recover(db, campaign_id, now=NOW):
    with db.begin() as session:
        return recover_expired(session, lock_campaign(session, campaign_id), now)


def test_a_roster_holds_each_confirmed_person_once(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=50)
    assert balanced(db, campaign_id) == {"queued": 120}
    with db.read() as session:
        ranges = session.scalars(select(Batch).order_by(Batch.position)).all()
        in_order = select(Delivery.id).order_by(Delivery.id)
        ids = [session.scalars(in_order.where(in_batch(batch))).all() for batch in ranges]
    assert [len(each) for each in ids] == [50, 50, 20]
    assert [(each[0], each[-1]) for each in ids] == [(b.first_id, b.last_id) for b in ranges]
    assert [batch.queued for batch in ranges] == [50, 50, 20]
    assert all(a.first_id <= a.last_id < b.first_id for a, b in pairwise(ranges))


def test_who_is_not_confirmed_or_is_suppressed_is_not_on_it(db, settings):
    with db.begin() as session:
        mailing_list = a_list(session)
        for state in SubscriptionState:
            a_subscriber(session, settings, f"{state}@mail.example", mailing_list, state=state)
        a_subscriber(session, settings, "dead@mail.example", mailing_list)
        suppress(
            session,
            address_hash=hash_address(settings, "dead@mail.example"),
            address="dead@mail.example",
            reason=SuppressionReason.HARD_BOUNCE,
            now=NOW,
        )
        back = a_subscriber(
            session, settings, "back@mail.example", mailing_list, state=SubscriptionState.PAUSED
        )
        back.subscriptions[0].paused_until = NOW - timedelta(days=1)
        _, roster = start(session, mailing_list, {})
        assert freeze_roster(session, roster) == 2
        rows = session.scalars(select(Delivery.address).order_by(Delivery.address)).all()
    assert rows == ["back@mail.example", "confirmed@mail.example"]


def start(session, mailing_list, renditions, **values):
    edition = an_edition(session, mailing_list)
    campaign = Campaign(
        edition_id=edition.id,
        list_id=mailing_list.id,
        state=CampaignState.SENDING,
        due_at=NOW,
        started_at=NOW,
        expires_after=timedelta(days=1),
        doubt_policy=DoubtPolicy.RESEND,
        created_at=NOW,
        created_by="test",
    )
    session.add(campaign)
    session.flush()
    given = {
        "campaign_id": campaign.id,
        "list_id": mailing_list.id,
        "stream": Stream.EACH,
        "now": NOW,
        "renditions": renditions,
        "fallback": None,
        "due": {},
    }
    return campaign.id, Roster(**(given | values))


def test_each_is_due_at_the_local_hour_that_was_chosen(db, settings):
    with db.begin() as session:
        mailing_list = a_list(session)
        choices = {"now": (None, None), "tokyo": (7, "Asia/Tokyo"), "here": (9, None)}
        for name, (hour, zone) in choices.items():
            a_subscriber(
                session, settings, f"{name}@mail.example", mailing_list,
                local_hour=hour, timezone=zone,
            )  # fmt: skip
        assert set(hours_present(session, mailing_list.id, Stream.EACH, NOW)) == {
            ("Asia/Tokyo", 7),
            (None, 9),
        }
        due = {("Asia/Tokyo", 7): NOW + timedelta(hours=15), (None, 9): NOW + timedelta(hours=2)}
        _, roster = start(session, mailing_list, {}, due=due)
        freeze_roster(session, roster)
        rows = session.execute(select(Delivery.address, Delivery.next_at)).all()
    assert {address.partition("@")[0]: at - NOW for address, at in rows} == {
        "now": timedelta(0),
        "tokyo": timedelta(hours=15),
        "here": timedelta(hours=2),
    }


def test_who_finds_nothing_in_their_topics_is_skipped_with_that_reason(db, settings):
    topics = Variant(topics=("sport",)).key
    with db.begin() as session:
        mailing_list = a_list(session)
        a_subscriber(session, settings, "all@mail.example", mailing_list)
        sporty = Variant.from_key(topics)
        a_subscriber(session, settings, "sport@mail.example", mailing_list, variant=sporty)
        assert set(variants_present(session, mailing_list.id, Stream.EACH, NOW)) == {
            topics,
            Variant().key,
        }
        _, roster = start(session, mailing_list, {topics: None})
        freeze_roster(session, roster)
        rows = session.execute(select(Delivery.address, Delivery.state, Delivery.reason)).all()
    assert set(rows) == {
        ("all@mail.example", DeliveryState.QUEUED, None),
        ("sport@mail.example", DeliveryState.SKIPPED, "nothing in their topics"),
    }


def test_of_two_lists_in_a_group_only_the_first_of_the_day_mails(db, settings):
    with db.begin() as session:
        first = a_list(session, "first", dedupe_group="news")
        second = a_list(session, "second", dedupe_group="news")
        person = a_subscriber(session, settings, "both@mail.example", first)
        person.subscriptions.append(
            Subscription(
                list_id=second.id,
                state=SubscriptionState.CONFIRMED,
                variant=Variant().key,
                created_at=NOW,
            )
        )
        group = {"dedupe_group": "news", "day_began": NOW - timedelta(hours=7)}
        for mailing_list in (first, second):
            _, roster = start(session, mailing_list, {}, **group)
            freeze_roster(session, roster)
        rows = session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id)).all()
    assert rows == [
        (DeliveryState.QUEUED, None),
        (DeliveryState.SKIPPED, "had another list of news today"),
    ]


def test_two_owners_never_hold_the_same_row(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=40)
    owners = [uuid4() for _ in range(4)]
    taken: list = []

    def work(owner):
        while window := claim(db, campaign_id, owner, size=7):
            taken.extend(claimed.address for claimed in window)
            flush(db, owner, [(claimed, SENT) for claimed in window])

    threads = [threading.Thread(target=work, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ADDRESSES)
    assert balanced(db, campaign_id) == {"sent": 120}


def batches_of(window):
    return {claimed.batch_id for claimed in window}


def test_an_idle_batch_is_taken_before_one_that_somebody_is_at(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:90], batch_size=30)
    windows = [claim(db, campaign_id, uuid4(), size=10) for _ in range(3)]
    assert len(set.union(*map(batches_of, windows))) == 3


def test_a_sender_goes_on_in_its_batch_to_the_end_and_then_through_all_of_it(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:24], batch_size=24)
    mine = uuid4()
    with db.begin() as session:
        first, near = Claim(campaign_id, mine, NOW, 10, 30.0).window(session)
    later = Outcome(DeliveryState.DEFERRED, reply="450 4.2.0 later", next_at=NOW)
    second, near = go_on(db, campaign_id, mine, near)
    third, near = go_on(db, campaign_id, mine, near)
    flush(db, mine, [(claimed, later) for claimed in first])
    again, near = go_on(db, campaign_id, mine, near)
    assert [len(window) for window in (first, second, third, again)] == [10, 10, 4, 10]
    ids = [claimed.id for claimed in (*first, *second, *third)]
    assert ids == sorted(set(ids))
    assert [claimed.id for claimed in again] == [claimed.id for claimed in first]
    assert balanced(db, campaign_id) == {"sending": 24}


def test_who_finds_the_batch_held_gets_nothing_of_it(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:30], batch_size=30)
    if db.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with db.begin() as session:
        _, near = Claim(campaign_id, uuid4(), NOW, 10, 30.0).window(session)
        assert go_on(db, campaign_id, uuid4(), near)[0] == []


def test_going_on_in_a_paused_campaign_gives_nothing(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:30], batch_size=30)
    with db.begin() as session:
        _, near = Claim(campaign_id, uuid4(), NOW, 10, 30.0).window(session)
        lock_campaign(session, campaign_id).move(CampaignState.PAUSED, "for now")
    assert go_on(db, campaign_id, uuid4(), near)[0] == []


def test_nothing_is_claimed_from_a_paused_campaign(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES)
    with db.begin() as session:
        lock_campaign(session, campaign_id).move(CampaignState.PAUSED, "typo")
    assert claim(db, campaign_id, uuid4()) == []


def test_who_leaves_or_is_suppressed_after_the_freeze_is_not_claimed(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:4])
    with db.begin() as session:
        ids = session.scalars(select(Subscription.id).order_by(Subscription.id)).all()
        session.execute(
            update(Subscription)
            .where(Subscription.id == ids[0])
            .values(state=SubscriptionState.UNSUBSCRIBED)
        )
        suppress(
            session,
            address_hash=hash_address(settings, ADDRESSES[1]),
            address=None,
            reason=SuppressionReason.COMPLAINT,
            now=NOW,
        )
    window = claim(db, campaign_id, uuid4())
    assert [claimed.address for claimed in window] == ADDRESSES[2:4]
    assert balanced(db, campaign_id) == {"sending": 2, "suppressed": 2}


def test_a_result_that_comes_after_the_lease_went_elsewhere_is_refused(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:10])
    slow, quick = uuid4(), uuid4()
    window = claim(db, campaign_id, slow, lease=-1.0)
    assert recover(db, campaign_id) == {DeliveryState.QUEUED: 10}
    again = claim(db, campaign_id, quick)
    assert flush(db, slow, [(claimed, SENT) for claimed in window]) == set()
    assert flush(db, quick, [(claimed, SENT) for claimed in again]) == {c.id for c in again}
    assert balanced(db, campaign_id) == {"sent": 10}
    with db.read() as session:
        assert len(possible_copies(session, campaign_id)) == 10


def test_a_renewed_lease_is_not_taken_up(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:10])
    owner = uuid4()
    window = claim(db, campaign_id, owner, lease=-1.0)
    with db.begin() as session, together(session) as line:
        renew_lease(line, owner, [claimed.id for claimed in window], 30)
    assert not recover(db, campaign_id)


def test_one_lease_that_ran_out_makes_a_campaign_deserted_until_it_is_taken_up(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=50)

    def is_so():
        with db.read() as session:
            return is_deserted(session, campaign_id)

    claim(db, campaign_id, uuid4())
    assert not is_so()
    claim(db, campaign_id, uuid4(), size=1, lease=-1.0)
    assert is_so()
    assert recover(db, campaign_id) == {DeliveryState.QUEUED: 1}
    assert not is_so()


def test_after_two_doubts_nobody_is_sent_to_again(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:5])
    for expected in ({"queued": 5}, {"uncertain": 5}):
        claim(db, campaign_id, uuid4(), lease=-1.0)
        recover(db, campaign_id)
        assert balanced(db, campaign_id) == expected
    with db.begin() as session:
        decide = {"delivery_id": None, "reason": "by hand", "now": NOW}
        again = resolve_uncertain(session, campaign_id, DeliveryState.QUEUED, **decide)
        marked = resolve_uncertain(session, campaign_id, DeliveryState.SENT, **decide)
    assert (again, marked) == (0, 5)


def test_a_list_that_holds_asks_a_person_after_one_doubt(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:5], policy=DoubtPolicy.HOLD)
    claim(db, campaign_id, uuid4(), lease=-1.0)
    assert recover(db, campaign_id) == {DeliveryState.UNCERTAIN: 5}
    with db.begin() as session:
        decide = {"delivery_id": None, "reason": "by hand", "now": NOW}
        assert resolve_uncertain(session, campaign_id, DeliveryState.QUEUED, **decide) == 5
    assert balanced(db, campaign_id) == {"queued": 5}
    assert len(claim(db, campaign_id, uuid4())) == 5


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.CANCELLED])
def test_those_that_ended_otherwise_can_be_sent_to_again(db, settings, state):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:6])
    owner = uuid4()
    window = claim(db, campaign_id, owner, size=3)
    flush(db, owner, [(claimed, Outcome(state, reason="so")) for claimed in window])
    with db.begin() as session:
        assert retry_final(session, campaign_id, state, NOW) == 3
    assert balanced(db, campaign_id) == {"queued": 6}


def test_cancelling_ends_what_waits_and_leaves_what_is_under_way(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=50)
    owner = uuid4()
    window = claim(db, campaign_id, owner, size=30)
    later = Outcome(DeliveryState.DEFERRED, reply="450 later", next_at=NOW + timedelta(hours=1))
    flush(db, owner, [(claimed, later) for claimed in window[:10]])
    with db.begin() as session:
        assert cancel_waiting(session, campaign_id, "stopped") == 100
    assert balanced(db, campaign_id) == {"cancelled": 100, "sending": 20}
    assert flush(db, owner, [(claimed, SENT) for claimed in window[10:]])
    assert balanced(db, campaign_id) == {"cancelled": 100, "sent": 20}


def test_a_deferred_mail_is_due_again_at_its_time_and_not_before(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:1])
    owner = uuid4()
    (only,) = claim(db, campaign_id, owner)
    wait = timedelta(minutes=5)
    flush(db, owner, [(only, Outcome(DeliveryState.DEFERRED, reply="450", next_at=NOW + wait))])
    assert claim(db, campaign_id, owner, now=NOW + wait - timedelta(seconds=1)) == []
    (again,) = claim(db, campaign_id, owner, now=NOW + wait)
    assert (again.id, again.tries, again.first_try_at) == (only.id, 1, only.first_try_at)
    assert again.message_key == only.message_key
