"""Tomorrow's edition at the desk, and its way to a reader once its time has come."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from digest.actions.advance_run import advance_run
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.relays import seed_relay
from digest.actions.start_campaign import start_campaign
from digest.actions.tick import Work, tick
from digest.actions.view_edition import ABOUT_LINKS, READER
from digest.clock import utc_now
from digest.demo.inbox import Inbox
from digest.domain.states import Approval, Stream
from digest.store.editions import open_draft
from digest.store.lists import ListCadence, find_list
from digest.store.runs import open_runs
from tests.builders import a_subscriber
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish
from tests.journeys.conftest import Served

MARIA = "maria@post.example"
TITLES = (
    "Ferries to Norholm halt",
    "Rail to Amsel runs again",
    "Merrow buys nine tugs",
    "Grain board resigns",
)
STORIES = (  # topic, bullets, teaser of each
    (
        "World",
        ("All lines to Norholm halted at noon.", "Freight goes by rail, at twice the price."),
        "The harbour of Norholm is closed for as long as its pilots refuse the night watch.",
    ),
    (
        "World",
        ("The bridge at Amsel carries trains again.", "Six trains a day, four of them for goods."),
        "Two years after the flood the last bridge is mended, and the timetable is not.",
    ),
    (
        "World",
        ("Nine tugs come from Dorn by autumn.", "Pilots say that twelve are needed."),
        "The islands pay in advance, out of the register that brings in a third of all they have.",
    ),
    (
        "Trade",
        ("All nine members of Tarvia’s grain board went.", "Prices are free from the first."),
        "What the board could not set the market will, and the mills have a month to get ready.",
    ),
)


@dataclass(frozen=True)
class Tomorrow:
    """A draft that was made by itself, of a run that is still to come."""

    path: str
    run_at: datetime


def tomorrow(desk: Served) -> Tomorrow:
    """The list ``daily`` with one reader; its next edition goes by itself, tomorrow."""
    now = utc_now()
    a_newsroom(
        desk.db,
        timezone="UTC",
        sections=("World", "Trade"),
        approval=Approval.AUTOMATIC,
        lead_time=timedelta(hours=26),
        logo_url="https://pictures.example/logo.png",
        logo_alt="The Daily Brief",
    )
    for number, (title, story) in enumerate(zip(TITLES, STORIES, strict=True)):
        topic, bullets, teaser = story
        publish(
            desk.db,
            number,
            arrived_at=now - HOUR,
            title=title,
            categories=(topic,),
            bullets=bullets,
            teaser=teaser,
        )
    with desk.db.begin() as session:
        daily = find_list(session, "daily")
        at = (now + timedelta(hours=23)).strftime("daily at %H:%M")
        session.add(ListCadence(list_id=daily.id, stream=Stream.EACH, words=at, since=now))
        a_subscriber(session, desk.settings, MARIA, daily)
        list_id = daily.id
    seed_relay(desk.db, desk.settings, now)
    work(desk, now)
    with desk.db.read() as session:
        (run,) = open_runs(session)
        draft = open_draft(session, list_id, Stream.EACH)
        assert draft is not None
        return Tomorrow(f"/desk/editions/{draft.id}", run.scheduled_at)


def work(desk: Served, now: datetime) -> None:
    """What beat and workers do at ``now``, away from the event loop of the browser's driver."""
    with ThreadPoolExecutor(1) as others:
        others.submit(_work, desk, now).result()


def _work(desk: Served, now: datetime) -> None:
    for _ in range(4):
        for ring in list(tick(desk.db, now)):
            if ring.work is Work.ADVANCE:
                advance_run(desk.db, desk.settings, ring.id, now)
            elif ring.work is Work.START:
                start_campaign(desk.db, desk.settings, ring.id, now)
            elif ring.work is Work.DELIVER:
                stop = threading.Event()
                deliver_campaign(desk.db, desk.settings, ring.id, clock=lambda: now, stop=stop)


def the_mail(inbox: Inbox) -> EmailMessage:
    """The only mail that came, as it came."""
    (envelope,) = inbox.envelopes
    assert envelope.rcpt_to == (MARIA,)
    mail = message_from_bytes(inbox.read(envelope), policy=policy.SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def part_of(mail: EmailMessage, kind: str, desk: Served) -> str:
    """A part of a mail, its line ends plain, with what is the reader's own as a preview has it."""
    part = mail.get_body((kind,))
    assert part is not None
    text = part.get_payload(decode=True).decode()
    leave = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
    assert leave is not None
    for own in (leave[1], leave[1].replace("/u/", "/p/")):
        text = text.replace(own, desk.settings.public_url + ABOUT_LINKS)
    return text.replace(MARIA, READER).replace("\r\n", "\n").rstrip("\n")
