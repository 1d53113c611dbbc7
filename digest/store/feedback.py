"""Feedback: what came back about our mails, each thing once, and what it did."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Index,
    LargeBinary,
    ScalarSelect,
    and_,
    case,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.domain.feedback import Effect, Evidence, FeedbackClass, Finding, Reason
from digest.domain.ids import first_id_at
from digest.domain.states import DeliveryState, Feedback
from digest.store.address_parts import domain_of
from digest.store.base import AsJson, Row, id_column, text_enum
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.engine import insert_for

_KEPT = text("raw IS NOT NULL")


class FeedbackEvent(Row):
    """One thing that was received: a mail, or an event of a provider."""

    __tablename__ = "feedback_event"
    __table_args__ = (
        Index("ix_feedback_event_raw", "id", sqlite_where=_KEPT, postgresql_where=_KEPT),
    )

    id: Mapped[UUID] = id_column()
    key: Mapped[str] = mapped_column(unique=True)  # what is received again has the same one
    channel: Mapped[str]
    at: Mapped[datetime]
    evidence: Mapped[Evidence] = mapped_column(text_enum(Evidence), default=Evidence.NONE)
    effect: Mapped[Effect] = mapped_column(text_enum(Effect), default=Effect.IGNORED)
    delivery_id: Mapped[UUID | None]  # no foreign key: it stays when the row is pruned
    subscriber_id: Mapped[UUID | None] = mapped_column(index=True)
    findings: Mapped[tuple[Finding, ...]] = mapped_column(AsJson(tuple[Finding, ...]))
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)  # zlib; None where nothing came of it
    undone_at: Mapped[datetime | None]


class Bounce(Row):
    """A mail to one person that came back."""

    __tablename__ = "bounce"

    id: Mapped[UUID] = id_column()
    event_id: Mapped[UUID] = mapped_column(index=True)
    subscriber_id: Mapped[UUID] = mapped_column(index=True)
    delivery_id: Mapped[UUID | None] = mapped_column(index=True)
    campaign_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[FeedbackClass] = mapped_column(text_enum(FeedbackClass))
    reason: Mapped[Reason] = mapped_column(text_enum(Reason))
    status: Mapped[str | None]
    reply: Mapped[str | None]  # without addresses
    reporting_mta: Mapped[str | None]
    is_ours: Mapped[bool]  # because of us: never counts against the reader
    at: Mapped[datetime]
    void_at: Mapped[datetime | None]  # counts no more: undone, or the suppression was lifted


class Complaint(Row):
    """A person who called a mail of ours spam."""

    __tablename__ = "complaint"

    id: Mapped[UUID] = id_column()
    event_id: Mapped[UUID] = mapped_column(index=True)
    subscriber_id: Mapped[UUID] = mapped_column(index=True)
    delivery_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None] = mapped_column(index=True)
    at: Mapped[datetime]
    void_at: Mapped[datetime | None]


def add_event(session: Session, event: FeedbackEvent) -> bool:
    """Keep an event; False where one of that key is known, whoever received it."""
    values = {
        "id": event.id,
        "key": event.key,
        "channel": event.channel,
        "at": event.at,
        "evidence": event.evidence,
        "effect": event.effect,
        "delivery_id": event.delivery_id,
        "subscriber_id": event.subscriber_id,
        "findings": event.findings,
        "raw": event.raw,
    }
    new = insert_for(session, FeedbackEvent).values(values).on_conflict_do_nothing()
    return session.scalar(new.returning(FeedbackEvent.id)) is not None


def find_event(session: Session, event_id: UUID) -> FeedbackEvent:
    event = session.get(FeedbackEvent, event_id, with_for_update=True)
    if event is None:
        raise NotFound(f"There is no feedback {event_id}.")
    return event


def latest_events(
    session: Session, limit: int, effect: Effect | None = None
) -> Sequence[FeedbackEvent]:
    """The latest events, newest first."""
    latest = select(FeedbackEvent).order_by(FeedbackEvent.id.desc()).limit(limit)
    if effect is not None:
        latest = latest.where(FeedbackEvent.effect == effect)
    return session.scalars(latest).all()


def events_about(session: Session, subscriber_id: UUID, limit: int) -> Sequence[FeedbackEvent]:
    """What came back about one person, newest first."""
    theirs = select(FeedbackEvent).where(FeedbackEvent.subscriber_id == subscriber_id)
    return session.scalars(theirs.order_by(FeedbackEvent.id.desc()).limit(limit)).all()


def count_effects(session: Session, since: datetime) -> dict[tuple[Evidence, Effect], int]:
    """How many events that came in after ``since`` had which evidence and effect."""
    kinds = select(FeedbackEvent.evidence, FeedbackEvent.effect, func.count()).where(
        FeedbackEvent.id >= first_id_at(since)
    )
    rows = session.execute(kinds.group_by(FeedbackEvent.evidence, FeedbackEvent.effect))
    return {(evidence, effect): count for evidence, effect, count in rows}


def history_of(
    session: Session, subscriber_id: UUID, limit: int
) -> Sequence[tuple[UUID, datetime, bool, bool | None, bool]]:
    """A person's last mails, newest first: campaign, time, whether it failed at once, whether a
    bounce that counts came back (None: only such as are our fault), whether it was delivered."""
    theirs = and_(Bounce.delivery_id == Delivery.id, Bounce.void_at.is_(None))
    at = func.coalesce(Delivery.sent_at, Delivery.first_try_at)
    counted = func.max(case((Bounce.is_ours, 0), else_=1))
    rows = session.execute(
        select(
            Delivery.campaign_id,
            at.label("at"),
            Delivery.state,
            func.count(Bounce.id).label("bounces"),
            counted.label("counted"),
            Delivery.feedback,
        )
        .outerjoin(Bounce, theirs)
        .where(
            Delivery.subscriber_id == subscriber_id,
            Delivery.state.in_((DeliveryState.SENT, DeliveryState.FAILED)),
            at.is_not(None),
        )
        .group_by(Delivery.id)
        .order_by(at.desc())
        .limit(limit)
    )
    return [
        (
            row.campaign_id,
            row.at,
            row.state is DeliveryState.FAILED,
            (bool(row.counted) or None) if row.bounces else False,
            row.feedback is Feedback.DELIVERED,
        )
        for row in rows
    ]


def count_complaints(session: Session, campaign_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many called each of these campaigns spam; those of whom nobody did are left out."""
    counted = (
        select(Complaint.campaign_id, func.count())
        .where(Complaint.campaign_id.in_(campaign_ids), Complaint.void_at.is_(None))
        .group_by(Complaint.campaign_id)
    )
    return {id_: n for id_, n in session.execute(counted) if id_ is not None}


