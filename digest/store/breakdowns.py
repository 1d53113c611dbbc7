"""Breakdowns of campaigns: sums by domain and by answer, kept beside the batches they come from.

A sender never writes here. What was counted of each batch is kept, so that the sums can follow a
batch by the difference, whoever changes it and however often.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.breakdown import Breakdown, Key, changes
from digest.domain.states import CampaignState, DeliveryState
from digest.store.base import AsJson, Row, UtcDateTime, text_enum
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery, in_batch
from digest.store.engine import insert_for
from digest.store.rows import rows_table

T = TypeVar("T")


class BatchBreakdown(Row):
    """What was counted of a batch when its tallies were as ``seen`` says."""

    __tablename__ = "batch_breakdown"

    batch_id: Mapped[UUID] = mapped_column(
        ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True
    )
    seen: Mapped[str]
    counted_at: Mapped[datetime]
    counts: Mapped[Breakdown] = mapped_column(AsJson(Breakdown))


class CampaignDomain(Row):
    """How many deliveries of a campaign to one domain are in one state."""

    __tablename__ = "campaign_domain"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    domain: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[DeliveryState] = mapped_column(text_enum(DeliveryState), primary_key=True)
    n: Mapped[int]


class CampaignReply(Row):
    """How many deliveries of a campaign are in one state with one answer."""

    __tablename__ = "campaign_reply"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    answer: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[DeliveryState] = mapped_column(text_enum(DeliveryState), primary_key=True)
    n: Mapped[int]


MOST_KEPT = 100  # domains of a campaign whose deliveries are forgotten, and as many answers


@dataclass(frozen=True, slots=True)
class DomainCounts:
    """One domain's share of a campaign."""

    domain: str
    total: int
    states: Mapping[DeliveryState, int]


@dataclass(frozen=True, slots=True)
class BatchToCount:
    """A batch whose rows were not counted as they are now; ``seen``: its tallies as one word."""

    id: UUID
    campaign_id: UUID
    first_id: UUID
    last_id: UUID
    seen: str


def batches_to_count(
    session: Session, now: datetime, *, ended: datetime, restless: datetime, recount: datetime
) -> list[BatchToCount]:
    """Batches of campaigns that run, or ended after ``ended``, whose tallies are not those that
    were counted, the earliest first. One that senders work on, or will at once, comes when it was
    counted by ``restless``, or never and the campaign began by then; one with deferred rows also
    when it was counted before ``recount``, because an answer may change where no state does.
    """
    moments = {"now": now, "ended": ended, "restless": restless, "recount": recount}
    return [BatchToCount(*row) for row in session.execute(_TO_COUNT, moments)]


def _to_count() -> Select[UUID, UUID, UUID, UUID, str]:
    now, ended, restless, recount = (
        bindparam(name, type_=UtcDateTime()) for name in ("now", "ended", "restless", "recount")
    )
    tallies: list[ColumnElement[str]] = [
        cast(getattr(Batch, state.value), String()) for state in DeliveryState
    ]
    word = reduce(lambda words, one: words + " " + one, tallies)
    is_at_rest = and_(Batch.sending == 0, or_(Batch.next_at.is_(None), Batch.next_at > now))
    counted_at = func.coalesce(BatchBreakdown.counted_at, Campaign.started_at)
    is_its_time = or_(is_at_rest, Campaign.state != CampaignState.SENDING, counted_at <= restless)
    return (
        select(Batch.id, Batch.campaign_id, Batch.first_id, Batch.last_id, word)
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .outerjoin(BatchBreakdown, BatchBreakdown.batch_id == Batch.id)
        .where(
            Campaign.started_at.is_not(None),
            or_(Campaign.finished_at.is_(None), Campaign.finished_at >= ended),
            or_(
                and_(word.is_distinct_from(BatchBreakdown.seen), is_its_time),
                and_(Batch.deferred > 0, BatchBreakdown.counted_at < recount),
            ),
        )
        .order_by(Campaign.started_at, Batch.position)
    )


_TO_COUNT = _to_count()


def rows_of(session: Session, batch: BatchToCount) -> Sequence[Any]:
    """(address, state, reply, reason) of a batch's deliveries."""
    state = type_coerce(Delivery.state, String())
    columns = select(Delivery.address, state, Delivery.reply, Delivery.reason)
    return session.execute(columns.where(in_batch(batch))).all()


def keep_breakdowns(
    session: Session, counted: Sequence[tuple[BatchToCount, Breakdown]], now: datetime
) -> None:
    """Put what was counted of batches of one campaign in the place of what was counted before, and
    its sums right."""
    kept = _kept(session, [batch.id for batch, _ in counted], now)
    domains, replies = Counter[Key](), Counter[Key]()
    for batch, counts in counted:
        row = kept[batch.id]
        domains.update(changes(row.counts.domains, counts.domains))  # adds
        replies.update(changes(row.counts.replies, counts.replies))
        row.seen, row.counted_at, row.counts = batch.seen, now, counts
    campaign_id = counted[0][0].campaign_id
    _add(session, CampaignDomain, campaign_id, domains)
    _add(session, CampaignReply, campaign_id, replies)


