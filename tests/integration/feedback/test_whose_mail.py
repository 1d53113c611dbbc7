"""Whose mail came back, and that nobody else's word counts (B-6, S-26)."""

import os
import secrets
from datetime import timedelta

import pytest

from digest.actions.accept_feedback import accept_feedback
from digest.actions.ingest_feedback import take_mail
from digest.actions.undo_feedback import undo_feedback
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.feedback import Effect, Evidence
from digest.store.deliveries import Delivery
from digest.store.feedback import count_effects
from digest.store.suppressions import list_suppressions
from tests.builders import NOW
from tests.integration.feedback.mails import (
    READER,
    a_bounce,
    a_complaint,
    a_readership,
    a_sent_campaign,
    delivery_to,
    our_message_id,
    return_path,
)
from tests.unit.feedback.corpus import NAMES, mail


def suppressed(db) -> list[str | None]:
    with db.read() as session:
        return [row.address for row in list_suppressions(session, 100)]


def take(db, settings, data, **values):
    return take_mail(db, settings, data, now=NOW, **values)[0]


@pytest.fixture
def delivery(db, settings):
    return delivery_to(db, a_sent_campaign(db, a_readership(db, settings)))


def test_every_mail_is_attributed_by_the_return_path_alone(db, settings, delivery):
    envelope = return_path(settings, delivery).upper()  # mail servers may fold case
    for name in NAMES:
        taken = take(db, settings, mail(name), recipients=(envelope,))
        assert (taken.attributed, taken.evidence) == (delivery.id, Evidence.RETURN_PATH), name


def test_the_return_path_is_found_in_the_fields_that_servers_add(db, settings, delivery):
    to = return_path(settings, delivery)
    for field in ("Delivered-To", "X-Original-To", "Envelope-To"):
        data = f"{field}: {to}\n".encode() + a_bounce("postmaster@news.example", note=field)
        assert take(db, settings, data).attributed == delivery.id


def test_a_token_stays_valid_when_the_row_is_gone_and_then_suppresses_nobody(
    db, settings, delivery
):
    to = return_path(settings, delivery)
    with db.begin() as session:
        session.delete(session.get_one(Delivery, delivery.id))
    taken = take(db, settings, a_bounce(to))
    assert taken.attributed == delivery.id
    assert not taken.applied
    assert suppressed(db) == []


def test_our_message_id_is_proof(db, settings, delivery):
    data = a_bounce("desk@news.example", message_id=our_message_id(delivery))
    taken = take(db, settings, data)
    assert (taken.evidence, taken.effect) == (Evidence.MESSAGE, Effect.SUPPRESSED)
    assert suppressed(db) == [READER]


def test_an_address_alone_suppresses_nobody_and_is_reviewed(db, settings, delivery):
    for data in (a_bounce(), a_complaint("desk@news.example")):
        forged = data.replace(b"b+x@bounce.news.example", b"desk@news.example")
        taken = take(db, settings, forged)
        assert (taken.evidence, taken.effect) == (Evidence.ADDRESS, Effect.REVIEW)
        assert not taken.applied
    assert suppressed(db) == []


def test_what_waits_for_review_can_be_believed_and_undone(db, settings, delivery):
    taken = take(db, settings, a_bounce("desk@news.example"))
    assert accept_feedback(db, taken.event, now=NOW, actor="olga") is Effect.SUPPRESSED
    assert suppressed(db) == [READER]
    with pytest.raises(Illegal, match="does not wait"):
        accept_feedback(db, taken.event, now=NOW, actor="olga")
    undo_feedback(db, taken.event, now=NOW, actor="olga")
    assert suppressed(db) == []


def test_an_address_that_was_never_mailed_is_ignored(db, settings):
    a_readership(db, settings)
    taken = take(db, settings, a_bounce("desk@news.example"))
    assert (taken.evidence, taken.effect) == (Evidence.NONE, Effect.IGNORED)


def test_a_forged_return_path_is_ignored_and_counted(db, settings, delivery):
    token = return_path(settings, delivery).partition("@")[0]
    for n in range(3):
        forged = token[:-1] + ("a" if token[-1] != "a" else "q")
        taken = take(db, settings, a_bounce(f"{forged}@bounce.news.example", note=str(n)))
        assert (taken.evidence, taken.applied) == (Evidence.FORGED, False)
    with db.read() as session:
        today = count_effects(session, utc_now() - timedelta(days=1))
    assert today[Evidence.FORGED, Effect.IGNORED] == 3
    assert suppressed(db) == []


def test_one_readers_token_says_nothing_about_another(db, settings):
    people = (READER, "ben@port.example")
    campaign = a_sent_campaign(db, a_readership(db, settings, people))
    mine = delivery_to(db, campaign, people[1])
    take(db, settings, a_bounce(return_path(settings, mine), address=READER))
    assert suppressed(db) == [people[1]]


def test_a_flood_of_forged_reports_suppresses_nobody(db, settings):
    """FORGED_REPORTS=10000 makes it the flood of S-26."""
    people = [f"reader{n}@port.example" for n in range(50)]
    a_sent_campaign(db, a_readership(db, settings, people))
    for n in range(int(os.environ.get("FORGED_REPORTS", "150"))):
        address = people[n % len(people)]
        token = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(42))
        to = "desk@news.example" if n % 2 else f"b+{token}@bounce.news.example"
        made = a_bounce if n % 3 else a_complaint
        assert not take(db, settings, made(to, address=address, note=str(n))).applied
    assert suppressed(db) == []
