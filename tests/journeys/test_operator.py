"""An operator's morning in a real browser: schedule, start, slow down, pause, resume, prove.

``JOURNEY_PEOPLE=5000`` is the long form.
"""

import os
import sys
import threading
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import insert

from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.demo.inbox import Inbox
from digest.domain.edition import Variant
from digest.domain.ids import uuid7
from digest.domain.role import Role
from digest.domain.states import SubscriptionState
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database
from digest.store.lists import ListSource
from digest.store.subscribers import Subscriber, Subscription
from digest.tokens import hash_address
from tests.browser import DESKTOP, PHONE, Hand, look_at, window
from tests.builders import a_list, a_source, an_arrival
from tests.commands import environment
from tests.desk import PASSWORD, an_account
from tests.processes import beat, running, worker
from tests.servers import answers, free_port, wait_until

PEOPLE = int(os.environ.get("JOURNEY_PEOPLE", "300"))
OPERATOR = "olu@news.example"
SLOW = PEOPLE // 15  # a second
PATIENT = 120_000  # milliseconds


@pytest.fixture
def service(tmp_path, postgres, valkey):
    """Pages, two workers and a beat on PostgreSQL and Redis, with a list of many people; gives the
    address of the pages, and the inbox."""
    with Inbox(tmp_path / "mails") as inbox:
        port = free_port()
        values = {
            "home": tmp_path / "home",
            "database_url": postgres.create_database(f"journey_{uuid4().hex}"),
            "redis_url": valkey.url,
            "smtp_url": inbox.smtp_url,
            "base_url": f"http://127.0.0.1:{port}",
            "secret_key": "a secret for tests, thirty-two long",
            "suppression_key": "another secret for tests, also long",
        }
        a_newsroom(values)
        web = [sys.executable, "-m", "digest", "web", "--port", str(port)]
        commands = (web, worker("one"), worker("two"), beat(tmp_path, "beat"))
        with running(environment(**values), tmp_path / "service.log", *commands):
            wait_until(lambda: answers(port), "the desk answers", 90)
            yield values["base_url"], inbox


def a_newsroom(values):
    settings, now = load_settings(**values), utc_now()
    db = Database(settings.database)
    schema.upgrade(db)
    seed_relay(db, settings, now)
    with db.begin() as session:
        source = a_source(session, enabled=False)
        mailing_list = a_list(
            session, "morning", name="The Morning Brief", timezone="Europe/Lisbon"
        )
        session.add(ListSource(list_id=mailing_list.id, source_id=source.id))
        an_account(session, OPERATOR, Role.OPERATOR, password=PASSWORD)
        for n in range(3):
            session.add(an_arrival(source.id, n, now))
        people = [
            (uuid7(), f"reader{n}@{('amsel', 'norholm')[n % 2]}.example") for n in range(PEOPLE)
        ]
        session.execute(
            insert(Subscriber),
            [
                {
                    "id": id_,
                    "address": address,
                    "address_hash": hash_address(settings, address),
                    "created_at": now,
                }
                for id_, address in people
            ],
        )
        session.execute(
            insert(Subscription),
            [
                {
                    "subscriber_id": id_,
                    "list_id": mailing_list.id,
                    "state": SubscriptionState.CONFIRMED,
                    "variant": Variant().key,
                    "created_at": now,
                    "confirmed_at": now,
                }
                for id_, _ in people
            ],
        )
    db.close()


