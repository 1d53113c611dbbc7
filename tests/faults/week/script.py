"""What happens in the week, and when: a fault each day, and what readers and editors do."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any
from uuid import uuid4

import httpx
from redis import Redis

from digest.clock import zone
from digest.domain.alarm import AlarmKind
from digest.store.relays import find_relay
from tests.commands import ROOT
from tests.faults.relay import Entry
from tests.faults.week.fault import Fault
from tests.faults.week.killing import kill_holder
from tests.faults.week.people import NEVER, Person, Place
from tests.faults.week.service import Service
from tests.faults.week.timetable import BEGAN, COMERS, DAYS, FRI, MON, SAT, SUN, THU, TUE, WED
from tests.integration.feedback.mails import a_bounce
from tests.servers import wait_until

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MORNING = 7 * HOUR  # when the morning's list goes in winter
UNDER_WAY = 60  # mails, when a fault strikes
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass(frozen=True)
class Act:
    """Something that happens at a time; what it gives is a word on what it met."""

    at: datetime
    what: str
    do: Callable[[Service], object]
    fault: Fault | None = None


def script() -> list[Act]:
    """All of it, in order of time."""
    acts = [
        _breaks(MON + MORNING, "a worker killed while it sends", kill_worker),
        _breaks(TUE + MORNING, "Redis emptied while it sends", empty_redis),
        _breaks(
            WED,
            "a site is dead for a day",
            lambda it: it.newsroom.dead.add(1),
            lasts=DAY,
            told=[AlarmKind.SOURCE_FAILS],
        ),
        Act(THU, "it is back", lambda it: it.newsroom.dead.discard(1)),
        _breaks(
            THU + MORNING,
            "the relay refuses for an hour",
            refuse_for_an_hour,
            lasts=HOUR,
            delays=HOUR,
            told=[AlarmKind.RELAY_FAILS],
            may_be_told=[AlarmKind.CAMPAIGN_STALLED],
        ),
        _breaks(
            THU + 10 * HOUR,
            "nobody approves",
            lambda _: None,
            lasts=3 * HOUR,
            told=[AlarmKind.APPROVAL_MISSING, AlarmKind.RUN_MISSED],
        ),
        _breaks(FRI + MORNING, "the database killed while it sends", kill_database),
        _breaks(
            FRI + 14 * HOUR,
            "a domain asks for less",
            lambda it: throttle(it, True),
            lasts=4 * HOUR,
            delays=2 * HOUR,
        ),
        Act(FRI + 18 * HOUR, "it asks no more", lambda it: throttle(it, False)),
        _breaks(
            SAT + MORNING - HOUR / 2,
            "no beat for 100 minutes",
            without_beat,
            lasts=2 * HOUR,
            delays=HOUR + 10 * MINUTE,
        ),
        _breaks(SUN + HOUR, "clocks go forward", check_clocks),
    ]
    acts += [Act(day + 10 * HOUR + 20 * MINUTE, "approve", approve) for day in (MON, TUE, WED, FRI)]
    for day in (BEGAN + timedelta(days=n) for n in range(DAYS)):
        acts.append(Act(day + 15 * HOUR, "people come and go", come_and_go))
    return sorted(acts, key=lambda act: act.at)


def _breaks(at: datetime, what: str, do: Callable[[Service], object], **how: Any) -> Act:
    return Act(at, what, do, Fault(at, what, **how))


# Faults.


def kill_worker(service: Service) -> str:
    """kill -9 of the worker that holds deliveries, and its pool; another is started, as a
    supervisor would."""
    with _slowly_sending(service):
        death = kill_holder(service)
    service.start_worker(death.worker)
    return death.said


def empty_redis(service: Service) -> None:
    with _slowly_sending(service), Redis.from_url(service.fleet.valkey.url) as client:
        client.flushall()


def kill_database(service: Service) -> None:
    with _slowly_sending(service):
        service.fleet.postgres.kill()
    service.fleet.postgres.start()


def refuse_for_an_hour(service: Service) -> None:
    """The relay hangs up and takes no connection; every ten minutes it is tried again in vain."""
    with _slowly_sending(service):
        service.relay.stop()
    for n in range(1, 7):
        before = _failures(service)
        service.step_to(THU + MORNING + n * 10 * MINUTE)
        moment = service.clock.now()
        tried = lambda: _failures(service) > before and service.has_looked(moment)  # noqa: B023, E731
        wait_until(tried, "the relay is tried again", 60, 0.1)
    service.relay.start()


def _failures(service: Service) -> int:
    with service.fleet.db.read() as session:
        return find_relay(session, "default").failures


def throttle(service: Service, is_throttling: bool) -> None:
    service.relay.is_throttling = is_throttling


def without_beat(service: Service) -> None:
    """kill -9 of the only beat before a list is due; another begins more than an hour after."""
    service.crew["beat"].kill()
    service.step_to(SAT + MORNING + HOUR + 10 * MINUTE)
    service.start_beat()


def check_clocks(service: Service) -> None:
    """It is three o'clock in Berlin, and has not been half past two."""
    local = service.clock.now().astimezone(zone("Europe/Berlin"))
    assert (local.hour, local.minute) == (3, 0)