def complaints_by_domain(session: Session, campaign_id: UUID) -> list[tuple[str, int]]:
    """A campaign's complaints by the domain of the mailbox, the most first."""
    domain = domain_of(Delivery.address).label("domain")
    counted = (
        select(domain, func.count())
        .select_from(Complaint)
        .join(Delivery, Delivery.id == Complaint.delivery_id)
        .where(Complaint.campaign_id == campaign_id, Complaint.void_at.is_(None))
        .group_by(domain)
        .order_by(func.count().desc(), domain)
    )
    return [(name, n) for name, n in session.execute(counted)]


def how_many(row: type[Bounce | Complaint], *which: ColumnElement[bool]) -> ScalarSelect[int]:
    """Beside each ``Campaign`` of a query: of what came back about it, what still counts."""
    mine = select(func.count()).where(row.campaign_id == Campaign.id, row.void_at.is_(None), *which)
    return mine.correlate(Campaign).scalar_subquery()


def void_bounces(session: Session, subscriber_id: UUID, now: datetime) -> None:
    """Let a person's earlier bounces and complaints count no more."""
    for row in (Bounce, Complaint):
        session.execute(
            update(row)
            .where(row.subscriber_id == subscriber_id, row.void_at.is_(None))
            .values(void_at=now)
        )


def void_event(session: Session, event_id: UUID, now: datetime) -> None:
    """Let what one event said count no more."""
    for row in (Bounce, Complaint):
        session.execute(update(row).where(row.event_id == event_id).values(void_at=now))


def forget_feedback(session: Session, subscriber_id: UUID) -> None:
    """Take off what says who somebody is: the mails themselves, and the addresses in them."""
    session.execute(
        update(FeedbackEvent)
        .where(FeedbackEvent.subscriber_id == subscriber_id)
        .values(raw=None, findings=())
    )
    session.execute(update(Bounce).where(Bounce.subscriber_id == subscriber_id).values(reply=None))
