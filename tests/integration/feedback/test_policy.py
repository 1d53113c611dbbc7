"""What feedback leads to (B-3, B-4, B-7), once, and how it is taken back."""

from datetime import timedelta

import pytest

from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.ingest_feedback import take_mail
from digest.actions.service_facts import service_facts
from digest.actions.show_subscriber import show_subscriber
from digest.actions.undo_feedback import undo_feedback
from digest.actions.unsuppress_address import unsuppress_address
from digest.audience.membership import Left
from digest.domain.alarm import AlarmKind
from digest.domain.errors import Illegal
from digest.domain.feedback import Effect
from digest.domain.states import Feedback, SubscriptionState, SuppressionReason
from digest.operate.findings import findings
from digest.store.audit import AuditEntry
from digest.store.feedback import Bounce, Complaint, FeedbackEvent
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address
from tests.builders import NOW
from tests.integration.feedback.mails import (
    BLOCKED,
    FULL,
    READER,
    a_bounce,
    a_complaint,
    a_readership,
    a_sent_campaign,
    delivery_to,
    return_path,
)


def take(db, settings, data, now=NOW):
    return take_mail(db, settings, data, now=now)[0]


def reason(db, settings, address=READER) -> SuppressionReason | None:
    with db.read() as session:
        kept = get_suppression(session, hash_address(settings, address))
        return kept.reason if kept else None


def returned(db, settings, campaign, **values) -> bytes:
    return a_bounce(return_path(settings, delivery_to(db, campaign)), **values)


@pytest.fixture
def list_id(db, settings):
    return a_readership(db, settings)


def test_a_hard_bounce_suppresses_at_once(db, settings, list_id):
    campaign = a_sent_campaign(db, list_id)
    taken = take(db, settings, returned(db, settings, campaign))
    assert (taken.effect, taken.applied) == (Effect.SUPPRESSED, True)
    assert reason(db, settings) is SuppressionReason.HARD_BOUNCE
    assert delivery_to(db, campaign).feedback is Feedback.BOUNCED
    with db.read() as session:
        (bounce,) = session.query(Bounce)
        assert (bounce.reason.value, bounce.status) == ("user unknown", "5.1.1")
        assert READER not in bounce.reply


def test_the_same_mail_read_again_changes_nothing(db, settings, list_id):
    data = returned(db, settings, a_sent_campaign(db, list_id), **FULL)
    assert [take(db, settings, data).applied for _ in range(3)] == [True, False, False]
    with db.read() as session:
        assert session.query(Bounce).count() == session.query(FeedbackEvent).count() == 1


def soft(db, settings, list_id, days, **values):
    """A soft bounce of an edition on each of these days; gives the campaigns."""
    campaigns = []
    for number, day in enumerate(days, 1):
        at = NOW + timedelta(days=day)
        campaigns.append(a_sent_campaign(db, list_id, at, number))
        take(db, settings, returned(db, settings, campaigns[-1], **(FULL | values)), at)
    return campaigns


def test_five_soft_bounces_over_two_weeks_suppress(db, settings, list_id):
    soft(db, settings, list_id, (0, 4, 8, 12))
    assert reason(db, settings) is None
    at = NOW + timedelta(days=16)
    take(db, settings, returned(db, settings, a_sent_campaign(db, list_id, at, 9), **FULL), at)
    assert reason(db, settings) is SuppressionReason.SOFT_BOUNCES


def test_soft_bounces_within_two_weeks_suppress_nobody(db, settings, list_id):
    soft(db, settings, list_id, (0, 2, 4, 6, 8, 10, 12))
    assert reason(db, settings) is None


def test_several_reports_about_one_edition_count_once(db, settings, list_id):
    campaigns = soft(db, settings, list_id, (0, 15))
    for n in range(6):
        take(db, settings, returned(db, settings, campaigns[0], note=str(n), **FULL))
    assert reason(db, settings) is None


def test_a_delivery_between_begins_the_count_anew(db, settings, list_id):
    soft(db, settings, list_id, (0, 4, 8))
    a_sent_campaign(db, list_id, NOW + timedelta(days=10), 50)  # nothing came back of this one
    at = [NOW + timedelta(days=day) for day in (12, 16)]
    for number, moment in enumerate(at, 60):
        campaign = a_sent_campaign(db, list_id, moment, number)
        take(db, settings, returned(db, settings, campaign, **FULL), moment)
    assert reason(db, settings) is None


def test_blocks_of_us_never_count_against_the_reader(db, settings, list_id):
    soft(db, settings, list_id, (0, 4, 8, 12, 16, 20), **BLOCKED)
    assert reason(db, settings) is None


def test_blocks_of_us_are_an_alarm_over_a_hundredth_of_an_edition(db, settings):
    people = [f"reader{n}@port.example" for n in range(200)]
    campaign = a_sent_campaign(db, a_readership(db, settings, people))

    def alarms():
        with db.read() as session:
            found = findings(service_facts(session, NOW), NOW)
        return [one.sentence for one in found if one.kind is AlarmKind.BOUNCED_BY_US]

    for n, address in enumerate(people[:3]):
        to = return_path(settings, delivery_to(db, campaign, address))
        take(db, settings, a_bounce(to, address=address, **BLOCKED))
        assert len(alarms()) == (n == 2)
    assert "3 mails of 200 came back because of us" in alarms()[0]


