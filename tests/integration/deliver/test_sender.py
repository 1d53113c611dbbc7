"""Stints against a relay that misbehaves: the ledger is judged against the database."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from digest.actions.control_campaign import (
    cancel_campaign,
    pause_campaign,
    resolve_campaign,
    resume_campaign,
)
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.relays import LINES
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.deliver import held
from digest.deliver.books import Books
from digest.deliver.held import HELD
from digest.domain.states import DeliveryState, DoubtPolicy, SuppressionReason
from digest.store.lists import find_list
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address
from tests.builders import NOW, a_sending_campaign
from tests.integration.deliver.post_office import shared_part

PASSING = {  # faults that end after so many tries of a recipient
    "dropnot": 1,
    "dropmid": 1,
    "r421": 2,
    "e421": 1,
    "d421": 1,
    "r450": 3,
    "tarpit": 1,
    "half": 1,
    "garbage": 2,
    "wrong": 1,
    "huge": 1,
    "chatter": 1,
}
WELL = ["reader", "grey", "nul", *PASSING]
FAILING = ["r550", "r552", "d552", "e552"]
DOUBTFUL = ["dropack", "lateack"]


def people(n, kind="reader"):
    return [f"{kind}+{i}@mail.example" for i in range(n)]


def of_kind(rows, *kinds):
    return {a: row for a, row in rows.items() if a.partition("+")[0] in kinds}


@pytest.mark.parametrize("policy", list(DoubtPolicy))
def test_a_list_of_all_faults_loses_nobody_and_names_each_copy(db, settings, office, policy):
    office.relay.manners.lasts = PASSING
    office.relay.manners.per_connection = 9
    office.relay.manners.grey_seconds = 0.05  # by the wall clock, which hardly moves here
    addresses = people(30) + [a for k in (*WELL[1:], *FAILING, *DOUBTFUL) for a in people(2, k)]
    random.Random(4).shuffle(addresses)
    campaign_id = a_sending_campaign(db, settings, addresses, policy=policy, batch_size=20)
    office.finish(campaign_id)
    report = office.judge(campaign_id)
    rows, copies = office.rows(campaign_id), office.relay.copies
    doubtful = of_kind(rows, *DOUBTFUL)
    assert {row.state for row in doubtful.values()} == {DeliveryState.UNCERTAIN}
    most = 2 if policy is DoubtPolicy.RESEND else 1
    assert {copies[address] for address in doubtful} == {most}
    assert {row.state for row in of_kind(rows, *FAILING).values()} == {DeliveryState.FAILED}
    well = of_kind(rows, *set(WELL) - {"dropnot", "dropmid"})
    assert {(row.state, copies[a]) for a, row in well.items()} == {(DeliveryState.SENT, 1)}
    dropped = of_kind(rows, "dropnot", "dropmid")
    if policy is DoubtPolicy.RESEND:
        assert {(row.state, copies[a]) for a, row in dropped.items()} == {(DeliveryState.SENT, 1)}
    assert report.possible_copies <= len(doubtful) + len(dropped)


def test_who_has_no_mailbox_is_suppressed_and_nobody_else(db, settings, office):
    addresses = [kind + "+1@mail.example" for kind in (*FAILING, "reader", "r450")]
    campaign_id = a_sending_campaign(db, settings, addresses)
    office.deliver(campaign_id)
    with db.read() as session:
        found = {a: get_suppression(session, hash_address(settings, a)) for a in addresses}
    (suppression,) = [one for one in found.values() if one is not None]
    assert suppression.address == "r550+1@mail.example"
    assert suppression.reason is SuppressionReason.HARD_BOUNCE
    assert office.rows(campaign_id)["r552+1@mail.example"].reply.startswith("552 5.2.2")


def test_a_held_mail_that_an_operator_sends_again_is_the_same_to_the_byte(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(3, "dropack"), policy=DoubtPolicy.HOLD)
    office.deliver(campaign_id)
    assert office.audit(campaign_id).counts == {DeliveryState.UNCERTAIN: 3}
    office.clock.step(hours=3)
    office.relay.manners.lasts = {"dropack": 1}
    again = resolve_campaign(db, campaign_id, send_again=True, now=office.clock.now, actor="op")
    assert again == 3
    office.finish(campaign_id)
    report = office.judge(campaign_id)
    assert report.counts == {DeliveryState.SENT: 3}
    assert set(office.relay.copies.values()) == {2}
    assert report.possible_copies == 3


def test_what_is_deferred_goes_out_at_its_time_and_holds_nobody_up(db, settings, office):
    office.relay.manners.lasts = {"r450": 1}
    campaign_id = a_sending_campaign(db, settings, people(20, "r450") + people(60))
    report = office.deliver(campaign_id)
    assert report.counts == {DeliveryState.DEFERRED: 20, DeliveryState.SENT: 60}
    waits = [row.next_at - NOW for row in of_kind(office.rows(campaign_id), "r450").values()]
    assert timedelta(seconds=48) <= min(waits) < max(waits) <= timedelta(seconds=72)
    office.clock.step(seconds=47)
    assert not office.deliver(campaign_id).counts
    office.clock.step(seconds=26)
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 20}
    office.finish(campaign_id, rounds=1)
    office.judge(campaign_id)


def test_a_relay_that_is_down_fails_nobody_rests_and_goes_on(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(70))
    office.relay.stop()
    for seconds in (5, 10, 20):
        assert "Connection refused" in office.deliver(campaign_id).relay_error
        relay = office.relay_row()
        assert relay.resting_until == office.clock.now + timedelta(seconds=seconds)
        assert "can't be reached" in relay.error
        assert office.deliver(campaign_id).relay_error is None, "it rests; nobody tries it"
        office.clock.step(seconds=seconds)
    assert office.audit(campaign_id).counts == {DeliveryState.QUEUED: 70}
    assert {row.tries for row in office.rows(campaign_id).values()} == {0}
    office.relay.start()
    assert office.finish(campaign_id, rounds=1).counts == {DeliveryState.SENT: 70}
    assert office.relay_row().error is None
    assert office.judge(campaign_id).possible_copies == 0


def test_a_limit_of_mails_per_connection_lets_no_relay_rest(db, settings, office):
    office.relay.manners.per_connection = 7
    campaign_id = a_sending_campaign(db, settings, people(120))
    report = office.deliver(campaign_id)
    assert (report.relay_error, report.counts) == (None, {DeliveryState.SENT: 120})
    office.tend()
    assert office.judge(campaign_id).possible_copies == 0


def test_a_relay_that_answers_421_to_all_rests_and_fails_nobody(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(40, "r421"))
    assert "421" in office.deliver(campaign_id).relay_error
    counts = office.audit(campaign_id).counts
    assert set(counts) == {DeliveryState.QUEUED, DeliveryState.DEFERRED}
    assert counts[DeliveryState.QUEUED] >= 30, "it was not asked forty times"
    office.relay.manners.lasts = {"r421": 0}
    office.finish(campaign_id)
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 40}


def test_half_of_the_list_without_mailbox_pauses_nothing(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(30, "r550") + people(30))
    assert office.finish(campaign_id, rounds=1).counts == {
        DeliveryState.SENT: 30,
        DeliveryState.FAILED: 30,
    }
    office.judge(campaign_id)


def test_who_is_not_allowed_in_a_staging_system_is_not_mailed(db, settings, office):
    office.settings = settings.model_copy(
        update={"allowed_recipients": "@Staff.example, One@mail.example"}
    )
    addresses = ["one@mail.example", "two@mail.example", "ed@staff.example", "ed@notstaff.example"]
    campaign_id = a_sending_campaign(db, settings, addresses)
    office.finish(campaign_id, rounds=1)
    office.judge(campaign_id)
    assert set(office.relay.copies) == {"one@mail.example", "ed@staff.example"}
    assert "DIGEST_ALLOWED_RECIPIENTS" in office.rows(campaign_id)["two@mail.example"].reason


def test_who_leaves_while_it_is_sent_is_not_mailed_in_the_next_window(db, settings, office):
    """R-19: unsubscribed, complained about, or erased."""
    addresses = people(3 * HELD)
    campaign_id = a_sending_campaign(db, settings, addresses)
    who = {"actor": "test", "now": NOW}
    goers = list(office.rows(campaign_id))[2 * HELD :: 10]

    def leave() -> None:
        """Called from the thread of the books, too: nobody goes on before all have left."""
        with one_at_a_time:
            while goers and len(office.relay.ledger) > HELD // 2:
                address = goers.pop()
                gone.append(address)
                if len(gone) % 3 == 0:
                    unsubscribe_address(db, address, list_slug=None, **who)
                elif len(gone) % 3 == 1:
                    complaint = SuppressionReason.COMPLAINT
                    suppress_address(db, settings, address, reason=complaint, **who)
                else:
                    erase_subscriber(db, settings, address, **who)

    gone: list[str] = []
    one_at_a_time = threading.Lock()
    office.clock.watch.append(leave)
    office.deliver(campaign_id)
    office.tend()
    assert len(gone) == HELD // 10
    assert not set(gone) & set(office.relay.copies)
    counts = office.audit(campaign_id).counts
    assert counts == {
        DeliveryState.SENT: 3 * HELD - HELD // 10,
        DeliveryState.SUPPRESSED: HELD // 10,
    }


@pytest.mark.parametrize("seed", [3])
def test_pause_acts_within_a_window_and_resuming_loses_and_repeats_nobody(
    db, settings, office, seed
):
    """R-18."""
    dice = random.Random(seed)
    campaign_id = a_sending_campaign(db, settings, people(1000), batch_size=100)
    office.clock.watch.append(lambda: time.sleep(0.001))
    how = {"now": NOW, "actor": "test"}
    for round_ in range(10):
        began = len(office.relay.ledger)
        worker = threading.Thread(target=office.deliver, args=(campaign_id,))
        worker.start()
        while round_ % 2 and worker.is_alive() and len(office.relay.ledger) == began:
            time.sleep(0.001)
        time.sleep(dice.uniform(0.0, 0.01))
        pause_campaign(db, campaign_id, reason="a typo", **how)
        before, at = len(office.relay.ledger), time.monotonic()
        worker.join()
        assert len(office.relay.ledger) - before <= HELD
        assert time.monotonic() - at < 3
        assert not office.deliver(campaign_id).counts
        resume_campaign(db, campaign_id, **how)
    assert 0 < len(office.relay.ledger) < 1000, "it was paused in the middle"
    office.finish(campaign_id)
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 1000}
    assert set(office.relay.copies.values()) == {1}


def test_cancelling_while_it_is_sent_ends_what_waits(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(200))
    done: list[int] = []

    def cancel() -> None:
        if not done and len(office.relay.ledger) >= 60:
            done.append(1)
            cancel_campaign(db, campaign_id, reason="withdrawn", now=NOW, actor="test")

    office.clock.watch.append(cancel)
    office.deliver(campaign_id)
    office.tend()
    counts = office.judge(campaign_id).counts
    assert set(counts) == {DeliveryState.SENT, DeliveryState.CANCELLED}
    assert 60 <= counts[DeliveryState.SENT] <= 60 + HELD, "what was under way still went"
    reasons = Counter(row.reason for row in office.rows(campaign_id).values())
    assert reasons["campaign cancelled: withdrawn"] == counts[DeliveryState.CANCELLED]


def test_what_is_not_sent_in_its_time_ends_as_expired(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(5) + people(4, "r450"))
    office.deliver(campaign_id)
    office.clock.step(hours=24)
    office.tend()
    assert office.deliver(campaign_id).counts == {}
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 5, DeliveryState.CANCELLED: 4}
    ended = of_kind(office.rows(campaign_id), "r450").values()
    assert {row.reason for row in ended} == {"expired"}
    assert {row.reply for row in ended} == {"450 4.2.1 This mailbox is busy."}


def test_changing_the_list_while_it_is_sent_changes_nothing_that_goes_out(db, settings, office):
    """R-20."""
    campaign_id = a_sending_campaign(db, settings, people(120))
    changed: list[int] = []

    def change() -> None:
        if not changed and len(office.relay.ledger) >= 30:
            changed.append(1)
            with db.begin() as session:
                mailing_list = find_list(session, "daily")
                mailing_list.name = mailing_list.from_name = "Another Name"
                mailing_list.from_address = mailing_list.reply_to = "new@elsewhere.example"
                mailing_list.postal_address = "2 Hill Street"
                mailing_list.bounce_domain = "bounce.elsewhere.example"

    office.clock.watch.append(change)
    office.deliver(campaign_id, seconds=30)
    office.clock.watch.clear()
    assert changed
    assert len(office.relay.ledger) == 120
    assert len({shared_part(entry.content) for entry in office.relay.ledger}) == 1
    assert {entry.mail_from.partition("@")[2] for entry in office.relay.ledger} == {
        "bounce.news.example"
    }
    assert len({entry.message_id for entry in office.relay.ledger}) == 120


def test_two_stints_at_once_mail_each_person_once(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(300), batch_size=100)
    shares = Counter()

    def work(name: int) -> None:
        while len(office.relay.ledger) < 300:  # each round is a ring of the tick
            shares[name] += office.deliver(campaign_id).counts.get(DeliveryState.SENT, 0)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shares.total() == 300
    if not db.is_sqlite:  # there a writer may keep another one waiting for long
        assert min(shares.values()) > 0, "both worked"
    office.finish(campaign_id, rounds=1)
    assert office.judge(campaign_id).possible_copies == 0
    assert set(office.relay.copies.values()) == {1}


def test_more_is_claimed_while_the_last_are_on_the_lines(db, settings, office, monkeypatch):
    monkeypatch.setattr(held, "ENOUGH", 60)  # so many that they can't all come at one moment
    asked = []

    def exchange(books, results, want, *more):
        asked.append((len(results), want))
        return _exchange(books, results, want, *more)

    _exchange = Books.exchange
    monkeypatch.setattr(Books, "exchange", exchange)
    office.finish(a_sending_campaign(db, settings, people(200)))
    (first, window), *later = asked
    assert (first, window) == (0, HELD)
    recorded, more = next(one for one in later if one[1])
    assert 60 <= recorded == more < HELD


def test_one_stint_goes_through_all_batches(db, settings, office):
    addresses = people(4 * HELD)
    campaign_id = a_sending_campaign(db, settings, addresses, batch_size=HELD)
    for address in list(office.rows(campaign_id))[:HELD]:  # a whole batch of people who left
        unsubscribe_address(db, address, list_slug=None, now=NOW, actor="test")
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 3 * HELD}


def test_a_stint_that_is_told_to_stop_gives_back_what_it_has_not_sent(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(100))
    stop = threading.Event()
    office.clock.watch.append(lambda: len(office.relay.ledger) >= 20 and stop.set())
    deliver_campaign(db, settings, campaign_id, clock=office.clock, stop=stop)
    office.clock.watch.clear()
    counts = office.audit(campaign_id).counts
    assert set(counts) == {DeliveryState.SENT, DeliveryState.QUEUED}
    most = 20 + 4 * LINES  # seen a mail of each line late, and each ends the two it has begun
    assert 20 <= counts[DeliveryState.SENT] <= most
    assert office.finish(campaign_id).possible_copies == 0
    office.judge(campaign_id)
