"""One subscriber's whole way in a real browser, with the mails read from the test's own inbox: sign
up, confirm, welcome, preferences, weekly roll-up, another address, one-click leave, erased."""

import email
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default as modern
from threading import Event
from urllib.parse import urlsplit

import pytest
from httpx2 import Client
from sqlalchemy import select

from digest.actions.advance_run import advance_run
from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.relays import seed_relay
from digest.actions.run_now import run_now
from digest.actions.send_greeting import send_greeting
from digest.actions.start_campaign import start_campaign
from digest.actions.tick import Work, tick
from digest.clock import utc_now
from digest.domain.states import Stream, SubscriptionState
from digest.store.lists import ListCadence, find_list
from digest.store.schema import metadata
from digest.store.subscribers import Subscriber, find_subscriber
from tests.browser import PHONE, look_at, window
from tests.integration.editions.newsroom import a_newsroom, publish
from tests.servers import wait_until

FAR = timedelta(days=365)
OLD, NEW = "nora@post.example", "nora@new.example"


class Worker:
    """Does what the tick rings for, as a worker would, and reads the mails that went out."""

    def __init__(self, desk) -> None:
        self.db, self.settings, self.seen = desk.db, desk.settings, set()
        self.thread = ThreadPoolExecutor(1)  # the browser's event loop runs in the test's own
        seed_relay(self.db, self.settings, utc_now())

    def work(self) -> None:
        db, settings = self.db, self.settings
        for ring in list(tick(db, utc_now())):
            if ring.work is Work.GREET:
                send_greeting(db, settings, ring.id, utc_now())
            elif ring.work is Work.ADVANCE:
                advance_run(db, settings, ring.id, utc_now())
            elif ring.work is Work.START:
                start_campaign(db, settings, ring.id, utc_now())
            elif ring.work is Work.DELIVER:
                deliver_campaign(db, settings, ring.id, clock=utc_now, stop=Event())

    def mail(self, to: str) -> EmailMessage:
        """The next mail to that address."""
        found: list[EmailMessage] = []

        def arrived() -> bool:
            self.thread.submit(self.work).result()
            for path in sorted((self.settings.home_path / "outbox" / "new").glob("*")):
                if path.name not in self.seen:
                    self.seen.add(path.name)
                    found.append(email.message_from_bytes(path.read_bytes(), policy=modern))
            return bool(found)

        wait_until(arrived, f"a mail to {to}", 90)
        (mail,) = found
        assert to in mail["To"]
        return mail


def link(mail: EmailMessage, path: str) -> str:
    """The mail's link to a page of ours that begins so."""
    part = mail.get_body(("html",))
    assert part is not None
    found = re.search(rf'href="(http://[^"]+{path}[\w-]+)"', part.get_content())
    assert found, path
    return found[1]


@pytest.fixture
def worker(desk):
    a_newsroom(desk.db, sections=("Trade", "Water"), sends_goodbye=True)
    now = utc_now()
    with desk.db.begin() as session:
        weekly = ListCadence(
            stream=Stream.WEEKLY, words="weekly on friday at 16:00", since=now + FAR
        )
        daily = find_list(session, "daily")
        daily.cadences.append(weekly)
    for number in (1, 2, 3):
        publish(desk.db, number, arrived_at=now - timedelta(hours=number), categories=("Trade",))
    made = build_edition(desk.db, "daily", now=now, actor="ed")
    approve_edition(desk.db, desk.settings, made.edition_id, now=now, actor="ed")
    return Worker(desk)


def test_a_reader_comes_chooses_moves_leaves_and_is_forgotten(browser, desk, worker):
    with window(browser.new_context(**PHONE)) as page:
        page.goto(f"{desk.url}/join/daily")
        look_at(page, "reader joins")
        page.get_by_label("Your e-mail address").fill(OLD)
        page.get_by_role("button", name="Subscribe").click()
        page.get_by_role("heading", name="One more step").wait_for()

        page.goto(link(worker.mail(OLD), "/c/"))
        look_at(page, "reader confirms")
        page.get_by_role("button", name="Yes, subscribe me").click()
        page.get_by_role("heading", name="You are in").wait_for()

        welcome = worker.mail(OLD)
        assert "Welcome" in welcome["Subject"]
        page.goto(link(welcome, "/p/"))
        look_at(page, "reader chooses")
        page.get_by_label("once a week, the best of it").check()
        page.get_by_label("Water").uncheck()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()

        run_now(desk.db, "daily", stream=Stream.WEEKLY, now=utc_now(), actor="olu")
        digest = worker.mail(OLD)
        assert "Story" in digest["Subject"]

        page.goto(link(digest, "/p/"))
        page.get_by_role("button", name="Mail me the link").click()
        page.get_by_text("on its way").wait_for()
        page.goto(link(worker.mail(OLD), "/d/"))
        look_at(page, "reader sees everything")
        assert page.get_by_text(OLD, exact=True).is_visible()
        page.get_by_label("Send my mail to").fill(NEW)
        page.get_by_role("button", name="Ask that address").click()
        page.get_by_text("We have written").wait_for()
        page.goto(link(worker.mail(NEW), "/m/"))
        look_at(page, "reader moves")
        page.get_by_role("button", name="Yes, send it here").click()
        page.get_by_role("heading", name="Your mail comes here now").wait_for()

        leave = re.search(r"<(http[^>]+)>", digest["List-Unsubscribe"])[1]
        assert urlsplit(leave).path.startswith("/u/")
        with Client() as mailbox:  # what a mail program's own button does (RFC 8058)
            said = mailbox.post(leave, data={"List-Unsubscribe": "One-Click"})
        assert said.status_code == 200
        with desk.db.read() as session:
            (place,) = find_subscriber(session, NEW).subscriptions
        assert place.state is SubscriptionState.UNSUBSCRIBED
        assert "You have left" in worker.mail(NEW)["Subject"]

        page.goto(leave)
        look_at(page, "reader has left")
        page.get_by_role("button", name="Mail me what you keep about me").click()
        page.get_by_text("on its way").wait_for()
        page.goto(link(worker.mail(NEW), "/d/"))
        page.get_by_label("I am sure").check()
        page.get_by_role("button", name="Erase me").click()
        page.get_by_role("heading", name="You are forgotten").wait_for()

    with desk.db.read() as session:
        (gone,) = session.scalars(select(Subscriber))
        assert gone.erased_at is not None
        rows = [
            str(row) for table in metadata.sorted_tables for row in session.execute(select(table))
        ]
    assert not [row for row in rows if OLD in row or NEW in row]