def sign_in(page, base):
    page.goto(f"{base}/desk/sign-in")
    page.get_by_label("E-mail address").fill(OPERATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk")


def set_rate(hand, rate):
    hand.press(hand.page.get_by_text("Slow down", exact=True))
    hand.write(hand.page.get_by_label("At most"), rate)
    hand.page.keyboard.press("Enter")
    hand.page.get_by_text("It sends at most" if rate else "as fast as relays take it").wait_for()


def test_an_operator_schedules_starts_slows_pauses_resumes_and_proves(browser, service):
    base, inbox = service
    with window(browser.new_context(**PHONE)) as page:
        hand = Hand(page, by_keys=True)
        sign_in(page, base)
        page.goto(f"{base}/desk/schedule/morning")
        hand.write(page.get_by_label("Each edition"), "weekdays at 06:30")
        page.keyboard.press("Enter")
        page.get_by_text("The cadence is changed").wait_for()
        look_at(page, "list schedule")

        page.goto(f"{base}/desk/relays")
        hand.write(page.get_by_label("At most", exact=True), f"{SLOW}/s")
        page.keyboard.press("Enter")
        page.get_by_text("default sends at most").wait_for()

        page.goto(f"{base}/desk/schedule/morning")
        page.on("dialog", lambda dialog: dialog.accept())
        hand.press(page.get_by_role("button", name="Run now", exact=True))
        page.get_by_text("A run is planned for now").wait_for()
        link = page.locator("td a")
        wait_until(lambda: page.goto(f"{base}/desk/campaigns") and link.count(), "a campaign", 90)
        page.goto(base + urlsplit(link.first.get_attribute("href")).path)

        state = page.locator("[data-part=state]")
        state.get_by_text("sending", exact=True).wait_for(timeout=PATIENT)
        page.get_by_text(f"of {PEOPLE:,} done").wait_for(timeout=PATIENT)
        wait_until(lambda: len(inbox.envelopes) > SLOW, "some are out", 90)
        hand.press(page.get_by_role("button", name="Pause", exact=True))
        state.get_by_text("paused", exact=True).wait_for()
        look_at(page, "campaign paused")
        wait_until(lambda: is_still(inbox), "nothing more goes out", 60)
        assert len(inbox.envelopes) < PEOPLE, "it stopped before the end"

        here = page.url
        page.goto(f"{base}/desk/relays")
        hand.write(page.get_by_label("At most", exact=True), "")
        page.keyboard.press("Enter")
        page.get_by_text("default sends as fast as it can").wait_for()
        page.goto(here)
        state.get_by_text("paused", exact=True).wait_for()
        set_rate(hand, f"{SLOW}/s")
        hand.press(page.get_by_role("button", name="Resume", exact=True))
        state.get_by_text("sending", exact=True).wait_for()
        set_rate(hand, "")
        # No reload: events bring what changes.
        state.get_by_text("done", exact=True).wait_for(timeout=PATIENT)
        page.get_by_text(f"{PEOPLE:,} of {PEOPLE:,} done").wait_for()
        page.locator("[data-part=domains]").get_by_text("norholm.example").wait_for(timeout=PATIENT)
        look_at(page, "campaign done")
        hand.press(page.get_by_role("link", name="Prove it adds up"))
        page.get_by_text("It adds up.").wait_for()
        look_at(page, "proof")
    mailed = [envelope.rcpt_to[0] for envelope in inbox.envelopes]
    recipients = [one for one in mailed if one != OPERATOR]  # who may hear of an alarm meanwhile
    assert len(recipients) == len(set(recipients)) == PEOPLE

    with window(browser.new_context(**DESKTOP)) as page:
        sign_in(page, base)
        for path in (
            "schedule",
            "schedule/morning",
            "campaigns",
            "numbers",
            "people",
            "relays",
            "health",
        ):
            page.goto(f"{base}/desk/{path}")
            look_at(page, path)
        page.goto(f"{base}/desk/people")
        page.get_by_label("E-mail address").fill("reader7@norholm.example")
        page.keyboard.press("Enter")
        page.get_by_text("Taken by the relay").wait_for()
        look_at(page, "person")
        page.get_by_role("button", name="Send again").click()
        page.get_by_text("It is sent again in a moment.").wait_for()
        wait_until(lambda: len(inbox.envelopes) == PEOPLE + 1, "the copy is out", 60)


def is_still(inbox):
    """Whether nothing arrives for two seconds."""
    before = len(inbox.envelopes)
    threading.Event().wait(2)
    return len(inbox.envelopes) == before
