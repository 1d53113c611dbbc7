"""The service of the week: its processes, and whether anything is left to do."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from digest.actions.advance_run import runs_to_advance
from digest.actions.forget_old import what_is_old
from digest.actions.lists import Feed, create_list
from digest.actions.mailboxes import add_mailbox
from digest.actions.sources import create_source
from digest.actions.tick import due_rows
from digest.clock import zone
from digest.domain.states import OPEN_DELIVERY_STATES, CampaignState, DeliveryState, SourceKind
from digest.schedule.cadence import next_runs, parse_cadence
from digest.store.campaigns import campaigns_in, next_due, totals
from digest.store.engine import Session
from digest.store.greetings import Greeting
from digest.store.heartbeats import ProcessKind, all_heartbeats
from digest.store.lists import ListCadence, MailingList
from digest.store.relays import all_relays
from digest.store.runs import open_runs
from digest.store.sources import Source
from tests.faults.fleet import Fleet, Member
from tests.faults.stepped import SteppedClock
from tests.faults.week.month import live_a_month
from tests.faults.week.newsroom import Newsroom
from tests.faults.week.people import CAME, Person, crowd, subscribe_all
from tests.faults.week.relay import WeekRelay
from tests.faults.week.timetable import BEGAN, ENDS, LISTS, MOST_ITEMS
from tests.servers import wait_until

if TYPE_CHECKING:
    from tests.faults.week.killing import Death

ACTOR = "operator"
LEAD = timedelta(hours=1)
TOGETHER = timedelta(minutes=10)  # sources that are due within so much are looked at in one step
RETRIES_TOGETHER = timedelta(seconds=30)  # of those whom the relay deferred, each at its moment
PATIENCE = 240.0  # seconds for all that is due at a moment


@dataclass
class Service:
    """A fleet whose business clock is stepped. Open the fleet before."""

    fleet: Fleet
    clock: SteppedClock
    newsroom: Newsroom
    relay: WeekRelay
    people: list[Person] = field(default_factory=list)
    crew: dict[str, Member] = field(default_factory=dict)
    deaths: list["Death"] = field(default_factory=list)  # of workers
    steps: int = 0
    _settled_at: datetime = BEGAN  # business time at which nothing was left to do

    @property
    def web(self) -> str:
        return self.fleet.settings.base_url

    # How it begins.

    def settle_in(self, people: int) -> None:
        """Sources, lists, people, what a month leaves, and all processes up."""
        self._add_sources()
        self._add_lists()
        self._add_mailbox()
        self.people = crowd(people)
        subscribe_all(self.fleet.db, self.fleet.settings, self.people)
        live_a_month(self.fleet.db, self.fleet.settings)
        self._start()

    def _add_sources(self) -> None:
        for number, address in enumerate(self.newsroom.addresses):
            create_source(
                self.fleet.db,
                self.fleet.settings,
                slug=f"site{number}",
                url=f"http://{address}/feed",
                kind=SourceKind.FEED,
                every_seconds=3 * 3600,
                now=BEGAN,
                actor=ACTOR,
            )

    def _add_lists(self) -> None:
        for home in LISTS:
            create_list(
                self.fleet.db,
                slug=home.slug,
                name=f"The {home.slug.title()} Brief",
                from_address=f"{home.slug}@news.example",
                feeds=[Feed(f"site{number}") for number in home.sources],
                cadences=home.cadences,
                timezone=home.zone,
                postal_address="1 Quay Street, Port Amsel",
                options={
                    "approval": home.approval,
                    "min_items": home.min_items,
                    "max_items": MOST_ITEMS,
                    "sends_welcome": False,
                },
                now=BEGAN,
                actor=ACTOR,
            )

    def _add_mailbox(self) -> None:
        """Where mails come back to."""
        folder = self.fleet.folder / "returned"
        for part in ("new", "cur", "tmp"):
            (folder / part).mkdir(parents=True)
        add_mailbox(
            self.fleet.db,
            self.fleet.settings,
            name="returned",
            url=f"maildir://{folder}",
            now=BEGAN,
            actor=ACTOR,
        )

    def _start(self) -> None:
        for name in ("worker 1", "worker 2"):
            self.start_worker(name)
        self.start_beat()
        port = int(self.web.rpartition(":")[2])
        self.fleet.web(port, before=("tests.faults.clocked", "digest"), **self.clock_env)
        self.crew["pages"] = self.fleet.members[-1]
        wait_until(lambda: self.fleet.log.read_text().count(" ready.") >= 2, "workers are up", 90)

    @property
    def clock_env(self) -> dict[str, str]:
        return {"CLOCK_STEPPED": str(self.fleet.folder / "clock")}

    def start_worker(self, name: str) -> None:
        before = ("tests.faults.clocked", "celery")
        self.crew[name] = self.fleet.worker(pool=2, before=before, **self.clock_env)

    def start_beat(self) -> None:
        self.crew["beat"] = self.fleet.beat(
            before=("tests.faults.clocked", "celery"), **self.clock_env
        )

    # How time goes.

    def step_to(self, moment: datetime) -> None:
        self.steps += 1
        self.clock.step_to(moment)

    def settle(self) -> None:
        """Wait until a beat has looked at this moment, and nothing is left that is due at it. While
        the relay rests, its rest is stepped over."""
        moment = self.clock.now()
        wait_until(lambda: self._is_settled(moment), f"{moment} is settled", PATIENCE, 0.1)

    def _is_settled(self, moment: datetime) -> bool:
        if not self.has_looked(moment):
            return False
        with self.fleet.db.read() as session:
            rests = [one.resting_until for one in all_relays(session) if one.resting_until]
        if rests and max(rests) > self.clock.now():
            self.step_to(max(rests))
        now = self.clock.now()
        if any(self._due(now)):
            return False
        self._settled_at = now
        return True

    def rest(self) -> None:
        """Until all that is old by now is forgotten, too; a beat does so little by little."""
        self.settle()
        with suppress(TimeoutError):  # what is left is in the report
            wait_until(self._has_forgotten, "what is old is forgotten", PATIENCE, 0.5)

    def _has_forgotten(self) -> bool:
        fleet = self.fleet
        return not any(one.rows for one in what_is_old(fleet.db, fleet.settings, self.clock.now()))

    def has_looked(self, moment: datetime) -> bool:
        """Whether a beat did its round at that moment or later."""
        with self.fleet.db.read() as session:
            beats = [one for one in all_heartbeats(session) if one.kind is ProcessKind.BEAT]
        clocks = [one.seen_at + timedelta(seconds=one.clock_off) for one in beats]
        return max(clocks, default=CAME) > moment

    def _due(self, now: datetime) -> Iterator[bool]:
        """What may be left to do, the dearest questions last."""
        db = self.fleet.db
        yield bool(runs_to_advance(db, now))
        with db.read() as session:
            yield bool(due_rows(session, now))
            yield any(one.due_at <= now for one in campaigns_in(session, CampaignState.SCHEDULED))
            for campaign in campaigns_in(session, CampaignState.SENDING):
                yield self._has_mail(session, campaign.id, now)

    def _has_mail(self, session: Session, campaign_id: UUID, now: datetime) -> bool:
        """In hand or due; or done, and nobody has said so yet. In one question: a sender may claim
        between two."""
        found = totals(session, campaign_id)
        is_over = not any(found.counts[state] for state in OPEN_DELIVERY_STATES)
        is_due = found.next_due is not None and found.next_due <= now
        return bool(is_over or is_due or found.counts[DeliveryState.SENDING])

    def next_moment(self) -> datetime:
        """When something is due next, after the moment at which nothing was left; that may be over
        by now, since the clock runs."""
        after = self._settled_at
        with self.fleet.db.read() as session:
            mails = (at + RETRIES_TOGETHER for at in self._mail_times(session))
            sources = list(session.scalars(select(Source.next_try_at)))
            times = [*self._run_times(session, after), *mails, *sources, ENDS]
        first = min(at for at in times if at > after)
        return max(at for at in (first, *sources) if first <= at <= first + TOGETHER)

    def _run_times(self, session: Session, after: datetime) -> Iterator[datetime]:
        for run in open_runs(session):
            late = run.scheduled_at + timedelta(hours=2, seconds=1)
            yield from (run.scheduled_at, late)
        for cadence, home in session.execute(select(ListCadence, MailingList).join(MailingList)):
            for at in next_runs(parse_cadence(cadence.words), zone(home.timezone), after, 2):
                yield from (at - LEAD, at)

    def _mail_times(self, session: Session) -> Iterator[datetime]:
        for campaign in campaigns_in(session, CampaignState.SENDING):
            if due := next_due(session, campaign.id):
                yield due
        waiting = select(func.min(Greeting.next_at))
        if at := session.scalar(waiting):
            yield at