def _kept(session: Session, ids: Sequence[UUID], now: datetime) -> dict[UUID, BatchBreakdown]:
    """What is kept of these batches, made where there is nothing; others wait for it."""
    empty = {"seen": "", "counted_at": now, "counts": Breakdown()}
    new = insert_for(session, BatchBreakdown).values([{"batch_id": id_, **empty} for id_ in ids])
    session.execute(new.on_conflict_do_nothing())
    kept = select(BatchBreakdown).where(BatchBreakdown.batch_id.in_(ids))
    held = kept.order_by(BatchBreakdown.batch_id).with_for_update()
    found = session.scalars(held.execution_options(populate_existing=True))
    return {row.batch_id: row for row in found}


def top_domains(session: Session, campaign_id: UUID, limit: int) -> list[DomainCounts]:
    """The domains with the most deliveries, the largest first."""
    largest = _largest(campaign_id, limit).subquery()
    parts = (
        select(CampaignDomain, largest.c.total)
        .join(largest, largest.c.domain == CampaignDomain.domain)
        .where(CampaignDomain.campaign_id == campaign_id)
        .order_by(largest.c.total.desc(), CampaignDomain.domain)
    )
    found: dict[str, tuple[int, dict[DeliveryState, int]]] = {}
    for part, n in session.execute(parts):
        found.setdefault(part.domain, (int(n), {}))[1][part.state] = part.n
    return [DomainCounts(domain, n, states) for domain, (n, states) in found.items()]


def top_replies(session: Session, campaign_id: UUID, limit: int) -> Sequence[CampaignReply]:
    """The most frequent answers; those that were no acceptance stand before ``sent``."""
    return session.scalars(_frequent(select(CampaignReply), campaign_id, limit)).all()


def keep_largest(session: Session, campaign_id: UUID) -> None:
    """Of a campaign whose deliveries are forgotten: the largest sums, for screens. A big list has
    many thousand domains with a reader or two each."""
    domains = select(_largest(campaign_id, MOST_KEPT).subquery().c.domain)
    answers = _frequent(select(CampaignReply.answer), campaign_id, MOST_KEPT)
    small_domains = delete(CampaignDomain).where(
        CampaignDomain.campaign_id == campaign_id, CampaignDomain.domain.not_in(domains)
    )
    rare_answers = delete(CampaignReply).where(
        CampaignReply.campaign_id == campaign_id, CampaignReply.answer.not_in(answers)
    )
    batches = select(Batch.id).where(Batch.campaign_id == campaign_id)
    counted = delete(BatchBreakdown).where(BatchBreakdown.batch_id.in_(batches))
    for change in (small_domains, rare_answers, counted):
        session.execute(change.execution_options(synchronize_session=False))


def _largest(campaign_id: UUID, limit: int) -> Select[str, int]:
    total = func.sum(CampaignDomain.n).label("total")
    return (
        select(CampaignDomain.domain, total)
        .where(CampaignDomain.campaign_id == campaign_id)
        .group_by(CampaignDomain.domain)
        .order_by(total.desc(), CampaignDomain.domain)
        .limit(limit)
    )


def _frequent(columns: Select[T], campaign_id: UUID, limit: int) -> Select[T]:
    was_taken = case((CampaignReply.state == DeliveryState.SENT, 1), else_=0)
    return (
        columns.where(CampaignReply.campaign_id == campaign_id)
        .order_by(was_taken, CampaignReply.n.desc(), CampaignReply.answer)
        .limit(limit)
    )


def _add(
    session: Session,
    kind: type[CampaignDomain | CampaignReply],
    campaign_id: UUID,
    added: Mapping[Key, int],
) -> None:
    name = "domain" if kind is CampaignDomain else "answer"
    if not added:
        return
    columns = (column(name, String()), column("state", String()), column("n", Integer()))
    rows = [(word, state, n) for (state, word), n in sorted(added.items())]
    given = rows_table(session, columns, rows, "added")
    # WHERE: without it SQLite takes ON CONFLICT for the condition of a join.
    chosen = select(literal(campaign_id), *given.c).where(given.c.n != 0)
    new = insert_for(session, kind).from_select(["campaign_id", *given.c.keys()], chosen)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["campaign_id", name, "state"], set_={"n": kind.n + new.excluded.n}
        )
    )
    session.execute(delete(kind).where(kind.campaign_id == campaign_id, kind.n == 0))
