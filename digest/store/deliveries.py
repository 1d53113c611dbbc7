"""Deliveries: one row for each person of a campaign's roster. The ledger that must add up.

Rows are found by batch ranges of the primary key, so that changing a row's state touches no index.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, UniqueConstraint, and_, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import CLAIMABLE_DELIVERY_STATES, DeliveryState, Feedback
from digest.store.base import Row, id_column, text_enum
from digest.store.campaigns import Batch
from digest.store.editions import RenditionRow
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


def in_batch(batch: Batch | type[Batch]) -> ColumnElement[bool]:
    """The rows that lie in a batch, or in that of an outer query."""
    return and_(
        Delivery.id.between(batch.first_id, batch.last_id),
        Delivery.campaign_id == batch.campaign_id,
    )


def of_campaign(campaign_id: UUID) -> ColumnElement[bool]:
    """A campaign's rows, found by the range of ids that its batches span."""
    mine = select(Batch).where(Batch.campaign_id == campaign_id)
    first = mine.with_only_columns(Batch.first_id).order_by(Batch.position).limit(1)
    last = mine.with_only_columns(Batch.last_id).order_by(Batch.position.desc()).limit(1)
    return and_(
        Delivery.id.between(first.scalar_subquery(), last.scalar_subquery()),
        Delivery.campaign_id == campaign_id,
    )


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
    doubted: int  # rows that may have reached somebody more often than the ledger says
    bare: int  # rows that say ``sent`` without the relay's reply or the time

    @property
    def total(self) -> int:
        return sum(self.states.values())

    def __add__(self, other: "RowCounts") -> "RowCounts":
        states = Counter(self.states)
        states.update(other.states)
        return RowCounts(dict(states), self.doubted + other.doubted, self.bare + other.bare)


def count_rows(session: Session, campaign_id: UUID) -> RowCounts:
    """Count a campaign's deliveries row by row (for the audit)."""
    return count_in(session, of_campaign(campaign_id))


def count_in(session: Session, which: ColumnElement[bool]) -> RowCounts:
    """The same of any rows."""
    has_no_proof = or_(Delivery.reply.is_(None), Delivery.sent_at.is_(None))
    rows = session.execute(
        select(
            Delivery.state,
            func.count(),
            func.count().filter(Delivery.doubts > 0),
            func.count().filter(Delivery.state == DeliveryState.SENT, has_no_proof),
        )
        .where(which)
        .group_by(Delivery.state)
    ).all()
    return RowCounts(
        states={state: n for state, n, _, _ in rows},
        doubted=sum(doubted for _, _, doubted, _ in rows),
        bare=sum(bare for _, _, _, bare in rows),
    )


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


def count_astray(session: Session, campaign_id: UUID) -> int:
    """Rows whose subscriber or rendition isn't there: there must be none."""
    to_nobody = ~exists().where(Subscriber.id == Delivery.subscriber_id)
    of_nothing = ~exists().where(RenditionRow.id == Delivery.rendition_id)
    refers_nowhere = or_(to_nobody, and_(Delivery.rendition_id.is_not(None), of_nothing))
    astray = select(func.count()).where(of_campaign(campaign_id), refers_nowhere)
    return session.scalar(astray) or 0


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
