"""Signing up: nobody gets anything without having confirmed it, and nobody learns who is known."""

from contextlib import suppress
from datetime import timedelta

import pytest

from digest.actions import send_greeting as module
from digest.actions.confirm_sign_up import confirm_sign_up, show_requests
from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.relays import add_relay, seed_relay
from digest.actions.send_greeting import send_greeting
from digest.actions.sign_up import SignUp, TooManySignUps, sign_up
from digest.actions.subscribe import add_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.tick import Work, tick
from digest.actions.unsubscribe import unsubscribe, unsubscribe_all
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.audience.membership import Left
from digest.audience.sign_up import MOST_PER_NETWORK, REQUEST_LASTS, folded, network_of
from digest.domain.errors import Illegal, NotFound, Transient
from digest.domain.states import GreetingKind, SubscriptionState, SuppressionReason
from digest.store.consents import Consent
from digest.store.greetings import Greeting
from digest.store.subscribers import find_subscriber, subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address
from tests.builders import NOW, a_list
from tests.faults.relay import FaultyRelay, Manners

ANA = "ana@post.example"


@pytest.fixture
def lists(db):
    with db.begin() as session:
        daily = a_list(session, sections=("Trade", "Water"), sends_goodbye=True)
        night = a_list(session, "night", name="Night Desk")
        staff = a_list(session, "staff", takes_signups=False)
        return {one.slug: one.id for one in (daily, night, staff)}


@pytest.fixture
def ask(db, settings, lists):
    def call(address=ANA, slug="daily", *, now=NOW, **given):
        asked = SignUp(address, slug, **({"client": "192.0.2.7"} | given))
        return sign_up(db, settings, asked, now=now)

    return call


def rows(db, kind):
    with db.read() as session:
        return session.query(kind).order_by(kind.id).all()


def place(db, slug="daily", address=ANA):
    with db.read() as session:
        found = find_subscriber(session, address).subscriptions
        return next(one for one in found if one.mailing_list.slug == slug)


def confirm(db, lists, *slugs, now=NOW):
    with db.read() as session:
        subscriber_id = find_subscriber(session, ANA).id
    wanted = {lists[slug] for slug in slugs or ("daily",)}
    return confirm_sign_up(db, subscriber_id, wanted, client="198.51.100.9", now=now)


def test_who_signs_up_waits_until_confirmed_and_then_is_welcome(db, lists, ask):
    ask(name="Ana Serra", topics=["Trade"], origin="ledger.example")
    assert place(db).state is SubscriptionState.PENDING
    assert place(db).choices.topics == ("Trade",)
    (question,) = rows(db, Greeting)
    assert question.kind is GreetingKind.CONFIRM
    assert [one.name for one in confirm(db, lists)] == ["The Daily Brief"]
    assert place(db).state is SubscriptionState.CONFIRMED
    assert [row.kind for row in rows(db, Greeting)] == [GreetingKind.CONFIRM, GreetingKind.WELCOME]
    assert not confirm(db, lists), "once is enough"


def test_the_consent_says_when_from_where_and_by_which_words(db, lists, ask):
    ask(origin="ledger.example")
    later = NOW + timedelta(hours=2)
    confirm(db, lists, now=later)
    (consent,) = rows(db, Consent)
    assert (consent.asked_at, consent.confirmed_at) == (NOW, later)
    assert (consent.origin, consent.network) == ("ledger.example", "192.0.2.0/24")
    assert consent.confirmed_from == "198.51.100.0/24"
    assert consent.words == "Yes, send me The Daily Brief by e-mail. I can leave at any time."


def test_one_mail_a_day_to_one_mailbox_whatever_the_list_and_the_spelling(db, lists, ask):
    for address in (ANA, "a.n.a+news@post.example", "ANA@post.example"):
        for slug in ("daily", "night"):
            ask(address, slug)
    assert len(rows(db, Greeting)) == 1
    ask(now=NOW + timedelta(hours=24, seconds=1))
    assert len(rows(db, Greeting)) == 2


