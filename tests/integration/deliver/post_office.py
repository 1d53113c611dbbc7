"""A campaign, a faulty relay and a clock that the test moves: what stint tests share."""

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from uuid import UUID

import pytest

from digest.actions import relays
from digest.actions.audit_campaign import CampaignReport, audit_campaign
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.relays import add_relay
from digest.actions.tend_campaigns import tend_campaigns
from digest.deliver.pipeline import PipelinedConnection
from digest.deliver.sender import Report
from digest.deliver.smtp_session import Limits
from digest.domain.states import CampaignState
from digest.settings import Settings
from digest.store.deliveries import Delivery, list_deliveries
from digest.store.engine import Database
from digest.store.relays import Relay, find_relay
from tests.builders import NOW
from tests.faults.relay import FaultyRelay

QUICK = Limits(connect=2.0, command=0.3, dot=0.3, goodbye=0.3)


@dataclass
class Clock:
    """Business time; ``watch`` is called each time that somebody looks."""

    now: datetime = NOW
    watch: list = field(default_factory=list)

    def __call__(self) -> datetime:
        for act in self.watch:
            act()
        return self.now

    def step(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class PostOffice:
    """A database whose mail goes to a faulty relay."""

    db: Database
    settings: Settings
    relay: FaultyRelay
    clock: Clock = field(default_factory=Clock)

    def deliver(self, campaign_id: UUID, seconds: float = 30) -> Report:
        return deliver_campaign(
            self.db,
            self.settings,
            campaign_id,
            clock=self.clock,
            stop=threading.Event(),
            seconds=seconds,
        )

    def tend(self) -> None:
        tend_campaigns(self.db, self.clock.now)

    def finish(self, campaign_id: UUID, *, minutes: float = 5, rounds: int = 60) -> CampaignReport:
        """Deliver and step the clock until the campaign is done; gives its audit."""
        for _ in range(rounds):
            self.deliver(campaign_id)
            self.tend()
            report = self.audit(campaign_id)
            if report.state is CampaignState.DONE:
                return report
            self.clock.step(minutes=minutes)
        raise AssertionError(f"not done after {rounds} rounds: {report}")

    def audit(self, campaign_id: UUID) -> CampaignReport:
        report = audit_campaign(self.db, campaign_id, self.clock.now)
        assert report.balanced, report.problems
        return report

    def rows(self, campaign_id: UUID) -> dict[str, Delivery]:
        with self.db.read() as session:
            return {row.address: row for row in list_deliveries(session, campaign_id)}

    def relay_row(self) -> Relay:
        with self.db.read() as session:
            return find_relay(session, "main")

    def judge(self, campaign_id: UUID) -> CampaignReport:
        """The ledger against the database: nobody lost, copies at most those named."""
        report = self.audit(campaign_id)
        rows, copies = self.rows(campaign_id), self.relay.copies
        assert set(copies) <= set(rows)
        for address, row in rows.items():
            assert row.state not in ("queued", "sending", "deferred"), (address, row.state)
            if row.state == "sent":
                assert copies[address] >= 1, f"lost: {address}"
            elif row.state != "uncertain":
                assert row.reason, f"without a reason: {address}"
                assert copies[address] == 0, f"{address} is {row.state} and was mailed"
            assert copies[address] <= 1 + bool(row.doubts), f"unnamed copy: {address}"
            assert copies[address] <= 2, f"three to {address}"
        assert all(len(sums) == 1 for sums in self.relay.sums.values()), "copies differ"
        assert all(entry.bare == 0 for entry in self.relay.ledger)
        assert report.possible_copies == sum(1 for row in rows.values() if row.doubts)
        return report


def open_post_office(
    db: Database,
    settings: Settings,
    relay: FaultyRelay,
    monkeypatch: pytest.MonkeyPatch,
    limits: Limits = QUICK,
) -> PostOffice:
    """Time limits are short, and ``relay`` is the only one in use."""
    quick = partial(PipelinedConnection, limits=limits)
    monkeypatch.setattr(relays, "PipelinedConnection", quick)
    add_relay(db, settings, name="main", url=relay.url, now=NOW, actor="test")
    return PostOffice(db, settings, relay)


def shared_part(content: bytes) -> str:
    """What of a message is the same for all readers: no recipient, no Message-ID, no tokens."""
    message = message_from_bytes(content, policy=default)
    for own in ("To", "Message-ID", "List-Unsubscribe"):
        del message[own]
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return str(message.items()) + re.sub(r"https://news\.example/[up]/[\w.-]+", "", "".join(parts))
