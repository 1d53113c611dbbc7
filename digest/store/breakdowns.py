"""Breakdowns of campaigns: sums by domain and by answer, kept beside the batches they come from.

A sender never writes here. What was counted of each batch is kept, so that the sums can follow a
batch by the difference, whoever changes it and however often.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Integer,
    Select,
    String,
    case,
    column,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.breakdown import Breakdown, Key, changes
from digest.domain.states import DeliveryState
from digest.store.base import AsJson, Row, text_enum
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


def batches_to_count(
    session: Session, since: datetime, recount: datetime
) -> list[tuple[UUID, str]]:
    """Batches of campaigns that run, or ended after ``since``, whose tallies are not those that
    were counted; a batch with deferred rows also when it was counted before ``recount``, because
    an answer may change where no state does. Gives each with its tallies as one word."""
    rows = (
        select(Batch, BatchBreakdown.seen, BatchBreakdown.counted_at)
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .outerjoin(BatchBreakdown, BatchBreakdown.batch_id == Batch.id)
        .where(
            Campaign.started_at.is_not(None),
            (Campaign.finished_at.is_(None)) | (Campaign.finished_at >= since),
        )
        .order_by(Campaign.started_at, Batch.position)
    )
    return [
        (batch.id, word)
        for batch, seen, counted_at in session.execute(rows)
        if seen != (word := _word(batch)) or (batch.deferred and counted_at < recount)
    ]


def rows_of_batch(session: Session, batch_id: UUID) -> Sequence[Any]:
    """(address, state, reply, reason) of a batch's deliveries."""
    batch = session.get_one(Batch, batch_id)
    columns = select(Delivery.address, Delivery.state, Delivery.reply, Delivery.reason)
    return session.execute(columns.where(in_batch(batch))).all()


def keep_breakdown(
    session: Session, batch_id: UUID, seen: str, counts: Breakdown, now: datetime
) -> None:
    """Put what was counted in the place of what was counted before, and the sums right."""
    campaign_id = session.get_one(Batch, batch_id).campaign_id
    empty = {"batch_id": batch_id, "seen": "", "counted_at": now, "counts": Breakdown()}
    session.execute(insert_for(session, BatchBreakdown).values(empty).on_conflict_do_nothing())
    kept = session.get_one(BatchBreakdown, batch_id, with_for_update=True, populate_existing=True)
    _add(session, CampaignDomain, campaign_id, changes(kept.counts.domains, counts.domains))
    _add(session, CampaignReply, campaign_id, changes(kept.counts.replies, counts.replies))
    kept.seen, kept.counted_at, kept.counts = seen, now, counts


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
    rows = [(word, state, n) for (state, word), n in added.items()]
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


def _word(batch: Batch) -> str:
    return " ".join(str(getattr(batch, state.value)) for state in DeliveryState)
