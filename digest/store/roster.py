"""The roster: who a campaign goes to, frozen in one statement when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    case,
    column,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from digest.domain.ids import id_series
from digest.domain.segment import parse_segment
from digest.domain.states import DeliveryState, Feedback, Stream, SubscriptionState
from digest.store.base import UtcDateTime
from digest.store.batches import cut_batches
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.engine import numbered_id
from digest.store.lists import MailingList
from digest.store.rows import dialect_of, rows_table
from digest.store.segments import condition
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression

SORTED_IN = "64MB"  # of PostgreSQL's memory: a roster of some 500,000; beyond that on its disk


@dataclass(frozen=True, slots=True)
class Roster:
    """How a campaign's people become rows."""

    campaign_id: UUID
    list_id: UUID
    stream: Stream
    now: datetime
    renditions: Mapping[str, UUID | None]  # variant → rendition; None: nothing in their topics
    fallback: UUID | None  # the rendition for variants that have none of their own
    due: Mapping[tuple[str | None, int], datetime]  # (zone or None: the list's, hour) → due time
    batch_size: int = 1000
    dedupe_group: str | None = None
    day_began: datetime | None = None  # of the dedupe group's day
    reached_by: UUID | None = None  # a campaign: only those whom it was sent to
    segment: str | None = None  # only those whom it means


def variants_present(
    session: Session,
    list_id: UUID,
    stream: Stream,
    now: datetime,
    reached_by: UUID | None = None,
    segment: str | None = None,
) -> list[str]:
    """The variants of those who would be on the roster, the most frequent first."""
    present = (
        _eligible(select(Subscription.variant), list_id, stream, now, reached_by, segment)
        .group_by(Subscription.variant)
        .order_by(func.count().desc(), Subscription.variant)
    )
    return list(session.scalars(present))


def hours_present(
    session: Session, list_id: UUID, stream: Stream, now: datetime
) -> list[tuple[str | None, int]]:
    """The (zone, local hour) pairs of those who would be on the roster and chose an hour."""
    pairs = _eligible(select(_ZONE, Subscription.local_hour), list_id, stream, now)
    chosen = pairs.where(Subscription.local_hour.is_not(None)).distinct()
    return [(name, hour) for name, hour in session.execute(chosen) if hour is not None]


def count_eligible(
    session: Session, list_id: UUID, stream: Stream, now: datetime, segment: str | None
) -> int:
    """How many would be on the roster now."""
    people = _eligible(select(func.count()), list_id, stream, now, segment=segment)
    return session.scalar(people) or 0


def freeze_roster(session: Session, roster: Roster) -> int:
    """Write one row for each person of the roster and cut them into batches; gives their number.

    One INSERT … SELECT: whoever subscribes, leaves or chooses otherwise at the same moment is
    either wholly before it or wholly after.
    """
    series = id_series()
    if dialect_of(session) == "postgresql":
        session.execute(text(f"SET LOCAL work_mem = '{SORTED_IN}'"))
    rows = _insert_roster(session, roster, series)
    frozen = session.execute(rows.execution_options(preserve_rowcount=True))
    assert isinstance(frozen, CursorResult)
    cut_batches(session, roster.campaign_id, series, frozen.rowcount, roster.batch_size)
    return frozen.rowcount


_CHOSEN_BY = "id, campaign_id, subscriber_id, state, next_at"


def note_statistics(session: Session) -> None:
    """Let PostgreSQL look at the new rows at once, as far as senders choose by them: it plans by
    what it last saw. To sort a sample of addresses and replies would take it twice as long."""
    if dialect_of(session) == "postgresql":
        session.execute(text(f"ANALYZE delivery ({_CHOSEN_BY}), batch"))


_ZONE = func.coalesce(Subscription.timezone, Subscriber.timezone)


