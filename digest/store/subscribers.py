"""Subscribers and what each of them is subscribed to."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Index,
    Select,
    UniqueConstraint,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import (
    Mapped,
    Session,
    foreign,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)

from digest.domain.edition import Variant
from digest.domain.errors import NotFound
from digest.domain.states import Stream, SubscriptionState
from digest.store.base import AsJson, Row, id_column, text_enum
from digest.store.lists import MailingList
from digest.store.suppressions import Suppression


class Subscriber(Row):
    """A person's mailbox. ``address`` is the roster key: local part as given, A-label domain."""

    __tablename__ = "subscriber"

    id: Mapped[UUID] = id_column()
    address: Mapped[str | None] = mapped_column(unique=True)  # None once erased
    address_hash: Mapped[str] = mapped_column(index=True)  # joins suppression
    name: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str | None]  # None: the list's
    attributes: Mapped[dict[str, Any]] = mapped_column(AsJson(dict[str, Any]), default=dict)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    subscriptions: Mapped[list["Subscription"]] = relationship(
        primaryjoin=lambda: Subscriber.id == foreign(Subscription.subscriber_id),
        back_populates="subscriber",
        cascade="all, delete-orphan",
        lazy="raise",
    )


class Subscription(Row):
    """A subscriber's place on one list, and the choices made there."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "list_id"),
        Index("ix_subscription_list_id_state_stream", "list_id", "state", "stream"),
    )

    id: Mapped[UUID] = id_column()
    # No foreign keys: docs/adr/0018-the-ledger-has-no-foreign-keys.md
    subscriber_id: Mapped[UUID]
    list_id: Mapped[UUID]
    state: Mapped[SubscriptionState] = mapped_column(text_enum(SubscriptionState))
    stream: Mapped[Stream] = mapped_column(text_enum(Stream), default=Stream.EACH)
    local_hour: Mapped[int | None]  # 0 to 23; None: at the run
    timezone: Mapped[str | None]  # None: the subscriber's, else the list's
    variant: Mapped[str]  # Variant.key: topics, language, text only
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    alive_at: Mapped[datetime | None]  # when they last did something on their own page
    asked_to_stay_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None]

    subscriber: Mapped[Subscriber] = relationship(
        primaryjoin=lambda: Subscriber.id == foreign(Subscription.subscriber_id),
        back_populates="subscriptions",
        lazy="raise",
    )
    mailing_list: Mapped[MailingList] = relationship(
        primaryjoin=lambda: MailingList.id == foreign(Subscription.list_id), lazy="raise"
    )

    @property
    def choices(self) -> Variant:
        """Topics, language and text-only choice."""
        return Variant.from_key(self.variant)

    @choices.setter
    def choices(self, value: Variant) -> None:
        self.variant = value.key


def find_subscriber(session: Session, address: str) -> Subscriber:
    """The subscriber of that roster key with all subscriptions."""
    subscriber = session.scalar(_whole().where(Subscriber.address == address))
    if subscriber is None:
        raise NotFound(f"There is no subscriber {address}.")
    return subscriber


def address_of(session: Session, subscriber_id: UUID) -> str:
    """Where somebody gets mail; ``NotFound`` where they are unknown, or erased."""
    address = session.scalar(select(Subscriber.address).where(Subscriber.id == subscriber_id))
    if address is None:
        raise NotFound(f"There is no subscriber {subscriber_id}.")
    return address


def get_subscriber(session: Session, subscriber_id: UUID) -> Subscriber | None:
    return session.get(Subscriber, subscriber_id)


def hashes_of(session: Session, subscriber_ids: Collection[UUID]) -> dict[UUID, str]:
    """The keyed hash of each one's address, of the erased ones, too."""
    found = select(Subscriber.id, Subscriber.address_hash).where(Subscriber.id.in_(subscriber_ids))
    return dict(session.execute(found).all())


def address_by_hash(session: Session, address_hash: str) -> str | None:
    """The address that a keyed hash was made of, where somebody here has it."""
    known = Subscriber.address_hash == address_hash, Subscriber.address.is_not(None)
    return session.scalar(select(Subscriber.address).where(*known).limit(1))


def subscriber_or_none(session: Session, address: str) -> Subscriber | None:
    return session.scalar(_whole().where(Subscriber.address == address))


def whole_subscriber(session: Session, subscriber_id: UUID) -> Subscriber | None:
    """The subscriber with all subscriptions."""
    return session.scalar(_whole().where(Subscriber.id == subscriber_id))


def get_subscription(session: Session, subscriber_id: UUID, list_id: UUID) -> Subscription | None:
    """One person's place on one list, with both ends loaded."""
    place = select(Subscription).where(
        Subscription.subscriber_id == subscriber_id, Subscription.list_id == list_id
    )
    whole_list = selectinload(Subscription.mailing_list).selectinload(MailingList.cadences)
    ends = selectinload(Subscription.subscriber), whole_list
    return session.scalar(place.options(*ends))