def test_a_complaint_suppresses_on_all_lists(db, settings, list_id):
    campaign = a_sent_campaign(db, list_id)
    taken = take(db, settings, a_complaint(return_path(settings, delivery_to(db, campaign))))
    assert taken.effect is Effect.COMPLAINED
    assert reason(db, settings) is SuppressionReason.COMPLAINT
    assert delivery_to(db, campaign).feedback is Feedback.COMPLAINED
    with db.read() as session:
        assert session.query(Complaint).count() == 1


def test_a_report_about_authentication_unsubscribes_nobody(db, settings, list_id):
    to = return_path(settings, delivery_to(db, a_sent_campaign(db, list_id)))
    for kind in ("auth-failure", "not-spam"):
        assert not take(db, settings, a_complaint(to, kind=kind)).applied
    assert reason(db, settings) is None


@pytest.mark.parametrize("how", ["opt-out", "mail"])
def test_an_opt_out_and_a_mail_that_asks_for_it_leave_the_list(db, settings, list_id, how):
    to = return_path(settings, delivery_to(db, a_sent_campaign(db, list_id)))
    asked = f"From: Ana <{READER}>\nTo: {to}\nSubject: unsubscribe\n\n\n".encode()
    data = a_complaint(to, kind=how) if how == "opt-out" else asked
    assert take(db, settings, data).effect is Effect.LEFT
    (place,) = show_subscriber(db, settings, READER).subscriptions
    assert (place["state"], place["ended_how"]) == (SubscriptionState.UNSUBSCRIBED, Left.MAIL)
    assert reason(db, settings) is None


def test_a_mail_that_asks_to_leave_without_a_token_changes_nothing(db, settings, list_id):
    a_sent_campaign(db, list_id)
    data = f"From: {READER}\nTo: desk@news.example\nSubject: unsubscribe\n\n\n".encode()
    assert not take(db, settings, data).applied


def test_vacation_replies_receipts_and_delays_change_nothing(db, settings, list_id):
    delivery = delivery_to(db, a_sent_campaign(db, list_id))
    to = return_path(settings, delivery)
    away = f"From: {READER}\nTo: {to}\nSubject: Out of office\nAuto-Submitted: auto-replied\n\n.\n"
    delayed = a_bounce(to, action="delayed", status="4.4.1", reply="connection timed out")
    for data in (away.encode(), delayed):
        assert not take(db, settings, data).applied
    assert delivery_to(db, delivery.campaign_id).feedback is Feedback.NONE


def test_what_a_bounce_did_can_be_undone_and_is_audited(db, settings, list_id):
    campaign = a_sent_campaign(db, list_id)
    taken = take(db, settings, returned(db, settings, campaign))
    undo_feedback(db, taken.event, now=NOW, actor="olga")
    assert reason(db, settings) is None
    assert delivery_to(db, campaign).feedback is Feedback.NONE
    with db.read() as session:
        entries = [(e.actor, e.action) for e in session.query(AuditEntry).order_by(AuditEntry.id)]
        assert session.query(Bounce).one().void_at == NOW
    assert entries == [("feedback", "suppressed"), ("olga", "undone")]
    with pytest.raises(Illegal, match="was undone"):
        undo_feedback(db, taken.event, now=NOW, actor="olga")


def test_leaving_by_mail_can_be_undone(db, settings, list_id):
    to = return_path(settings, delivery_to(db, a_sent_campaign(db, list_id)))
    taken = take(db, settings, a_complaint(to, kind="opt-out"))
    undo_feedback(db, taken.event, now=NOW, actor="olga")
    assert show_subscriber(db, settings, READER).subscriptions[0]["state"] == "confirmed"


def test_an_undone_bounce_does_not_lift_another_reason(db, settings, list_id):
    first, second = (a_sent_campaign(db, list_id, number=n) for n in (1, 2))
    to = return_path(settings, delivery_to(db, first))
    take(db, settings, a_complaint(to))
    later = take(db, settings, returned(db, settings, second), NOW + timedelta(hours=1))
    undo_feedback(db, later.event, now=NOW, actor="olga")
    assert reason(db, settings) is SuppressionReason.COMPLAINT


def test_a_lifted_suppression_begins_the_count_anew(db, settings, list_id):
    soft(db, settings, list_id, (0, 4, 8, 12, 16))
    unsuppress_address(db, settings, READER, now=NOW, actor="olga")
    at = NOW + timedelta(days=20)
    take(db, settings, returned(db, settings, a_sent_campaign(db, list_id, at, 9), **FULL), at)
    assert reason(db, settings) is None


def test_a_persons_timeline_says_what_came_back(db, settings, list_id):
    take(db, settings, returned(db, settings, a_sent_campaign(db, list_id)))
    (one,) = show_subscriber(db, settings, READER).feedback
    assert (one.kind, one.effect, one.evidence) == ("hard", "suppressed", "return path")


def test_erasing_takes_the_mails_that_came_back_along(db, settings, list_id):
    take(db, settings, returned(db, settings, a_sent_campaign(db, list_id)))
    erase_subscriber(db, settings, READER, now=NOW, actor="test")
    with db.read() as session:
        event, bounce = session.query(FeedbackEvent).one(), session.query(Bounce).one()
        assert (event.raw, event.findings, bounce.reply) == (None, (), None)