def test_the_one_link_shows_all_that_was_asked_for(db, lists, ask):
    ask()
    ask(slug="night")
    with db.read() as session:
        subscriber_id = find_subscriber(session, ANA).id
    found = show_requests(db, subscriber_id, now=NOW)
    assert [one.name for one in found.lists] == ["The Daily Brief", "Night Desk"]
    confirm(db, lists, "night")
    assert place(db, "daily").state is SubscriptionState.PENDING
    assert place(db, "night").state is SubscriptionState.CONFIRMED


def test_a_request_that_is_too_old_confirms_nothing(db, lists, ask):
    ask()
    assert not confirm(db, lists, now=NOW + REQUEST_LASTS + timedelta(seconds=1))
    assert place(db).state is SubscriptionState.PENDING


def test_who_left_comes_back_by_confirming_alone(db, settings, lists, ask):
    who = {"list_slug": "daily", "now": NOW, "actor": "test"}
    added = add_subscriber(db, settings, ANA, **who)
    unsubscribe_all(db, added.subscriber_id, lists["daily"], how=Left.PAGE_ALL, now=NOW)
    ask()
    assert place(db).state is SubscriptionState.UNSUBSCRIBED
    confirm(db, lists)
    assert place(db).state is SubscriptionState.CONFIRMED
    with db.read() as session:
        assert get_suppression(session, hash_address(settings, ANA)) is None


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINT, SuppressionReason.HARD_BOUNCE])
def test_nobody_is_mailed_who_complained_or_bounced(db, settings, lists, ask, reason):
    suppress_address(db, settings, ANA, reason=reason, now=NOW, actor="test")
    ask()
    assert not rows(db, Greeting)
    with db.read() as session:
        assert subscriber_or_none(session, ANA) is None


def test_a_form_changes_nothing_for_somebody_who_is_on_the_list(db, settings, lists, ask):
    who = {"list_slug": "daily", "now": NOW, "actor": "test"}
    add_subscriber(db, settings, ANA, topics=["Water"], **who)
    ask(name="Mallory", topics=["Trade"])
    assert place(db).choices.topics == ("Water",)
    with db.read() as session:
        assert find_subscriber(session, ANA).name is None
    assert not rows(db, Greeting)


@pytest.mark.parametrize("slug", ["staff", "none"])
def test_a_closed_list_is_like_one_that_does_not_exist(ask, slug):
    with pytest.raises(NotFound):
        ask(slug=slug)


def test_ten_thousand_sign_ups_for_one_mailbox_are_one_mail_and_few_rows(db, lists, ask):
    refused = 0
    for n in range(200):
        try:
            ask(f"v.i.c.tim+{n}@post.example", client=f"192.0.2.{n % 250}")
        except TooManySignUps:
            refused += 1
    assert refused == 200 - MOST_PER_NETWORK
    assert len(rows(db, Greeting)) == 1
    ask("other@post.example", client="203.0.113.5")