@contextmanager
def _slowly_sending(service: Service) -> Iterator[None]:
    """Inside, some mails of what is due now are out and others are under way."""
    goal = len(service.relay.ledger) + UNDER_WAY
    service.relay.manners.slowness = 0.05
    wait_until(lambda: len(service.relay.ledger) >= goal, "mails are under way", 60, 0.005)
    yield
    service.relay.manners.slowness = 0.0


# People.


def approve(service: Service) -> None:
    """The editor approves the weekdays' edition by the command line."""
    words = ["tests.faults.clocked", "digest", "edition", "approve", "trade"]
    env = service.fleet.env | service.clock_env
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def come_and_go(service: Service) -> None:
    """Some leave by one click, some sign up, and some mails come back."""
    day = service.clock.now().day
    joiners = [f"joiner+@host{n}.day{day}.example" for n in range(COMERS)]
    with httpx.Client(base_url=service.web, timeout=30) as browser:
        for person, mail in _some(service, "leaver"):
            person.places[_leave(browser, mail)].left = service.clock.now()
        for address in joiners:
            _post(browser, "/join/morning", {"email": address})
        asked = lambda: all(address in _mails(service) for address in joiners)  # noqa: E731
        wait_until(asked, "who signed up is asked to confirm", 60, 0.2)
        for address in joiners:
            _confirm(browser, _mails(service)[address])
            place = Place(came=service.clock.now())
            service.people.append(Person(address, {"morning": place}))
    returned = _some(service, "bouncer")
    for person, mail in returned:
        note = a_bounce(mail.mail_from, address=person.address, message_id=f"<{mail.message_id}>")
        (service.fleet.folder / "returned" / "new" / uuid4().hex).write_bytes(note)
    service.step_to(service.clock.now() + 2 * MINUTE)  # the mailbox is read once a minute
    service.settle()
    for person, _ in returned:
        person.barred = service.clock.now()


def _some(service: Service, kind: str) -> list[tuple[Person, Entry]]:
    """A day's share of a kind, and the last mail of each: a seventh, of those who have had one and
    are still there."""
    mails = _mails(service)
    all_of_kind = [one for one in service.people if one.kind == kind]
    there = [
        (one, mails[one.address])
        for one in all_of_kind
        if one.address in mails
        and one.barred == NEVER
        and all(place.left == NEVER for place in one.places.values())
    ]
    return there[: -(-len(all_of_kind) // DAYS)]


def _mails(service: Service) -> dict[str, Entry]:
    """The last mail to each whose mails are read."""
    return service.relay.last_read()


def _leave(browser: httpx.Client, mail: Entry) -> str:
    """RFC 8058: what a mailbox's own button sends to the address in the mail's header; gives the
    list that the mail was of."""
    message = _message(mail)
    _post(browser, _found(r"<(https?://[^>]+)>", message["List-Unsubscribe"]), ONE_CLICK)
    return _found(r"<(\w+)\.", message["List-Id"])


def _confirm(browser: httpx.Client, mail: Entry) -> None:
    """The link in the mail that asks, and the button behind it."""
    link = _found(r"(https?://\S+/c/[\w.-]+)", _text(_message(mail)))
    boxes = re.findall(r'name="list" value="([^"]+)"', browser.get(link).text)
    _post(browser, link, {"list": boxes})


def _post(browser: httpx.Client, url: str, fields: dict[str, Any]) -> None:
    answer = browser.post(url, data=fields)
    assert answer.status_code == 200, answer.text


def _text(message: Message) -> str:
    parts = (part for part in message.walk() if part.get_content_type() == "text/plain")
    return str(next(parts).get_payload(decode=True), "utf-8")


def _message(mail: Entry) -> Message:
    assert mail.content is not None
    return message_from_bytes(mail.content)


def _found(pattern: str, text: object) -> str:
    found = re.search(pattern, str(text))
    assert found, f"there is {pattern} in {text}"
    return found[1]
