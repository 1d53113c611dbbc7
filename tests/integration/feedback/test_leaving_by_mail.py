"""Leaving by mail: what a mail offers is what works, from the relay to the list."""

import re
import threading
from email import message_from_bytes
from pathlib import Path

import pytest

from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.ingest_feedback import take_mail
from digest.actions.relays import seed_relay
from digest.actions.show_subscriber import show_subscriber
from digest.domain.feedback import Effect
from digest.settings import load_settings
from tests.builders import NOW, a_sending_campaign

READERS = ("ana@port.example", "ben@port.example")


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'digest.db'}"


def sent_mails(db, settings):
    seed_relay(db, settings, NOW)
    campaign = a_sending_campaign(db, settings, READERS)
    deliver_campaign(db, settings, campaign, clock=lambda: NOW, stop=threading.Event(), seconds=20)
    outbox = Path(settings.first_relay.removeprefix("maildir://")) / "new"
    mails = [message_from_bytes(file.read_bytes()) for file in outbox.iterdir()]
    assert len(mails) == len(READERS)
    return {mail["To"]: mail for mail in mails}


def state(db, settings, address):
    return show_subscriber(db, settings, address).subscriptions[0]["state"]


def test_the_address_that_a_mail_offers_takes_its_reader_off_the_list(db, settings):
    settings = load_settings(home=settings.home, unsubscribe_by_mail=True)
    ways = sent_mails(db, settings)[READERS[0]]["List-Unsubscribe"]
    link, address = re.fullmatch(
        r"<(https?://\S+)>, <mailto:(\S+)\?subject=unsubscribe>", ways
    ).groups()
    assert "/u/" in link
    asks = f"From: {READERS[0]}\nTo: {address}\nSubject: unsubscribe\n\n".encode()
    assert take_mail(db, settings, asks, now=NOW)[0].effect is Effect.LEFT
    assert state(db, settings, READERS[0]) == "unsubscribed"
    assert state(db, settings, READERS[1]) == "confirmed"


def test_no_address_is_offered_unless_somebody_reads_it(db, settings):
    for mail in sent_mails(db, settings).values():
        assert "mailto" not in mail["List-Unsubscribe"]
