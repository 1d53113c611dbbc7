"""Claims: how a sender takes deliveries, in one short transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Update, Uuid, bindparam, case, func, update
from sqlalchemy.orm import Session

from digest.domain.address import domain_part
from digest.domain.delivery import Claimed
from digest.domain.ids import message_key
from digest.domain.limits import DomainPace
from digest.domain.quiet_hours import QUIET, Quiet
from digest.domain.states import DeliveryState, SubscriptionState
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import Batch, tally
from digest.store.deliveries import Delivery
from digest.store.due import due_batch, due_rows, due_rows_but, look_again, waiting
from digest.store.engine import db_now
from digest.store.rows import dialect_of, is_among

_ROW = bare_table(Delivery)
MOST_LOOKS = 8  # batches that are looked at in one claim, where something keeps them waiting


def claim_window(
    session: Session,
    *,
    campaign_id: UUID,
    owner: UUID,
    now: datetime,
    size: int,
    lease_seconds: float,
    key_id: UUID | None = None,
    near: UUID | None = None,
    pace: DomainPace | None = None,
    quiet: Quiet | None = None,
) -> list[Claimed]:
    """Take up to ``size`` due deliveries of one batch, for as long as the lease runs.

    ``key_id`` names the keys that sign first tries; a second try keeps those of its first.
    ``near`` is the batch to go on with while it has due rows; next come those that nobody is at.
    ``pace`` leaves rows where they are whose domain has no token; they keep nobody else waiting.
    ``quiet`` puts rows off for whom it is night.

    Whoever was suppressed or left since the roster was frozen is finished here, unsent. An empty
    answer means that nothing is due or may go now, or that the campaign is not sending.
    """
    claim = _Claim(session, owner, now, lease_seconds, key_id, pace, quiet)
    is_slow = pace is not None or quiet is not None
    empty: set[UUID] = set()
    for look in count():
        batch = due_batch(session, campaign_id, now, near)
        if batch is None or batch.id in empty or (is_slow and look == MOST_LOOKS):
            break
        place = {"first": batch.first_id, "last": batch.last_id, "campaign": campaign_id}
        rows = claim.rows(place, size)
        if not rows:
            empty.add(batch.id)
        window = claim.take(batch.id, rows)
        if len(rows) < size:
            claim.set_next_look(place, batch.id, window)
        if window:
            return window
    return []


@dataclass(frozen=True, slots=True)
class _Claim:
    """Who claims, when and how."""

    session: Session
    owner: UUID
    now: datetime
    lease_seconds: float
    key_id: UUID | None
    pace: DomainPace | None
    quiet: Quiet | None

    def rows(self, place: dict[str, UUID], size: int) -> Sequence[Any]:
        given = {**place, "now": self.now, "size": size}
        if shut := self._shut():
            return self.session.execute(due_rows_but(), {**given, "shut": shut}).all()
        return self.session.execute(due_rows(), given).all()

    def take(self, batch_id: UUID, rows: Sequence[Any]) -> list[Claimed]:
        """Claim those of a batch's due rows who may be mailed now, and finish those who may not be
        mailed at all."""
        session, now, key_id = self.session, self.now, self.key_id
        barred = {row.id: why for row in rows if (why := _barred(row, now))}
        awake = self._awake([row for row in rows if row.id not in barred])
        taken = [row for row in awake if self._may_go(row)]
        if taken:
            ids = [row.id for row in taken]
            given = {"ids": ids, "mine": self.owner, "lease": self.lease_seconds, "key": key_id}
            session.execute(_mark_claimed(dialect_of(session)), {**given, "now": now})
        for why in set(barred.values()):
            _close(session, [key for key, value in barred.items() if value == why], why)
        if taken or barred:
            changes = Counter(
                {DeliveryState.SENDING: len(taken), DeliveryState.SUPPRESSED: len(barred)}
            )
            changes.subtract(Counter(row.state for row in taken))
            changes.subtract(Counter(row.state for row in rows if row.id in barred))
            tally(session, batch_id, changes)
        return [_as_claimed(row, batch_id, now, key_id) for row in taken]

    def set_next_look(
        self, place: dict[str, UUID], batch_id: UUID, window: Sequence[Claimed]
    ) -> None:
        """Make a batch due when the earliest of its waiting rows is due and may go."""
        if self.pace is None or not (shut := self._shut()):
            self.session.execute(look_again(), {**place, "batch": batch_id})
            return
        served = {domain_part(claimed.address) for claimed in window}
        looks = []
        for name, next_at, n in self.session.execute(waiting(), {**place, "shut": shut}):
            if name is None or next_at > self.now:
                looks.append(next_at)
            else:
                seconds = self.pace.hold(batch_id, name, n, served=name in served)
                looks.append(self.now + timedelta(seconds=seconds))
        next_at = min(looks, default=None)
        self.session.execute(update(Batch).where(Batch.id == batch_id).values(next_at=next_at))

    def _awake(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Those for whom it is not quiet now; the others wait for the end of that."""
        if self.quiet is None:
            return rows
        until = {row.id: self.quiet.until(row.zone) for row in rows}
        for end in {end for end in until.values() if end is not None}:
            ids = [id_ for id_, its_end in until.items() if its_end == end]
            asleep = update(Delivery).where(Delivery.id.in_(ids))
            self.session.execute(asleep.values(next_at=end, reason=QUIET))
        return [row for row in rows if until[row.id] is None]

    def _shut(self) -> Sequence[str]:
        return self.pace.shut() if self.pace is not None else ()

    def _may_go(self, row: Any) -> bool:
        return self.pace is None or self.pace.admits(domain_part(row.address))


def _barred(row: Any, now: datetime) -> str | None:
    """Why this person must not be mailed after all."""
    if row.suppressed is not None:
        return f"suppressed: {row.suppressed}"
    if row.erased_at is not None:
        return "erased"
    if row.subscription is SubscriptionState.CONFIRMED:
        return None
    if row.subscription is SubscriptionState.PAUSED:
        back = row.paused_until is not None and row.paused_until <= now
        return None if back else "paused"
    return "unsubscribed"


@cache
def _mark_claimed(dialect: str) -> Update:
    is_first = _ROW.c.first_try_at.is_(None)
    return (
        update(_ROW)
        .where(is_among(dialect, _ROW.c.id, "ids"))
        .values(
            state=DeliveryState.SENDING,
            owner=bindparam("mine", type_=Uuid()),
            lease_until=db_now(bindparam("lease", type_=Float())),
            claims=_ROW.c.claims + 1,
            key_id=case((is_first, bindparam("key", type_=Uuid())), else_=_ROW.c.key_id),
            first_try_at=func.coalesce(_ROW.c.first_try_at, bindparam("now", type_=UtcDateTime())),
        )
    )


def _close(session: Session, ids: Sequence[UUID], reason: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(state=DeliveryState.SUPPRESSED, reason=reason)
    )


def _as_claimed(row: Any, batch_id: UUID, now: datetime, key_id: UUID | None) -> Claimed:
    return Claimed(
        id=row.id,
        batch_id=batch_id,
        subscriber_id=row.subscriber_id,
        rendition_id=row.rendition_id,
        address=row.address,
        message_key=message_key(row.campaign_id, row.subscriber_id),
        first_try_at=row.first_try_at or now,
        key_id=row.key_id if row.first_try_at else key_id,
        tries=row.tries,
        doubts=row.doubts,
    )
