"""A mail sent once more because somebody asked for it, on both databases."""

import email
from datetime import timedelta

import pytest

from digest.actions.ask_copy import ask_copy
from digest.actions.audit_campaign import audit_campaign
from digest.actions.relays import seed_relay
from digest.actions.send_copy import send_copy
from digest.actions.tick import Work, tick
from digest.domain.errors import Illegal
from digest.domain.states import SuppressionReason
from digest.store.copies import CopyState, copies_of
from digest.store.deliveries import list_deliveries
from digest.store.suppressions import suppress
from digest.tokens import hash_address
from tests.builders import NOW, a_sending_campaign
from tests.integration.operate.sending import SENT, send

ANA = "ana@reader.example"


@pytest.fixture
def delivery(db, settings):
    """A delivery that went out just now."""
    seed_relay(db, settings, NOW)
    campaign_id = a_sending_campaign(db, settings, [ANA])
    send(db, campaign_id, 1, SENT)
    with db.read() as session:
        return next(list_deliveries(session, campaign_id))


def ask(db, delivery, now=NOW):
    return ask_copy(db, delivery.id, now=now, actor="olu")


def work(db, settings, now=NOW):
    for ring in tick(db, now):
        if ring.work is Work.COPY:
            send_copy(db, settings, ring.id, now)


def mails(settings):
    folder = settings.home_path / "outbox" / "new"
    return [email.message_from_bytes(path.read_bytes()) for path in folder.iterdir()]


def copy_of(db, delivery):
    with db.read() as session:
        return copies_of(session, [delivery.id])[0]


def suppress_ana(db, settings):
    with db.begin() as session:
        suppress(
            session,
            address_hash=hash_address(settings, ANA),
            address=ANA,
            reason=SuppressionReason.COMPLAINT,
            now=NOW,
        )


def test_the_copy_goes_out_once_with_an_id_of_its_own_and_the_ledger_stays(db, settings, delivery):
    ask(db, delivery)
    work(db, settings)
    work(db, settings)
    (mail,) = mails(settings)
    assert mail["To"] == ANA
    assert mail["Message-ID"]
    assert "/u/" in mail["List-Unsubscribe"]
    assert "mailto:" not in mail["List-Unsubscribe"]
    assert copy_of(db, delivery).state is CopyState.SENT
    assert audit_campaign(db, delivery.campaign_id, NOW).balanced


def test_a_copy_offers_leaving_by_mail_where_mails_do(db, settings, delivery):
    ask(db, delivery)
    work(db, settings.model_copy(update={"unsubscribe_by_mail": True}))
    (mail,) = mails(settings)
    assert "mailto:" in mail["List-Unsubscribe"]


def test_who_is_suppressed_gets_no_copy_even_when_it_was_asked_for_before(db, settings, delivery):
    ask(db, delivery)
    suppress_ana(db, settings)
    work(db, settings)
    assert copy_of(db, delivery).reply == "the address is suppressed (complaint)"
    assert not (settings.home_path / "outbox" / "new").exists() or not mails(settings)
    with pytest.raises(Illegal, match="suppressed"):
        ask(db, delivery, NOW + timedelta(hours=2))


def test_a_second_copy_within_the_hour_and_one_of_an_old_mail_are_refused(db, delivery):
    ask(db, delivery)
    with pytest.raises(Illegal, match="within the last hour"):
        ask(db, delivery, NOW + timedelta(minutes=59))
    ask(db, delivery, NOW + timedelta(minutes=61))
    with pytest.raises(Illegal, match="older than 7 days"):
        ask(db, delivery, NOW + timedelta(days=8))


def test_a_delivery_that_waits_is_not_repeated(db, settings):
    campaign_id = a_sending_campaign(db, settings, [ANA])
    with db.read() as session:
        waiting = next(list_deliveries(session, campaign_id))
    with pytest.raises(Illegal, match="only a sent or failed one"):
        ask(db, waiting)
