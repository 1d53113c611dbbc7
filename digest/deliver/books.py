"""The books of one sender: what it holds, recorded and claimed in one short transaction."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from digest.deliver.dkim import Signer
from digest.deliver.keyring import Keyring
from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.domain.delivery import Claimed, Outcome
from digest.domain.edition import Branding
from digest.domain.limits import DomainPace
from digest.domain.quiet_hours import Quiet, Rule, never_quiet
from digest.domain.reply_window import Block, ReplyWindow
from digest.domain.states import CampaignState, DoubtPolicy, SuppressionReason
from digest.log import about, get_logger
from digest.settings import Settings
from digest.store import audit
from digest.store.campaigns import lock_campaign, next_to_send
from digest.store.claims import Claim, Stretch
from digest.store.editions import get_rendition
from digest.store.engine import Database, Session, StoreUnavailable
from digest.store.one_piece import NotDone, in_one_piece
from digest.store.reply_windows import add_replies
from digest.store.results import Flush, record_all, renew_lease
from digest.store.suppressions import suppress as suppress_address
from digest.store.together import together
from digest.tokens import hash_address
from digest.witness import Witness

LEASE_SECONDS = 30.0
PATIENCE_SECONDS = 60.0  # how long results wait for a database that is away

T = TypeVar("T")
Clock = Callable[[], datetime]
Entry = tuple[Claimed, Outcome]

log = get_logger(__name__)


class Flag(Protocol):
    """Whether a sender is to end: a ``threading.Event``, or one that processes share."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a sender needs to know of its campaign; all of it is frozen."""

    campaign_id: UUID
    list_id: UUID
    origin: Origin
    branding: Branding
    doubt_policy: DoubtPolicy
    quiet_rule: Rule = never_quiet  # when quiet hours end; the hours themselves may change


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one transaction did: which results were still ours, and what was claimed."""

    recorded: Sequence[Entry]
    window: Sequence[Claimed] = ()
    due_in: float | None = None  # seconds; where nothing was claimed: None: there is nothing more


@dataclass(frozen=True, slots=True)
class ClaimLimits:
    """What keeps due rows from being claimed; None: nothing of the kind."""

    pace: DomainPace | None = None
    quiet: Quiet | None = None


ANYBODY = ClaimLimits()


class Books:
    """The database's side of a sender; used from one thread at a time."""

    def __init__(
        self, db: Database, settings: Settings, assignment: Assignment, clock: Clock
    ) -> None:
        self.witness = Witness(settings)
        self._db = db
        self._settings = settings
        self._assignment = assignment
        self._clock = clock
        self._owner = uuid4()
        self._near: Stretch | None = None  # where the last claim found rows
        self._keyring = Keyring(settings, assignment.branding.from_address)
        self._signers: dict[UUID | None, Signer | None] = {}
        self._compiled: dict[UUID, CompiledMessage] = {}

    def build(self, claimed: Claimed, personal: Personal) -> bytes:
        """The message of a claimed delivery, signed as at its first try."""
        compiled = self._compiled[claimed.rendition_id]
        return compiled.build(personal, self._signers[claimed.key_id])

    def exchange(
        self,
        results: Sequence[Entry],
        want: int,
        held: Collection[UUID],
        limits: ClaimLimits,
    ) -> Exchange:
        """Record ``results``, renew the leases of what is ``held``, claim up to ``want`` more."""
        with about(batch=self._near.batch_id if self._near else None):
            if not held and self._is_ordinary(results, want, limits):
                with suppress(NotDone):
                    return self._in_one_piece(results, want)
            return self.patiently(partial(self._exchange, results, want, held, limits))

    def note_replies(self, replies: ReplyWindow) -> bool:
        """Add replies to the campaign's window over all senders, and act on what it shows; says
        whether the campaign is to rest because of it."""
        before, after = self.patiently(
            lambda session, _: add_replies(session, self._assignment.campaign_id, replies)
        )
        if after.is_about_us:
            self._pause(after.sum)
        if after.is_refused and not before.is_refused:
            log.error(
                "many readers refused",
                campaign=self._assignment.campaign_id,
                refused=after.sum.refused,
                of=after.sum.replies,
            )
        return after.is_about_us

    def _pause(self, counts: Block) -> None:
        """Relays turn us away: what is left waits until somebody has looked."""
        why = f"relays turn us away: {counts.about_us} of the last {counts.replies} replies"

        def pause(session: Session, now: datetime) -> bool:
            campaign = lock_campaign(session, self._assignment.campaign_id)
            if campaign.state is not CampaignState.SENDING:
                return False
            campaign.move(CampaignState.PAUSED, why)
            audit.record(
                session,
                now=now,
                actor="service",
                action="paused",
                noun="campaign",
                noun_id=campaign.id,
                after={"reason": why},
            )
            return True

        if self.patiently(pause):
            log.error("campaign paused", campaign=self._assignment.campaign_id, reason=why)

    def patiently(self, work: Callable[[Session, datetime], T]) -> T:
        """Do ``work`` in one transaction. Where the database is away this waits for it, since
        mails are out that must be recorded; ``StoreUnavailable`` when it stays away."""
        end, pause = monotonic() + PATIENCE_SECONDS, 0.1
        while True:
            now = self._clock()
            try:
                with self._db.begin() as session:
                    return work(session, now)
            except StoreUnavailable as error:
                if monotonic() > end:
                    raise
                log.warning("results wait for the database", error=str(error))
                sleep(pause)
                pause = min(2 * pause, 5.0)

    def _is_ordinary(self, results: Sequence[Entry], want: int, limits: ClaimLimits) -> bool:
        """Whether all that has to be done can be said to PostgreSQL at once."""
        return (
            not self._db.is_sqlite
            and limits == ANYBODY
            and (not want or self._near is not None)
            and self._keyring.is_fresh
            and not any(outcome.suppress for _, outcome in results)
        )

    def _in_one_piece(self, results: Sequence[Entry], want: int) -> Exchange:
        """As nearly all exchanges go: the database is waited for once. Raises ``NotDone``."""
        near = self._near if want else None
        claim = self._claim(self._keyring.seen, want, ANYBODY, self._clock())
        with in_one_piece(self._db) as line:
            if results:
                record_all(line, self._owner, results)
            answer = claim.go_on(line, near) if near else None
        if not (near and answer):
            return Exchange(results)
        window, self._near = claim.gone_on(near, answer.rows())
        if not window:
            elsewhere = self.exchange((), want, (), ANYBODY)
            return Exchange(results, elsewhere.window, elsewhere.due_in)
        if not self._can_build(window):
            self.patiently(lambda session, _: self._prepare(session, claim.key_id, window))
        return Exchange(results, window)

    def _can_build(self, window: Sequence[Claimed]) -> bool:
        return {one.rendition_id for one in window} <= self._compiled.keys() and {
            one.key_id for one in window
        } <= self._signers.keys()

    def _exchange(
        self,
        results: Sequence[Entry],
        want: int,
        held: Collection[UUID],
        limits: ClaimLimits,
        session: Session,
        now: datetime,
    ) -> Exchange:
        """The database is waited for twice: for what was ours and what is due near by, and for the
        claim on that."""
        key_id, near = self._keyring.current(session, now), self._near if want else None
        claim = self._claim(key_id, want, limits, now)
        with together(session) as line:
            flush = Flush(line, self._owner, results)
            if held:
                renew_lease(line, self._owner, held, LEASE_SECONDS)
            answer = claim.ask_near(line, near) if near else None
        ours = flush.recorded()
        if len(ours) < len(results):
            with together(session) as line:
                flush.take_back(line, ours)
        recorded = [one for one in results if one[0].id in ours]
        self._suppress(session, recorded, now)
        window: list[Claimed] = []
        if near and answer and (rows := answer.rows()):
            self._prepare(session, key_id, rows)
            with together(session) as line:
                window, self._near = claim.take_near(line, near, rows)
                if window:
                    line.commit()
        if want and not window:
            window, self._near = claim.window(session)
            self._prepare(session, key_id, window)
        due_in = None if window or not want else self._due_in(session, now)
        return Exchange(recorded, window, due_in)

    def _claim(self, key_id: UUID | None, want: int, limits: ClaimLimits, now: datetime) -> Claim:
        return Claim(
            campaign_id=self._assignment.campaign_id,
            owner=self._owner,
            now=now,
            size=want,
            lease_seconds=LEASE_SECONDS,
            key_id=key_id,
            pace=limits.pace,
            quiet=limits.quiet,
        )

    def _prepare(self, session: Session, key_id: UUID | None, rows: Sequence[Any]) -> None:
        """Have ready what building the mails of these rows takes."""
        for used in {key_id, *(row.key_id for row in rows)}:
            self._signers[used] = self._keyring.signer(session, used)
        for rendition_id in {row.rendition_id for row in rows} - self._compiled.keys():
            rendition = get_rendition(session, rendition_id)
            self._compiled[rendition_id] = CompiledMessage(
                rendition, self._assignment.branding, self._assignment.origin
            )

    def _due_in(self, session: Session, now: datetime) -> float | None:
        next_at = next_to_send(session, self._assignment.campaign_id)
        return (next_at - now).total_seconds() if next_at else None

    def _suppress(self, session: Session, recorded: Sequence[Entry], now: datetime) -> None:
        for claimed, outcome in recorded:
            if outcome.suppress:
                suppress_address(
                    session,
                    address_hash=hash_address(self._settings, claimed.address),
                    address=claimed.address,
                    reason=SuppressionReason.HARD_BOUNCE,
                    now=now,
                    note=outcome.reply,
                )
