"""The calendar and the numbers, on both databases."""

from datetime import date, timedelta

import pytest

from digest.actions.calendar import calendar, word_for
from digest.actions.change_zone import change_zone
from digest.actions.follow_campaign import follow_campaign
from digest.actions.keep_up import count_days, sample
from digest.actions.numbers import Mails, numbers
from digest.actions.unsubscribe import unsubscribe
from digest.audience.membership import Left
from digest.domain.states import DeliveryState, Feedback, RunState, Stream
from digest.store.aftermath import forget_feedback_on, note_feedback
from digest.store.campaigns import Campaign
from digest.store.deliveries import get_delivery, list_deliveries
from digest.store.lists import ListCadence
from digest.store.runs import plan_run
from tests.builders import NOW, a_list, a_sending_campaign
from tests.integration.operate.sending import FAILED, SENT, count_all, send

DAY = timedelta(days=1)


@pytest.fixture
def daily(db):
    """A list with a daily run at seven in Lisbon."""
    with db.begin() as session:
        mailing_list = a_list(session, timezone="Europe/Lisbon")
        session.add(
            ListCadence(
                list_id=mailing_list.id, stream=Stream.EACH, words="daily at 07:00", since=NOW
            )
        )
    return mailing_list.id


def test_coming_runs_stand_beside_those_that_have_rows_and_none_twice(db, daily):
    with db.begin() as session:
        for at, state, why in (
            (NOW - DAY, RunState.SKIPPED, "Nothing new."),
            (NOW + DAY, RunState.PLANNED, None),
        ):
            plan_run(
                session,
                list_id=daily,
                stream=Stream.EACH,
                scheduled_at=at,
                now=NOW,
                state=state,
                reason=why,
            )
    found = calendar(db, NOW - 2 * DAY, NOW + 3 * DAY, NOW)
    assert [(one.at, one.word, one.reason) for one in found] == [
        (NOW - DAY, "skipped", "Nothing new."),
        (NOW + DAY, "planned", None),
        (NOW + 2 * DAY, "coming", None),
        (NOW + 3 * DAY, "coming", None),
    ]


def test_thirty_days_to_come_follow_the_clocks_of_the_list(db, daily):
    coming = calendar(db, NOW, NOW + 30 * DAY, NOW)
    assert len(coming) == 30
    # Clocks in Lisbon go forward on 29 March 2026.
    assert {one.at.hour for one in coming if one.at.date() < date(2026, 3, 29)} == {7}
    assert {one.at.hour for one in coming if one.at.date() >= date(2026, 3, 29)} == {6}


def test_a_run_that_went_late_says_so():
    late = NOW + timedelta(minutes=40)
    assert word_for(RunState.DONE, NOW, NOW + timedelta(seconds=3)) == "sent"
    assert word_for(RunState.DONE, NOW, late) == "sent late"
    assert word_for(RunState.IN_CAMPAIGN, NOW, late) == "sending late"


def test_another_zone_moves_the_coming_runs(db, daily):
    change_zone(db, "daily", "Asia/Tokyo", now=NOW, actor="olu")
    first = calendar(db, NOW, NOW + 2 * DAY, NOW)[0]
    assert (first.at.hour, first.zone) == (22, "Asia/Tokyo")


def test_a_running_campaign_shows_its_pace_from_its_samples(db, settings):
    campaign_id = a_sending_campaign(db, settings, [f"r{n}@mail.example" for n in range(100)])
    for n in range(4):
        send(db, campaign_id, 10, SENT)
        sample(db, NOW + timedelta(seconds=10 * n))
    count_all(db)
    followed = follow_campaign(db, campaign_id, NOW + timedelta(seconds=40))
    live = followed.live
    assert (live.done, live.left, live.share) == (40, 60, 0.4)
    assert live.pace.rate == 1.0
    assert live.pace.left == timedelta(seconds=60)
    assert live.domains[0].states[DeliveryState.SENT] == 40
    assert len(followed.points) == 4


def test_numbers_by_edition_and_by_day_come_from_tallies(db, settings):
    campaign_id = a_sending_campaign(db, settings, [f"r{n}@mail.example" for n in range(20)])
    send(db, campaign_id, 12, SENT)
    send(db, campaign_id, 3, FAILED)
    count_days(db, NOW)
    found = numbers(db, date(2026, 3, 1), date(2026, 3, 31))
    (edition,) = found.editions
    assert (edition.number, edition.subject) == (1, "Ferries to Norholm halt")
    assert edition.counts[DeliveryState.SENT] == 12
    assert len(found.days) == 31
    tenth = found.days[9]
    assert (tenth.mails.sent, tenth.mails.failed, tenth.people.subscribers) == (12, 3, 20)
    assert found.days[8].people.subscribers is None
    (of_list,) = found.lists
    assert (of_list.editions, of_list.mails, of_list.people) == (1, tenth.mails, tenth.people)
    assert numbers(db, date(2026, 3, 1), date(2026, 3, 31), slugs={"other"}).editions == []


def test_what_came_back_and_who_left_counts_with_its_edition(db, settings):
    people = [f"r{n}@mail.example" for n in range(6)]
    campaign_id = a_sending_campaign(db, settings, people)
    send(db, campaign_id, 6, SENT)
    with db.begin() as session:
        first, second, third, *_ = list_deliveries(session, campaign_id, DeliveryState.SENT)
        note_feedback(session, first, Feedback.BOUNCED)
        note_feedback(session, first, Feedback.BOUNCED)
        note_feedback(session, first, Feedback.DELIVERED)
        note_feedback(session, second, Feedback.DELIVERED)
        note_feedback(session, second, Feedback.COMPLAINED)
        note_feedback(session, third, Feedback.BOUNCED)
        home, reader = session.get_one(Campaign, campaign_id).list_id, third.subscriber_id
    for _ in range(2):
        unsubscribe(db, reader, home, how=Left.PAGE, now=NOW)

    def mails():
        found = numbers(db, date(2026, 3, 1), date(2026, 3, 31))
        assert found.lists[0].mails == found.days[9].mails == found.editions[0].mails
        return found.editions[0].mails

    assert mails() == Mails(sent=6, bounced=2, complained=1, left=1)
    assert mails().delivered == 4
    with db.begin() as session:
        forget_feedback_on(session, get_delivery(session, third.id))
    assert mails() == Mails(sent=6, bounced=1, complained=1, left=1)


def test_a_campaign_that_has_not_begun_is_nothing_done(db, settings):
    campaign_id = a_sending_campaign(db, settings, [])
    with db.begin() as session:
        session.get_one(Campaign, campaign_id).started_at = None
    assert follow_campaign(db, campaign_id, NOW).live.share == 0.0
