"""A stint: one process works through a campaign for a while, window by window.

Claim a window, send it, flush what became of it; the database is the queue. Only what is claimed
and not flushed when the process dies is in doubt.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic, sleep
from uuid import UUID, uuid4

from digest.deliver.dkim import Signer
from digest.deliver.keyring import Keyring
from digest.deliver.lease import SECONDS, Lease
from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.deliver.recipients import is_allowed
from digest.deliver.replies import decide, decide_doubt
from digest.deliver.transport import InDoubt, Mail, RelayDown, Transport
from digest.domain.delivery import Claimed, Outcome
from digest.domain.edition import Branding
from digest.domain.states import DeliveryState, DoubtPolicy, SuppressionReason
from digest.log import get_logger
from digest.settings import Settings
from digest.store.claims import claim_window
from digest.store.editions import get_rendition
from digest.store.engine import Database, StoreUnavailable
from digest.store.results import flush_outcomes, renew_lease
from digest.store.suppressions import suppress
from digest.tokens import Tokens, hash_address

WINDOW = 50  # deliveries claimed at once: what a crash can put in doubt
WINDOW_SECONDS = 2.0  # a window holds at most this much work at the present rate
FLUSH_RETRY_SECONDS = 60.0

Clock = Callable[[], datetime]
Claim = tuple[Claimed, Outcome]

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a stint needs to know of its campaign; all of it is frozen."""

    campaign_id: UUID
    list_id: UUID
    origin: Origin
    branding: Branding
    doubt_policy: DoubtPolicy


@dataclass(slots=True)
class Report:
    """What a stint did. ``relay_error`` is why it stopped early, where the relay made it."""

    counts: dict[DeliveryState, int] = field(default_factory=dict)
    stale: int = 0  # results that came after the lease had gone to somebody else
    relay_error: str | None = None

    def add(self, state: DeliveryState) -> None:
        self.counts[state] = self.counts.get(state, 0) + 1


class Stint:
    """One process's work on one campaign."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        assignment: Assignment,
        transport: Transport,
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        self._db = db
        self._settings = settings
        self._assignment = assignment
        self._transport = transport
        self._clock = clock
        self._stop = stop
        self._owner = uuid4()
        self._tokens = Tokens(settings.secret)
        self._keyring = Keyring(settings, assignment.branding)
        self._signers: dict[UUID | None, Signer | None] = {}
        self._compiled: dict[UUID, CompiledMessage] = {}
        self._rate = float(WINDOW)  # messages a second, as of the last window
        self._dice = random.Random(self._owner.int)  # noqa: S311 - jitter, not secrets
        self.report = Report()

    def work(self, seconds: float) -> Report:
        """Send until nothing is due, the time is up, the relay fails, or ``stop`` is set."""
        end = monotonic() + seconds
        while monotonic() < end and not self._stop.is_set() and self.report.relay_error is None:
            asked_at = monotonic()
            window = self._claim()
            if not window:
                break
            with Lease(asked_at, partial(self._renew, window)) as lease:
                self._flush(self._send_window(window, lease))
            self._rate = len(window) / max(monotonic() - asked_at, 0.001)
        return self.report

    def _claim(self) -> list[Claimed]:
        size = max(1, min(WINDOW, int(self._rate * WINDOW_SECONDS)))
        now = self._clock()
        with self._db.begin() as session:
            window = claim_window(
                session,
                campaign_id=self._assignment.campaign_id,
                owner=self._owner,
                now=now,
                size=size,
                lease_seconds=SECONDS,
                key_id=self._keyring.current(session, now),
            )
            for key_id in {claimed.key_id for claimed in window}:
                self._signers[key_id] = self._keyring.signer(session, key_id)
            for rendition_id in {claimed.rendition_id for claimed in window}:
                if rendition_id not in self._compiled:
                    rendition = get_rendition(session, rendition_id)
                    self._compiled[rendition_id] = CompiledMessage(
                        rendition, self._assignment.branding, self._assignment.origin
                    )
        return window

    def _renew(self, window: list[Claimed]) -> None:
        with self._db.begin() as session:
            renew_lease(session, self._owner, [claimed.id for claimed in window], SECONDS)

    def _send_window(self, window: list[Claimed], lease: Lease) -> list[Claim]:
        """An outcome for each; those that were not tried go back as they were."""
        outcomes: list[Claim] = []
        for claimed in window:
            may_send = lease.holds and not self._stop.is_set() and not self.report.relay_error
            outcomes.append((claimed, self._send(claimed) if may_send else self._untried()))
        return outcomes

    def _send(self, claimed: Claimed) -> Outcome:
        if not is_allowed(self._settings, claimed.address):
            reason = "not among DIGEST_ALLOWED_RECIPIENTS"
            return Outcome(DeliveryState.SUPPRESSED, reason=reason, tried=False)
        try:
            reply = self._transport.send(self._mail(claimed))
        except RelayDown as error:
            self.report.relay_error = str(error)
            return self._untried()
        except InDoubt as error:
            policy = self._assignment.doubt_policy
            return decide_doubt(claimed, policy, self._clock(), str(error))
        return decide(reply, claimed, self._clock(), self._dice)

    def _untried(self) -> Outcome:
        return Outcome(DeliveryState.QUEUED, next_at=self._clock(), tried=False)

    def _mail(self, claimed: Claimed) -> Mail:
        token = self._tokens.subscription(claimed.subscriber_id, self._assignment.list_id)
        base = self._settings.public_url
        personal = Personal(
            address=claimed.address,
            message_key=claimed.message_key,
            date=claimed.first_try_at,
            unsubscribe_url=f"{base}/u/{token}",
            preferences_url=f"{base}/p/{token}",
        )
        local_part = self._tokens.return_path(claimed.id)
        return Mail(
            return_path=f"{local_part}@{self._assignment.branding.bounce_domain}",
            recipient=claimed.address,
            content=self._compiled[claimed.rendition_id].build(
                personal, self._signers[claimed.key_id]
            ),
        )

    def _flush(self, outcomes: list[Claim]) -> None:
        """Record the window; where the database is away, wait for it: the mails are out."""
        end, pause = monotonic() + FLUSH_RETRY_SECONDS, 0.1
        while True:
            try:
                recorded = self._record(outcomes)
                break
            except StoreUnavailable as error:
                if monotonic() > end:
                    raise
                log.warning("results wait for the database", error=str(error))
                sleep(pause)
                pause = min(2 * pause, 5.0)
        for claimed, outcome in outcomes:
            if claimed.id in recorded:
                self.report.add(outcome.state)
        self.report.stale += len(outcomes) - len(recorded)

    def _record(self, outcomes: list[Claim]) -> set[UUID]:
        with self._db.begin() as session:
            recorded = flush_outcomes(session, self._owner, outcomes)
            for claimed, outcome in outcomes:
                if outcome.suppress and claimed.id in recorded:
                    suppress(
                        session,
                        address_hash=hash_address(self._settings, claimed.address),
                        address=claimed.address,
                        reason=SuppressionReason.HARD_BOUNCE,
                        now=self._clock(),
                        note=outcome.reply,
                    )
        return recorded