def hold_places(session: Session, places: Collection[tuple[UUID, UUID]]) -> Sequence[Subscription]:
    """These places (subscriber and list), held until the transaction ends, with as much of the
    list as leaving needs; those that aren't there are missing. All hold them in one order."""
    list_says = joinedload(Subscription.mailing_list, innerjoin=True)
    found = select(Subscription).where(
        tuple_(Subscription.subscriber_id, Subscription.list_id).in_(places)
    )
    only = found.options(list_says.load_only(MailingList.sends_goodbye)).order_by(Subscription.id)
    return session.scalars(only.with_for_update(of=Subscription)).all()


def hold_subscription(session: Session, subscription_id: UUID) -> Subscription | None:
    """One by its id, held until the transaction ends."""
    return session.get(Subscription, subscription_id, with_for_update=True)


def subscriptions_of(session: Session, list_id: UUID, limit: int) -> Sequence[Subscription]:
    """The first subscriptions of a list in the order in which people came."""
    of_list = select(Subscription).where(Subscription.list_id == list_id)
    whole = of_list.options(selectinload(Subscription.subscriber)).order_by(Subscription.id)
    return session.scalars(whole.limit(limit)).all()


def stream_subscriptions(
    session: Session, list_id: UUID | None, states: Sequence[SubscriptionState], page: int = 2_000
) -> Iterator[Subscription]:
    """All subscriptions in ``states``, of one list or of all, both ends loaded, a page of them at
    a time in memory. Whoever was erased is not among them."""
    after = UUID(int=0)
    some = (
        select(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.state.in_(states), Subscriber.address.is_not(None))
        .options(selectinload(Subscription.subscriber), selectinload(Subscription.mailing_list))
        .order_by(Subscription.id)
        .limit(page)
    )
    if list_id is not None:
        some = some.where(Subscription.list_id == list_id)
    while found := session.scalars(some.where(Subscription.id > after)).all():
        yield from found
        after = found[-1].id
        session.expunge_all()


class ReaderGroup(NamedTuple):
    """How many readers of a list made the same choices."""

    variant: str
    timezone: str | None  # None: the list's
    local_hour: int | None
    people: int


def groups_at(
    session: Session, list_id: UUID, stream: Stream, at: datetime
) -> Sequence[ReaderGroup]:
    """Who was on a list at a time, by the choices that they have now."""
    home = func.coalesce(Subscription.timezone, Subscriber.timezone)
    came = func.coalesce(Subscription.confirmed_at, Subscription.created_at)
    choices = (Subscription.variant, home, Subscription.local_hour)
    barred = exists().where(
        Suppression.address_hash == Subscriber.address_hash, Suppression.since <= at
    )
    present = (
        select(*choices, func.count())
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.list_id == list_id,
            Subscription.stream == stream,
            Subscription.state != SubscriptionState.PENDING,
            came <= at,
            or_(Subscription.ended_at.is_(None), Subscription.ended_at > at),
            or_(Subscription.paused_until.is_(None), Subscription.paused_until <= at),
            ~barred,
        )
        .group_by(*choices)
    )
    return [ReaderGroup(*row) for row in session.execute(present)]


def silent_since(
    session: Session, list_id: UUID, since: datetime, limit: int
) -> Sequence[Subscription]:
    """Some confirmed ones who did nothing since then, and were not asked to stay."""
    alive = func.coalesce(Subscription.alive_at, Subscription.confirmed_at, Subscription.created_at)
    return _some(session, list_id, limit, alive < since, Subscription.asked_to_stay_at.is_(None))


def asked_before(
    session: Session, list_id: UUID, before: datetime, limit: int
) -> Sequence[Subscription]:
    """Some confirmed ones who were asked to stay before then, and did not answer."""
    return _some(session, list_id, limit, Subscription.asked_to_stay_at < before)


def _some(
    session: Session, list_id: UUID, limit: int, *conditions: ColumnElement[bool]
) -> Sequence[Subscription]:
    found = select(Subscription).where(
        Subscription.list_id == list_id,
        Subscription.state == SubscriptionState.CONFIRMED,
        *conditions,
    )
    whole = found.options(selectinload(Subscription.mailing_list)).limit(limit)
    return session.scalars(whole.with_for_update(skip_locked=True)).all()


def count_by_state(session: Session, list_id: UUID) -> dict[SubscriptionState, int]:
    """How many subscriptions of a list are in each state."""
    counts = (
        select(Subscription.state, func.count())
        .where(Subscription.list_id == list_id)
        .group_by(Subscription.state)
    )
    return dict(session.execute(counts).all())


def _whole() -> Select[Subscriber]:
    return select(Subscriber).options(
        selectinload(Subscriber.subscriptions).selectinload(Subscription.mailing_list)
    )
