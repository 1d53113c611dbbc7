"""List days: how many people a list had on a day, came to it, and left it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import SubscriptionState
from digest.store.base import Row
from digest.store.engine import insert_for
from digest.store.subscribers import Subscription


class ListDay(Row):
    """One day of a list, by the list's clocks."""

    __tablename__ = "list_day"

    list_id: Mapped[UUID] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    subscribers: Mapped[int]  # confirmed, when it was last counted
    joined: Mapped[int]
    gone: Mapped[int]
    counted_at: Mapped[datetime]


def last_counted(session: Session) -> dict[UUID, datetime]:
    """When each list was counted last."""
    newest = select(ListDay.list_id, func.max(ListDay.counted_at)).group_by(ListDay.list_id)
    return dict(session.execute(newest).all())


def count_day(
    session: Session, list_id: UUID, day: date, began: datetime, until: datetime, now: datetime
) -> None:
    """Count a list's people, and who came and left in [began, until); written for ``day``."""
    state = Subscription.state

    sums = select(
        _number(state == SubscriptionState.CONFIRMED),
        _number((Subscription.confirmed_at >= began) & (Subscription.confirmed_at < until)),
        _number(
            (state == SubscriptionState.UNSUBSCRIBED)
            & (Subscription.ended_at >= began)
            & (Subscription.ended_at < until)
        ),
    ).where(Subscription.list_id == list_id)
    subscribers, joined, gone = session.execute(sums).one()
    counts = {"subscribers": subscribers, "joined": joined, "gone": gone, "counted_at": now}
    new = insert_for(session, ListDay).values({"list_id": list_id, "day": day, **counts})
    session.execute(new.on_conflict_do_update(index_elements=["list_id", "day"], set_=counts))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def days_of(session: Session, since: date) -> Sequence[ListDay]:
    """The days of all lists since then, the oldest first."""
    found = select(ListDay).where(ListDay.day >= since).order_by(ListDay.day)
    return session.scalars(found).all()
