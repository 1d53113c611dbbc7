"""Throttles: how fast mail may go to a relay, to a recipient domain or for a campaign, and the
tokens of that rate.

A row is shared by all processes on all hosts. Tokens are by the database's clock.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.limits import Limits
from digest.domain.rate import EACH_DOMAIN, Grant, Key, Scope, parse_rate, take_chunk
from digest.domain.slowdown import Slowdown, slowed_down
from digest.domain.warm_up import WarmUp
from digest.store.base import AsJson, Row, text_enum
from digest.store.engine import database_time, db_now, insert_for


class Throttle(Row):
    """The rate of a relay or campaign (by its id) or a domain; ``*`` is each domain without its
    own."""

    __tablename__ = "throttle"

    scope: Mapped[Scope] = mapped_column(text_enum(Scope), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    rate: Mapped[str | None]  # domain.rate.parse_rate
    warm_up: Mapped[WarmUp | None] = mapped_column(AsJson(WarmUp))
    slowdown: Mapped[Slowdown | None] = mapped_column(AsJson(Slowdown))  # because it asked for it

    free_at: Mapped[datetime | None]  # when the next token is free
    day: Mapped[int] = mapped_column(default=0)  # of the warm-up
    day_taken: Mapped[int] = mapped_column(default=0)  # tokens of that day

    @property
    def key(self) -> Key:
        return self.scope, self.name

    def present_rate(self, at: datetime, each_domain: float | None = None) -> float | None:
        """Mails a second; None: without limit."""
        own = parse_rate(self.rate).per_second if self.rate else None
        if own is None and self.scope is Scope.DOMAIN and self.name != EACH_DOMAIN:
            own = each_domain
        slow = self.slowdown.present_rate(at) if self.slowdown else None
        rates = [rate for rate in (own, slow) if rate is not None]
        return min(rates) if rates else None

    def left_today(self, now: datetime) -> int | None:
        """What is left of the warm-up's day; None: as much as you like."""
        allowed = self.warm_up.allowance(now) if self.warm_up else None
        if allowed is None or self.warm_up is None:
            return None
        return allowed - (self.day_taken if self.day == self.warm_up.day(now) else 0)

    def take(self, at: datetime, now: datetime, each_domain: float | None) -> Grant:
        """Take a chunk of tokens."""
        left = self.left_today(now)
        grant = take_chunk(self.present_rate(at, each_domain), self.free_at, at, left)
        self.free_at = grant.free_at
        if left is not None and self.warm_up is not None:
            self._count(grant.tokens, self.warm_up.day(now))
            if left <= grant.tokens:
                until_morning = (self.warm_up.next_day(now) - now).total_seconds()
                return Grant(grant.tokens, grant.free_at, until_morning)
        return grant

    def _count(self, tokens: int, day: int) -> None:
        self.day_taken = tokens + (self.day_taken if self.day == day else 0)
        self.day = day


def find_throttle(session: Session, key: Key) -> Throttle | None:
    return session.get(Throttle, key)


def have_throttle(session: Session, key: Key) -> Throttle:
    """The row of a relay, domain or campaign, made where there is none, held until the transaction
    ends."""
    _make(session, [key])
    return _locked(session, [key])[0]


def forget_throttle(session: Session, key: Key) -> None:
    """Take a limit away together with what it remembers."""
    scope, name = key
    session.execute(delete(Throttle).where(Throttle.scope == scope, Throttle.name == name))


def throttles_in_force(session: Session) -> Sequence[Throttle]:
    """All rows that limit something by themselves."""
    limiting = or_(
        Throttle.rate.is_not(None), Throttle.slowdown.is_not(None), Throttle.warm_up.is_not(None)
    )
    return session.scalars(
        select(Throttle).where(limiting).order_by(Throttle.scope, Throttle.name)
    ).all()


def read_limits(session: Session, now: datetime) -> Limits:
    """The rates that hold just now."""
    rows = throttles_in_force(session)
    if not rows:
        return Limits()
    at = database_time(session)
    each = _each_domain(rows, at)
    rates = {row.key: rate for row in rows if (rate := _effective(row, at, now, each)) is not None}
    rates.pop((Scope.DOMAIN, EACH_DOMAIN), None)
    return Limits(rates, each)


def take_tokens(session: Session, keys: Collection[Key], now: datetime) -> dict[Key, Grant]:
    """Take a chunk for each of ``keys``, in one go; zero tokens where none is free yet."""
    _make(session, keys)
    rows = _locked(session, keys)
    every = find_throttle(session, (Scope.DOMAIN, EACH_DOMAIN))
    at = database_time(session)
    each = _each_domain([every] if every else [], at)
    return {row.key: row.take(at, now, each) for row in rows}


def return_tokens(session: Session, unused: Mapping[Key, int]) -> None:
    """Give tokens back, so that others may have them."""
    at = database_time(session)
    for row in _locked(session, unused.keys()):
        tokens = unused[row.key]
        row.day_taken = max(0, row.day_taken - tokens)
        rate = row.present_rate(at)
        if rate and row.free_at is not None:
            row.free_at -= timedelta(seconds=tokens / rate)


def slow_down(session: Session, key: Key, rate: float, why: str) -> Slowdown | None:
    """Note that a relay or domain asks for less, at a rate of ``rate`` so far; None where it was
    slowed down a moment ago."""
    row = have_throttle(session, key)
    every = find_throttle(session, (Scope.DOMAIN, EACH_DOMAIN))
    at = database_time(session)
    present = row.present_rate(at, _each_domain([every] if every else [], at))
    new = slowed_down(row.slowdown, present or rate, at, why)
    if new == row.slowdown:
        return None
    row.slowdown = new
    return new


def forget_idle(session: Session) -> None:
    """Take away the rows of domains that say nothing any more."""
    at = database_time(session)
    for row in throttles_in_force(session):
        if row.slowdown is not None and row.slowdown.present_rate(at) is None:
            row.slowdown = None
    session.flush()
    session.execute(
        delete(Throttle).where(
            Throttle.scope == Scope.DOMAIN,
            Throttle.rate.is_(None),
            Throttle.slowdown.is_(None),
            or_(Throttle.free_at.is_(None), Throttle.free_at < db_now(-3600)),
        )
    )


def _effective(
    row: Throttle, at: datetime, now: datetime, each_domain: float | None
) -> float | None:
    rate = row.present_rate(at, each_domain)
    return math.inf if rate is None and row.left_today(now) is not None else rate


def _each_domain(rows: Sequence[Throttle], at: datetime) -> float | None:
    every = next((row for row in rows if row.key == (Scope.DOMAIN, EACH_DOMAIN)), None)
    return every.present_rate(at) if every else None


def _make(session: Session, keys: Collection[Key]) -> None:
    """The rows that are not there yet."""
    rows = [
        {"scope": scope, "name": name, "day": 0, "day_taken": 0} for scope, name in sorted(keys)
    ]
    session.execute(insert_for(session, Throttle).values(rows).on_conflict_do_nothing())


def _locked(session: Session, keys: Collection[Key]) -> Sequence[Throttle]:
    """In one order, so that no two wait for each other."""
    ordered = select(Throttle).where(_is_one_of(keys)).order_by(Throttle.scope, Throttle.name)
    return session.scalars(
        ordered.with_for_update().execution_options(populate_existing=True)
    ).all()


def _is_one_of(keys: Collection[Key]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(Throttle.scope == scope, Throttle.name.in_([k[1] for k in keys if k[0] is scope]))
            for scope in Scope
        )
    )
