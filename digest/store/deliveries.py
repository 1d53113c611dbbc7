"""Deliveries: one row for each person of a campaign's roster. The ledger that must add up.

Rows are found by batch ranges of the primary key, so that changing a row's state touches no index.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    SQLColumnExpression,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import CLAIMABLE_DELIVERY_STATES, DeliveryState, Feedback
from digest.store.base import Row, id_column, text_enum
from digest.store.campaigns import Batch, Campaign
from digest.store.editions import RenditionRow
from digest.store.rows import dialect_of
from digest.store.subscribers import Subscriber

MAX_DOUBTS = 2  # after two doubtful tries a row is never sent again: nobody gets three


class Delivery(Row):
    """One campaign × one subscriber."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "campaign_id"),  # and a person's timeline by index
        # Pages keep room for what a claim and a result write: updates stay on their page and touch
        # no index. A migration has it vacuumed when 2 % of it is dead, not 20 %.
        {"postgresql_with": {"fillfactor": 45}},
    )

    id: Mapped[UUID] = id_column()
    # No foreign keys: docs/adr/0018-the-ledger-has-no-foreign-keys.md
    campaign_id: Mapped[UUID]
    subscriber_id: Mapped[UUID]
    rendition_id: Mapped[UUID | None]
    address: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(text_enum(DeliveryState))
    reason: Mapped[str | None]
    feedback: Mapped[Feedback] = mapped_column(text_enum(Feedback), default=Feedback.NONE)
    next_at: Mapped[datetime]

    owner: Mapped[UUID | None]  # the process that holds it
    lease_until: Mapped[datetime | None]  # by the database's clock
    claims: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)

    first_try_at: Mapped[datetime | None]
    key_id: Mapped[UUID | None]  # the signing key of the first try
    relay_id: Mapped[UUID | None]
    reply: Mapped[str | None]
    sent_at: Mapped[datetime | None]


def get_delivery(session: Session, delivery_id: UUID) -> Delivery | None:
    """One delivery, locked: others decide on it after this transaction."""
    return session.get(Delivery, delivery_id, with_for_update=True)


class Span(Protocol):
    """What a batch says of where its rows lie, as a row or as the columns of an outer query."""

    @property
    def campaign_id(self) -> Any: ...
    @property
    def first_id(self) -> Any: ...
    @property
    def last_id(self) -> Any: ...


def in_batch(batch: Span | type[Batch]) -> ColumnElement[bool]:
    """The rows that lie in a batch."""
    return and_(
        Delivery.id.between(batch.first_id, batch.last_id),
        Delivery.campaign_id == batch.campaign_id,
    )


def of_campaign(campaign_id: UUID) -> ColumnElement[bool]:
    """A campaign's rows, found by the range of ids that its batches span."""
    first, last = _ends(campaign_id)
    return and_(Delivery.id.between(first, last), Delivery.campaign_id == campaign_id)


def _ends(campaign_id: UUID) -> tuple[ScalarSelect[UUID], ScalarSelect[UUID]]:
    """The first and the last id of that range."""
    mine = select(Batch).where(Batch.campaign_id == campaign_id)
    first = mine.with_only_columns(Batch.first_id).order_by(Batch.position).limit(1)
    last = mine.with_only_columns(Batch.last_id).order_by(Batch.position.desc()).limit(1)
    return first.scalar_subquery(), last.scalar_subquery()


def list_deliveries(
    session: Session, campaign_id: UUID, state: DeliveryState | None = None
) -> Iterator[Delivery]:
    """A campaign's deliveries in the order of the roster, streamed by batch."""
    batches = select(Batch).where(Batch.campaign_id == campaign_id).order_by(Batch.position)
    if state is not None:
        batches = batches.where(getattr(Batch, state.value) > 0)
    for batch in session.scalars(batches).all():
        rows = select(Delivery).where(in_batch(batch)).order_by(Delivery.id)
        if state is not None:
            rows = rows.where(Delivery.state == state)
        yield from session.scalars(rows)


@dataclass(frozen=True, slots=True)
class RowCounts:
    """A campaign's rows as they were counted one by one, in one pass over them."""

    states: dict[DeliveryState, int]  # those that there are
    unknown: int  # rows in a state that this code doesn't know
    doubted: int  # rows that may have reached somebody more often than the ledger says
    bare: int  # rows that say ``sent`` without the relay's reply or the time
    alike: int  # 0 proves that no two rows have the same address; else two may have

    @property
    def total(self) -> int:
        return sum(self.states.values()) + self.unknown

    def __add__(self, other: "RowCounts") -> "RowCounts":
        states = Counter(self.states)
        states.update(other.states)
        return RowCounts(
            states=dict(states),
            unknown=self.unknown + other.unknown,
            doubted=self.doubted + other.doubted,
            bare=self.bare + other.bare,
            alike=self.alike + other.alike,
        )


