"""The demonstration itself: one step after the other, each said with its figures."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from digest.actions.audit_campaign import CampaignReport, audit_campaign, campaign_status
from digest.actions.collect_sources import collect_all, sources_to_collect
from digest.actions.lists import Feed, create_list
from digest.actions.sources import create_source
from digest.actions.subscribe import add_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe import unsubscribe
from digest.audience.membership import Left
from digest.cli.context import console, progress, settings
from digest.cli.demo_staff import let_in
from digest.cli.up import prepared_database
from digest.clock import utc_now, zone
from digest.demo.check import check_inbox, leave_parts
from digest.demo.inbox import Inbox
from digest.demo.newsroom import Newsroom
from digest.demo.people import LATER, OTHERS, PEOPLE, Person, Standing
from digest.domain.errors import Permanent
from digest.domain.states import CampaignState, DeliveryState, Stream
from digest.store.campaigns import recent_campaigns
from digest.store.deliveries import list_deliveries
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.runs import recent_runs
from digest.web.serve import web_server

ACTOR = "demo"
LIST = "morning"
PATIENCE_SECONDS = 50
NEWS_EVERY_SECONDS = 120
SECTIONS = ("World", "Economy", "Climate", "Technology", "Society")


@dataclass(slots=True)
class Steps:
    """Numbers the steps and says how long each took."""

    count: int = 0
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.count += 1
        console.print(f"[bold]{self.count}. {title}[/bold]")
        started = time.monotonic()
        yield
        console.print(f"   [dim]{time.monotonic() - started:.2f} s[/dim]")


class Demonstration:
    """One demonstration, in the order in which the service works."""

    def __init__(
        self, folder: Path, newsroom: Newsroom, inbox: Inbox, port: int, now: datetime
    ) -> None:
        self._folder = folder
        self._newsroom = newsroom
        self._inbox = inbox
        self._port = port
        self._now = now
        self._steps = Steps()
        self._db: Database

    def run(self, stack: ExitStack, *, once: bool) -> None:
        with self._steps.step("A database, a newsroom of two sites, an inbox"):
            self._db = prepared_database()
            for site in (self._newsroom.ledger, self._newsroom.dispatch):
                console.print(f"   {site.name} at {site.base_url}")
            console.print(f"   inbox at {self._inbox.smtp_url}, database {self._db.shown}")
        self._collect()
        self._subscribe(() if once else (LATER,))
        campaign_id = self._send(stack)
        self._check_mails(campaign_id)
        self._say_where_to_look(campaign_id)
        if not once:
            let_in(self._db, self._port, actor=ACTOR)
            self._stay()

    def _collect(self) -> None:
        with self._steps.step("Collect: RSS, WordPress and pages"):
            for place, source in enumerate(self._newsroom.sources, 1):
                create_source(
                    self._db,
                    settings(),
                    slug=f"source-{place}",
                    url=source.url,
                    kind=source.kind,
                    name=source.name,
                    every_seconds=60,
                    now=self._now,
                    actor=ACTOR,
                )
            ids = sources_to_collect(self._db, [])
            with progress("   Collecting", total=len(ids)) as done:
                reports = list(collect_all(self._db, settings(), ids, self._now, done=done))
            for report in sorted(reports, key=lambda one: one.source):
                said = report.error or f"{report.new} new briefs"
                console.print(f"   {report.source}: {said}, {len(report.skipped)} left out")
                for remark in report.skipped:
                    console.print(f"     [dim]{remark.what}: {remark.reason}[/dim]", soft_wrap=True)

    def _subscribe(self, more: tuple[Person, ...]) -> None:
        people = (*PEOPLE, *OTHERS, *more)
        with self._steps.step(f"A list, and {len(people)} people who subscribed to it"):
            create_list(
                self._db,
                slug=LIST,
                name="The Morning Line",
                from_address="brief@morning-line.example",
                reply_to="desk@morning-line.example",
                postal_address="The Morning Line, 4 Ropewalk, Port Amsel",
                feeds=[Feed(f"source-{n + 1}") for n in range(len(self._newsroom.sources))],
                cadences={Stream.EACH: "hourly"},
                timezone="Europe/London",
                options={"sections": SECTIONS, "max_items": 14, "lead_time": timedelta(minutes=5)},
                # As if it had been made an hour ago: the run of this hour is then caught up.
                now=self._now - timedelta(hours=1),
                actor=ACTOR,
            )
            for person in people:
                self._add(person)
            chose = sum(bool(person.topics) for person in people)
            plain = sum(person.text_only for person in people)
            console.print(f"   {chose} chose topics, {plain} plain text only")

    def _add(self, person: Person) -> None:
        joined = add_subscriber(
            self._db,
            settings(),
            person.address,
            list_slug=LIST,
            name=person.name,
            timezone=person.timezone,
            local_hour=self._this_hour(person),
            topics=person.topics,
            text_only=person.text_only,
            language=person.language,
            now=self._now,
            actor=ACTOR,
        )
        if person.standing is Standing.UNSUBSCRIBED:
            unsubscribe(
                self._db, joined.subscriber_id, joined.list_id, how=Left.PAGE, now=self._now
            )
        if person.standing is Standing.SUPPRESSED:
            suppress_address(self._db, settings(), person.address, now=self._now, actor=ACTOR)

    def _this_hour(self, person: Person) -> int | None:
        """For those who chose an hour: that at which this run comes to them, so that nobody has
        to wait for a demonstration."""
        local = self._now.replace(minute=0, second=0, microsecond=0).astimezone(
            zone(person.timezone)
        )
        return local.hour if person.local_hour is not None and local.minute == 0 else None

    def _send(self, stack: ExitStack) -> UUID:
        from workers.embedded import EmbeddedWorkers  # reads the settings when it is imported

        with self._steps.step("The beat finds a run that is due; Celery builds, approves, sends"):
            self._serve_pages(stack)
            stack.enter_context(EmbeddedWorkers())
            campaign_id = self._wait_for_campaign()
            report = self._wait_until_sent(campaign_id)
            self._show_edition(report)
            for state, n in report.counts.items():
                console.print(f"   {n:>3} {state.value}")
        return campaign_id

    def _serve_pages(self, stack: ExitStack) -> None:
        server = web_server(self._db, settings(), "127.0.0.1", self._port)
        thread = threading.Thread(target=server.run, name="web", daemon=True)
        thread.start()

        def stop() -> None:
            server.should_exit = True
            thread.join(5)

        stack.callback(stop)

    def _wait_for_campaign(self) -> UUID:
        for _ in _poll():
            with self._db.read() as session:
                found = recent_campaigns(session, 1)
                runs = recent_runs(session, None, 1)
            if found:
                return found[0].id
            if runs and runs[0].reason and runs[0].state in ("skipped", "missed"):
                raise Permanent(f"The run was {runs[0].state}: {runs[0].reason}")
        raise Permanent("No campaign began; the log above says why.")

    def _wait_until_sent(self, campaign_id: UUID) -> CampaignReport:
        wanted = len(PEOPLE)
        with progress("   Sending", total=wanted) as advance:
            shown = 0
            for _ in _poll():
                report = campaign_status(self._db, campaign_id, utc_now())
                sent = report.counts.get(DeliveryState.SENT, 0)
                advance(sent - shown)
                shown = sent
                waits = report.counts.get(DeliveryState.DEFERRED, 0)
                done = report.state is CampaignState.DONE
                if done or (report.roster and sent + waits + _ended(report) == report.roster):
                    return report
        raise Permanent(f"Only {shown} mails were sent in {PATIENCE_SECONDS} s.")

    def _show_edition(self, report: CampaignReport) -> None:
        with self._db.read() as session:
            content = find_edition(session, report.edition).content
            excluded = find_edition(session, report.edition).excluded
        console.print(f"   Subject: {content.subject}", soft_wrap=True)
        for section in content.sections:
            console.print(f"   {section.name or 'First'}: {len(section.briefs)} briefs")
        doubles = sum(len(brief.also) for brief in content.briefs)
        console.print(
            f"   {doubles} brief on both sites became one; {len(content.more)} more are named "
            f"in a line; {len(excluded)} left out, each with its reason"
        )

    def _check_mails(self, campaign_id: UUID) -> None:
        with self._steps.step("Read every mail back and check it"):
            problems = check_inbox(self._inbox, PEOPLE, (LATER,), self._newsroom.pages())
            leave_parts(self._inbox)
            for problem in problems:
                console.print(f"   [red]{problem}[/red]", soft_wrap=True)
            if problems:
                raise Permanent(f"{len(problems)} things are wrong with the mails.")
            n = len(self._inbox.envelopes)
            console.print(f"   {n} mails, each to its own reader alone, nothing wrong")
            audited = audit_campaign(self._db, campaign_id, utc_now())
            console.print(
                f"   audit: roster {audited.roster} = "
                + " + ".join(f"{n} {state.value}" for state, n in audited.counts.items())
                + (", balanced" if audited.balanced else ", NOT balanced")
            )

    def _say_where_to_look(self, campaign_id: UUID) -> None:
        seconds = time.monotonic() - self._steps.began
        with self._db.read() as session:
            failed = next(list_deliveries(session, campaign_id, DeliveryState.FAILED), None)
        first = self._inbox.folder / self._inbox.envelopes[0].file
        console.print(f"\n[bold]Done in {seconds:.1f} s.[/bold] Look at:")
        console.print(f"   {first.with_suffix('.html')}  the mail as HTML", soft_wrap=True)
        console.print(f"   {first.with_suffix('.txt')}  its text part", soft_wrap=True)
        console.print(f"   {first}  the mail as it went out", soft_wrap=True)
        if failed is not None:
            console.print(f"   {failed.address} failed: {failed.reply}", soft_wrap=True)
        console.print(
            f"   DIGEST_HOME={self._folder / 'home'} digest campaign audit latest", soft_wrap=True
        )

    def _stay(self) -> None:
        console.print(
            "\nThe links in the mails work. "
            f"A new brief comes every {NEWS_EVERY_SECONDS} s, an edition every hour; "
            "Ctrl-C ends it."
        )
        while True:
            time.sleep(NEWS_EVERY_SECONDS)
            article = self._newsroom.publish_next(utc_now())
            if article is not None:
                console.print(f"Published: {article.headline}")


def _poll() -> Iterator[None]:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        yield
        time.sleep(0.1)


def _ended(report: CampaignReport) -> int:
    return sum(
        report.counts.get(state, 0)
        for state in (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.SUPPRESSED)
    )