def _eligible(
    base: Select[*tuple[Any, ...]],
    list_id: UUID,
    stream: Stream,
    now: datetime,
    reached_by: UUID | None = None,
    segment: str | None = None,
) -> Select[*tuple[Any, ...]]:
    """``base`` over those who are to get mail: confirmed (or back from a pause), not suppressed.
    Whom a campaign reached gets its correction whatever their stream is now."""
    people = (
        base.select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.list_id == list_id,
            Subscription.stream == stream if reached_by is None else _got(reached_by),
            _wants_mail(now),
            Subscriber.address.is_not(None),
            ~exists().where(Suppression.address_hash == Subscriber.address_hash),
        )
    )
    return people if segment is None else people.where(condition(parse_segment(segment)))


def _got(campaign_id: UUID) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Delivery.campaign_id == campaign_id,
            Delivery.subscriber_id == Subscriber.id,
            Delivery.state == DeliveryState.SENT,
        )
        .correlate(Subscriber)
    )


def _wants_mail(now: datetime) -> ColumnElement[bool]:
    back = and_(Subscription.state == SubscriptionState.PAUSED, Subscription.paused_until <= now)
    return or_(Subscription.state == SubscriptionState.CONFIRMED, back)


def _insert_roster(session: Session, roster: Roster, series: str) -> Any:
    plan = rows_table(
        session,
        (column("variant", String()), column("rendition_id", Uuid())),
        list(roster.renditions.items()) or [("", None)],
        "plan",
    )
    due = rows_table(
        session,
        (column("zone", String()), column("hour", Integer()), column("due_at", UtcDateTime())),
        [(name or "", hour, at) for (name, hour), at in roster.due.items()]
        or [("", -1, roster.now)],
        "due",
    )
    fallback = literal(roster.fallback, Uuid())
    reason = case(
        (_had_sibling(roster), f"had another list of {roster.dedupe_group} today"),
        (
            and_(plan.c.variant.is_not(None), plan.c.rendition_id.is_(None)),
            "nothing in their topics",
        ),
    )
    due_at = func.coalesce(due.c.due_at, literal(roster.now, UtcDateTime()))
    people = (
        _eligible(
            select(
                func.row_number().over(order_by=(due_at, Subscriber.id)).label("number"),
                Subscriber.id.label("subscriber_id"),
                Subscriber.address,
                func.coalesce(plan.c.rendition_id, fallback).label("rendition_id"),
                reason.label("reason"),
                due_at.label("due_at"),
            ),
            roster.list_id,
            roster.stream,
            roster.now,
            roster.reached_by,
            roster.segment,
        )
        .outerjoin(plan, plan.c.variant == Subscription.variant)
        .outerjoin(
            due, and_(due.c.zone == func.coalesce(_ZONE, ""), due.c.hour == Subscription.local_hour)
        )
        .subquery()
    )
    state = case(
        (people.c.reason.is_not(None), DeliveryState.SKIPPED.value),
        else_=DeliveryState.QUEUED.value,
    )
    rows = select(
        numbered_id(literal(series), people.c.number),
        literal(roster.campaign_id, Uuid()),
        people.c.subscriber_id,
        people.c.rendition_id,
        people.c.address,
        state,
        people.c.reason,
        literal(Feedback.NONE.value),
        people.c.due_at,
        *(literal(0) for _ in range(3)),
    )
    names = ["id", "campaign_id", "subscriber_id", "rendition_id", "address", "state", "reason"]
    return insert(Delivery).from_select(
        [*names, "feedback", "next_at", "claims", "tries", "doubts"], rows
    )


def _had_sibling(roster: Roster) -> ColumnElement[bool]:
    """Whether a campaign of the same dedupe group took the person on today."""
    if roster.dedupe_group is None:
        return false()
    passed_by = (DeliveryState.SKIPPED, DeliveryState.SUPPRESSED, DeliveryState.CANCELLED)
    return (
        exists()
        .where(
            Delivery.subscriber_id == Subscriber.id,
            Delivery.campaign_id == Campaign.id,
            Delivery.state.not_in(passed_by),
            Campaign.id != roster.campaign_id,
            Campaign.started_at >= roster.day_began,
            Campaign.list_id == MailingList.id,
            MailingList.dedupe_group == roster.dedupe_group,
        )
        .correlate(Subscriber)
    )