def count_rows(session: Session, campaign_id: UUID) -> RowCounts:
    """Count a campaign's deliveries row by row (for the audit)."""
    return count_in(session, of_campaign(campaign_id))


def count_in(session: Session, which: ColumnElement[bool]) -> RowCounts:
    """The same of any rows."""
    is_bare = and_(
        Delivery.state == DeliveryState.SENT,
        or_(Delivery.reply.is_(None), Delivery.sent_at.is_(None)),
    )
    counted = select(
        func.count(),
        func.count().filter(Delivery.doubts > 0),
        func.count().filter(is_bare),
        # But for the FILTER, PostgreSQL 16 and later would sort whole rows, not the marks alone.
        func.count(_mark(session).distinct()).filter(true()),
        *(func.count().filter(Delivery.state == state) for state in DeliveryState),
    )
    total, doubted, bare, marks, *states = session.execute(counted.where(which)).one()
    return RowCounts(
        states={state: n for state, n in zip(DeliveryState, states, strict=True) if n},
        unknown=total - sum(states),
        doubted=doubted,
        bare=bare,
        alike=total - marks,
    )


def _mark(session: Session) -> SQLColumnExpression[Any]:
    """What equal addresses have in common: PostgreSQL's hash of 64 bits, for it sorts numbers four
    times as fast as text; SQLite has no such function."""
    if dialect_of(session) == "postgresql":
        return func.hashtextextended(Delivery.address, 0)
    return Delivery.address


def possible_copies(
    session: Session, campaign_id: UUID, most: int | None = None
) -> Sequence[Delivery]:
    """The deliveries that may have reached somebody more often than the ledger says, ``most`` of
    them at most."""
    doubtful = select(Delivery).where(of_campaign(campaign_id), Delivery.doubts > 0)
    return session.scalars(doubtful.order_by(Delivery.id).limit(most)).all()


def repeated_addresses(session: Session, campaign_id: UUID) -> Sequence[str]:
    """Addresses that stand on the roster twice: there must be none."""
    twice = (
        select(Delivery.address)
        .where(of_campaign(campaign_id))
        .group_by(Delivery.address)
        .having(func.count() > 1)
    )
    return session.scalars(twice).all()


def count_founded(session: Session, campaign: Campaign) -> int:
    """Rows whose subscriber is there, and their rendition of the edition: it must be all.

    The ids that bound and fill the search are written into the statement: PostgreSQL sees how many
    rows they mean, and looks up all together what so many refer to, not one by one.
    """
    first, last = session.execute(select(*_ends(campaign.id))).one()
    if first is None:
        return 0
    renditions = select(RenditionRow.id).where(RenditionRow.edition_id == campaign.edition_id)
    has_rendition = Delivery.rendition_id.in_(_written(session.scalars(renditions).all()))
    founded = (
        select(func.count())
        .select_from(Delivery)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(
            Delivery.id.between(_written(first), _written(last)),
            Delivery.campaign_id == campaign.id,
            or_(Delivery.rendition_id.is_(None), has_rendition),
        )
    )
    return session.scalar(founded) or 0


def _written(value: UUID | Sequence[UUID]) -> BindParameter[Any]:
    """Part of a statement's text, not a parameter of it."""
    several = not isinstance(value, UUID)
    return bindparam(None, value, Uuid(), unique=True, expanding=several, literal_execute=True)


def deliveries_to(session: Session, subscriber_id: UUID, limit: int) -> Sequence[Delivery]:
    """One person's deliveries, newest first."""
    theirs = select(Delivery).where(Delivery.subscriber_id == subscriber_id)
    return session.scalars(theirs.order_by(Delivery.id.desc()).limit(limit)).all()


def readdress(session: Session, subscriber_id: UUID, address: str) -> None:
    """Send what still waits for one person to another address; what is in doubt stays as it was,
    since its second try has to be the same mail."""
    waits = update(Delivery).where(
        Delivery.subscriber_id == subscriber_id,
        Delivery.state.in_(CLAIMABLE_DELIVERY_STATES),
        Delivery.doubts == 0,
    )
    session.execute(waits.values(address=address).execution_options(synchronize_session=False))