def test_networks_and_mailboxes_are_told_apart_by_what_matters():
    assert network_of("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert network_of("::ffff:192.0.2.9") == "192.0.2.0/24"
    assert network_of("unknown") is None
    assert folded("A.na+x+y@post.example") == folded("ana@post.example")
    assert folded("ana@post.example") != folded("anna@post.example")


@pytest.fixture
def mails(settings):
    folder = settings.home_path / "outbox" / "new"

    def read():
        return [path.read_bytes() for path in sorted(folder.glob("*"))] if folder.exists() else []

    return read


@pytest.fixture
def seeded(db, settings):
    seed_relay(db, settings, NOW)


def due(db, now=NOW):
    return [ring.id for ring in tick(db, now) if ring.work is Work.GREET]


def test_each_mail_goes_out_once_with_its_link(db, settings, lists, ask, seeded, mails):
    ask()
    (question,) = due(db)
    send_greeting(db, settings, question, NOW)
    send_greeting(db, settings, question, NOW)
    assert not due(db, NOW + timedelta(days=1))
    (mail,) = mails()
    assert b"Subject: Please confirm: The Daily Brief" in mail
    assert b"https://news.example/c/" in mail.replace(b"=\r\n", b"")
    assert b"Auto-Submitted: auto-generated" in mail


def test_goodbye_is_said_where_the_list_says_it(db, settings, lists, ask, seeded, mails):
    ask()
    confirm(db, lists)
    with db.read() as session:
        subscriber_id = find_subscriber(session, ANA).id
    unsubscribe(db, subscriber_id, lists["daily"], how=Left.ONE_CLICK, now=NOW)
    for greeting in due(db):
        send_greeting(db, settings, greeting, NOW)
    assert [b"You have left The Daily Brief" in mail for mail in mails()].count(True) == 1
    unsubscribe_address(db, ANA, list_slug="daily", now=NOW, actor="test")
    assert not due(db)


def test_without_a_relay_it_is_tried_again_and_given_up_in_the_end(db, settings, lists, ask):
    ask()
    now = NOW
    for _ in range(5):
        (greeting,) = due(db, now)
        with pytest.raises(Transient):
            send_greeting(db, settings, greeting, now)
        now += timedelta(hours=5)
    (row,) = rows(db, Greeting)
    assert (row.next_at, row.sent_at, row.reason) == (None, None, "no relay took it")


def try_until_given_up(db, settings):
    """Every five hours, as long as it is due; gives the row."""
    now = NOW
    for _ in range(10):
        for greeting in due(db, now):
            with suppress(Transient):
                send_greeting(db, settings, greeting, now)
        now += timedelta(hours=5)
    (row,) = rows(db, Greeting)
    return row


def test_what_a_relay_took_without_answering_is_sent_once_more_and_not_again(db, settings, ask):
    with FaultyRelay() as post:
        add_relay(db, settings, name="main", url=post.url, now=NOW, actor="test")
        ask("dropack+1@post.example")
        row = try_until_given_up(db, settings)
    first, copy = post.ledger
    assert first.message_id == copy.message_id, "mailboxes fold the copy"
    assert (row.next_at, row.sent_at) == (None, None)
    assert row.reason == "a relay may have taken it twice"


def test_a_refusal_for_now_is_no_doubt(db, settings, ask):
    with FaultyRelay(Manners(lasts={"d421": 4})) as post:
        add_relay(db, settings, name="main", url=post.url, now=NOW, actor="test")
        ask("d421+1@post.example")
        row = try_until_given_up(db, settings)
    assert (len(post.ledger), row.tries, row.doubts, row.reason) == (1, 5, 0, None)


def test_a_sender_that_dies_with_the_answer_costs_one_copy_at_most(db, settings, ask, monkeypatch):
    tries = []

    def killed(*_):
        tries.append(1)
        raise KeyboardInterrupt  # nothing after it is done

    monkeypatch.setattr(module, "hand_over", killed)
    ask()
    for hours in range(0, 50, 5):
        for greeting in due(db, NOW + timedelta(hours=hours)):
            with suppress(KeyboardInterrupt):
                send_greeting(db, settings, greeting, NOW + timedelta(hours=hours))
    assert len(tries) == 2


def test_nothing_that_is_no_address_is_taken(ask):
    with pytest.raises(Illegal):
        ask("ana\r\nbcc: all@post.example")


def test_erasing_leaves_no_trace_of_where_somebody_signed_up(db, settings, lists, ask):
    ask(origin="ledger.example")
    confirm(db, lists)
    erase_subscriber(db, settings, ANA, now=NOW, actor="test")
    assert not rows(db, Greeting)
    (consent,) = rows(db, Consent)
    assert (consent.network, consent.confirmed_from, consent.origin) == (None, None, None)
    assert consent.words, "that there was a consent may still have to be shown"
