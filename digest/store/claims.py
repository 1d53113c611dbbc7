"""Claims: how a sender takes deliveries, in one short transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Update, bindparam, update

from digest.domain.address import domain_part
from digest.domain.delivery import Claimed
from digest.domain.ids import message_key
from digest.domain.limits import DomainPace
from digest.domain.quiet_hours import QUIET, Quiet
from digest.domain.states import DeliveryState
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import tally
from digest.store.deliveries import Delivery
from digest.store.due import (
    DUE_ROWS,
    DUE_ROWS_BUT,
    LOOK_AGAIN,
    LOOK_AT,
    NEAR_ROWS,
    NEAR_ROWS_BUT,
    NEXT_BATCH,
    WAITING,
)
from digest.store.engine import Session
from digest.store.rows import is_among
from digest.store.taking import TAKE, TAKE_NEAR
from digest.store.together import Answer, Statement, Together, together

_ROW = bare_table(Delivery)
MOST_LOOKS = 8  # batches that are looked at in one claim, where something keeps them waiting


@dataclass(frozen=True, slots=True)
class Stretch:
    """A batch, and from where in it rows are looked for; all of these rows belong to it."""

    batch_id: UUID
    first: UUID
    last: UUID
    after: UUID  # rows before this one were claimed already, or are not due


@dataclass(frozen=True, slots=True)
class Claim:
    """Takes up to ``size`` due deliveries of one batch, for as long as the lease runs.

    ``key_id`` names the keys that sign first tries; a second try keeps those of its first.
    ``pace`` leaves rows where they are whose domain has no token; they keep nobody else waiting.
    ``quiet`` puts rows off for whom it is night.

    Whoever was suppressed or left since the roster was frozen is finished here, unsent.
    """

    campaign_id: UUID
    owner: UUID
    now: datetime
    size: int
    lease_seconds: float
    key_id: UUID | None = None
    pace: DomainPace | None = None
    quiet: Quiet | None = None

    def window(self, session: Session) -> tuple[list[Claimed], Stretch | None]:
        """Claim from a batch that is due, preferably one that nobody is at; gives the batch, too.

        Nothing comes where nothing is due or may go now, or the campaign is not sending.
        """
        is_slow = self.pace is not None or self.quiet is not None
        empty: set[UUID] = set()
        for look in count():
            with together(session) as line:
                asked = {"campaign": self.campaign_id, "now": self.now}
                batch = next(iter(line.ask(NEXT_BATCH, asked).rows()), None)
                if batch is None or batch.id in empty or (is_slow and look == MOST_LOOKS):
                    break
                stretch = Stretch(batch.id, batch.first_id, batch.last_id, batch.first_id)
                rows = self._ask(line, DUE_ROWS, DUE_ROWS_BUT, stretch).rows()
                if not rows:
                    empty.add(batch.id)
                window = self._take(line, stretch, rows)
            if window:
                return window, self._rest(stretch, window)
        return [], None

    def ask_near(self, line: Together, stretch: Stretch) -> Answer:
        """Rows of the batch that was claimed from before; none where it is not due, or somebody
        else holds it."""
        return self._ask(line, NEAR_ROWS, NEAR_ROWS_BUT, stretch)

    def take_near(
        self, line: Together, stretch: Stretch, rows: Sequence[Any]
    ) -> tuple[list[Claimed], Stretch]:
        """Claim those that came; where none did, the batch is left as it is."""
        window = self._take(line, stretch, rows) if rows else []
        return window, self._rest(stretch, window)

    def go_on(self, line: Together, stretch: Stretch) -> Answer:
        """The whole claim as one statement, for PostgreSQL and where anybody may go now; the answer
        is for ``gone_on``. Who must not be mailed is left for ``window``."""
        return line.ask(TAKE_NEAR, {**self._asked(stretch), **self._ours()})

    def gone_on(
        self, stretch: Stretch, rows: Sequence[Any]
    ) -> tuple[list[Claimed], Stretch | None]:
        """What that claimed, and where to go on; nowhere when the window isn't full."""
        window = [self._claimed(row, stretch.batch_id) for row in rows]
        if len(window) < self.size:
            return window, None
        return window, replace(stretch, after=window[-1].id)

    def _rest(self, stretch: Stretch, window: Sequence[Claimed]) -> Stretch:
        """Where the next claim looks: behind a full window, else through the whole batch."""
        is_full = len(window) == self.size
        return replace(stretch, after=window[-1].id if is_full else stretch.first)

    def _ask(self, line: Together, all_: Statement, but: Statement, stretch: Stretch) -> Answer:
        given = self._asked(stretch)
        if shut := self._shut():
            return line.ask(but, {**given, "shut": shut})
        return line.ask(all_, given)

    def _asked(self, stretch: Stretch) -> dict[str, Any]:
        """Which rows."""
        rest = {"first": stretch.after, "now": self.now, "size": self.size}
        return {**self._place(stretch), **rest}

    def _ours(self) -> dict[str, Any]:
        """What becomes of them."""
        return {"mine": self.owner, "key": self.key_id, "lease": self.lease_seconds}

    def _place(self, stretch: Stretch) -> dict[str, UUID]:
        return {
            "batch": stretch.batch_id,
            "first": stretch.first,
            "last": stretch.last,
            "campaign": self.campaign_id,
        }

    def _take(self, line: Together, stretch: Stretch, rows: Sequence[Any]) -> list[Claimed]:
        """Claim those of a batch's due rows who may be mailed now, and finish those who may not be
        mailed at all."""
        barred = {row.id: row.barred for row in rows if row.barred is not None}
        awake = self._awake(line, [row for row in rows if row.id not in barred])
        taken = [row for row in awake if self._may_go(row)]
        if taken:
            ids = [row.id for row in taken]
            line.do(TAKE, {"ids": ids, "now": self.now, **self._ours()})
        for why in set(barred.values()):
            ids = [id_ for id_, its_why in barred.items() if its_why == why]
            line.do(_CLOSE, {"ids": ids, "why": why})
        if taken or barred:
            changes = Counter(
                {DeliveryState.SENDING: len(taken), DeliveryState.SUPPRESSED: len(barred)}
            )
            changes.subtract(Counter(row.state for row in taken))
            changes.subtract(Counter(row.state for row in rows if row.id in barred))
            tally(line, stretch.batch_id, changes)
        window = [self._claimed(row, stretch.batch_id) for row in taken]
        if len(rows) < self.size:
            self._set_next_look(line, stretch, window)
        return window

    def _claimed(self, row: Any, batch_id: UUID) -> Claimed:
        is_first = row.first_try_at is None
        return Claimed(
            id=row.id,
            batch_id=batch_id,
            subscriber_id=row.subscriber_id,
            rendition_id=row.rendition_id,
            address=row.address,
            message_key=message_key(self.campaign_id, row.subscriber_id),
            first_try_at=self.now if is_first else row.first_try_at,
            key_id=self.key_id if is_first else row.key_id,
            tries=row.tries,
            doubts=row.doubts,
        )

    def _set_next_look(self, line: Together, stretch: Stretch, window: Sequence[Claimed]) -> None:
        """Make a batch due when the earliest of its waiting rows is due and may go."""
        place = self._place(stretch)
        if self.pace is None or not (shut := self._shut()):
            line.do(LOOK_AGAIN, place)
            return
        served = {domain_part(claimed.address) for claimed in window}
        looks = []
        for domain, next_at, n in line.ask(WAITING, {**place, "shut": shut}).rows():
            if domain is None or next_at > self.now:
                looks.append(next_at)
            else:
                seconds = self.pace.hold(stretch.batch_id, domain, n, served=domain in served)
                looks.append(self.now + timedelta(seconds=seconds))
        line.do(LOOK_AT, {"batch": stretch.batch_id, "at": min(looks, default=None)})

    def _awake(self, line: Together, rows: Sequence[Any]) -> Sequence[Any]:
        """Those for whom it is not quiet now; the others wait for the end of that."""
        if self.quiet is None:
            return rows
        until = {row.id: self.quiet.until(row.zone) for row in rows}
        for end in {end for end in until.values() if end is not None}:
            ids = [id_ for id_, its_end in until.items() if its_end == end]
            line.do(_PUT_OFF, {"ids": ids, "end": end})
        return [row for row in rows if until[row.id] is None]

    def _shut(self) -> list[str]:
        return list(self.pace.shut()) if self.pace is not None else []

    def _may_go(self, row: Any) -> bool:
        return self.pace is None or self.pace.admits(domain_part(row.address))


def _close(dialect: str) -> Update:
    closed = update(_ROW).where(is_among(dialect, _ROW.c.id, "ids"))
    return closed.values(state=DeliveryState.SUPPRESSED, reason=bindparam("why"))


def _put_off(dialect: str) -> Update:
    asleep = update(_ROW).where(is_among(dialect, _ROW.c.id, "ids"))
    return asleep.values(next_at=bindparam("end", type_=UtcDateTime()), reason=QUIET)


_CLOSE, _PUT_OFF = map(Statement, (_close, _put_off))
