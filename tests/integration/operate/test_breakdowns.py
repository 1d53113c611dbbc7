"""Sums by domain and by answer follow the deliveries, whatever changes them, on both databases."""

from collections import Counter
from datetime import timedelta

from digest.actions.control_campaign import retry_campaign
from digest.actions.count_breakdowns import count_breakdowns
from digest.domain.delivery import Outcome
from digest.domain.states import DeliveryState
from digest.store.breakdowns import top_domains, top_replies
from digest.store.deliveries import list_deliveries
from tests.builders import NOW, a_sending_campaign
from tests.integration.operate.sending import FAILED, LATER, SENT, count_all, send

ADDRESSES = [f"reader{n}@{('amsel', 'norholm', 'dorn')[n % 3]}.example" for n in range(60)]


def counted(db, campaign_id):
    """By (state, domain), once as the sums say and once row by row."""
    with db.read() as session:
        sums = Counter(
            {
                (state, one.domain): n
                for one in top_domains(session, campaign_id, 99)
                for state, n in one.states.items()
            }
        )
        rows = Counter(
            (row.state, row.address.partition("@")[2])
            for row in list_deliveries(session, campaign_id)
        )
    return sums, rows


def test_the_sums_are_those_of_the_rows_after_every_kind_of_change(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=25)
    changes = (
        lambda: 0,
        lambda: send(db, campaign_id, 10, SENT),
        lambda: send(db, campaign_id, 10, FAILED),
        lambda: send(db, campaign_id, 40, LATER),
        lambda: retry_campaign(db, campaign_id, state=DeliveryState.FAILED, now=NOW, actor="test"),
        lambda: send(db, campaign_id, 25, SENT, NOW + timedelta(minutes=6)),
    )
    for change in changes:
        change()
        assert count_all(db) == 0
        sums, rows = counted(db, campaign_id)
        assert sums == rows


def test_answers_are_grouped_and_those_that_were_no_acceptance_come_first(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=25)
    send(db, campaign_id, 20, SENT)
    send(db, campaign_id, 5, FAILED)
    count_all(db)
    with db.read() as session:
        replies = [(one.state, one.answer, one.n) for one in top_replies(session, campaign_id, 9)]
    assert replies == [
        (DeliveryState.FAILED, "550 no such thing", 5),
        (DeliveryState.SENT, "250 2.0.0 Ok: queued as …", 20),
    ]


def test_it_stops_when_its_time_is_over_and_goes_on_at_the_next_tick(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=10)
    assert count_all(db, seconds=-1) == 6
    assert count_all(db) == 0
    assert counted(db, campaign_id)[0] == counted(db, campaign_id)[1]


def test_a_batch_in_senders_hands_is_counted_when_it_comes_to_rest_or_after_some_seconds(
    db, settings
):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES, batch_size=20)

    def seen(seconds):
        count_breakdowns(db, NOW + timedelta(seconds=seconds), seconds=60)
        return counted(db, campaign_id)[0].total()

    assert seen(1) == 0, "all of it is due: senders change it now"
    send(db, campaign_id, 20, SENT)
    send(db, campaign_id, 5, SENT)
    assert seen(1) == 20, "the first batch is done"
    assert seen(11) == 60
    send(db, campaign_id, 5, SENT)
    assert seen(12) == 60
    assert counted(db, campaign_id)[0][DeliveryState.SENT, "amsel.example"] < 10
    seen(22)
    sums, rows = counted(db, campaign_id)
    assert sums == rows


def test_an_answer_that_changes_while_no_state_does_is_seen_within_a_minute(db, settings):
    campaign_id = a_sending_campaign(db, settings, ADDRESSES[:10])
    send(db, campaign_id, 10, LATER)
    count_all(db)
    other = Outcome(DeliveryState.DEFERRED, reply="451 busy", next_at=NOW + timedelta(hours=1))
    later = NOW + timedelta(minutes=6)
    assert send(db, campaign_id, 10, other, later) == 10
    count_all(db, later)
    with db.read() as session:
        assert [one.answer for one in top_replies(session, campaign_id, 9)] == ["451 busy"]
