"""Campaigns: an edition on its way to a list, and the batches that its deliveries lie in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Interval,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import Illegal, NotFound
from digest.domain.states import (
    CAMPAIGN_MOVES,
    CampaignState,
    DeliveryState,
    DoubtPolicy,
    check_move,
)
from digest.store.base import Row, UtcDateTime, bare_table, id_column, text_enum
from digest.store.together import Statement, Together


class Campaign(Row):
    """An edition sent to the people of a list."""

    __tablename__ = "campaign"
    __table_args__ = (Index("ix_campaign_state", "state"),)

    id: Mapped[UUID] = id_column()
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id"), unique=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("mailing_list.id"), index=True)
    state: Mapped[CampaignState] = mapped_column(
        text_enum(CampaignState), default=CampaignState.SCHEDULED
    )
    reason: Mapped[str | None]  # why it is held, paused or cancelled
    due_at: Mapped[datetime]
    held_until: Mapped[datetime | None]  # it must not start yet; tried again then
    overridden: Mapped[bool] = mapped_column(default=False)  # an operator: start it all the same
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    expires_after: Mapped[timedelta] = mapped_column(Interval)
    doubt_policy: Mapped[DoubtPolicy] = mapped_column(text_enum(DoubtPolicy))
    segment: Mapped[str | None]  # whom of the list it goes to; None: all
    roster: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    forgotten_at: Mapped[datetime | None]  # since when its deliveries are no more

    def move(self, state: CampaignState, reason: str | None = None) -> None:
        """Go to ``state``; ``Illegal`` where that can't be."""
        check_move(CAMPAIGN_MOVES, "campaign", self.state, state)
        self.state, self.reason = state, reason


class Batch(Row):
    """A range of a campaign's deliveries by id. It carries the tallies of its rows' states, kept
    by whoever changes one, so that screens never count rows."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("campaign_id", "position"),)

    id: Mapped[UUID] = id_column()
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    position: Mapped[int]
    first_id: Mapped[UUID]
    last_id: Mapped[UUID]
    next_at: Mapped[datetime | None]  # when a row of it may be due; None: no open row is left

    queued: Mapped[int] = mapped_column(default=0)
    sending: Mapped[int] = mapped_column(default=0)
    deferred: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    suppressed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    uncertain: Mapped[int] = mapped_column(default=0)
    doubted: Mapped[int] = mapped_column(default=0)  # rows that may have gone out unrecorded
    forgotten_at: Mapped[datetime | None]  # its rows are no more; the tallies are what they were


def find_campaign(session: Session, campaign_id: UUID) -> Campaign:
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    return campaign


def campaign_state(session: Session, campaign_id: UUID) -> CampaignState | None:
    """Its state as it is now, whatever the session knows of it; None where it is gone."""
    return session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))


def lock_campaign(session: Session, campaign_id: UUID) -> Campaign:
    """The campaign, held until the transaction ends."""
    locked = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    campaign = session.scalar(locked.execution_options(populate_existing=True))
    if campaign is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    return campaign


def refuse_if_forgotten(campaign: Campaign) -> None:
    """``Illegal`` where nobody knows any more whom a campaign reached."""
    if campaign.forgotten_at is not None:
        raise Illegal(
            f"This campaign's deliveries are forgotten since {campaign.forgotten_at:%Y-%m-%d}; "
            "only their sums are known."
        )


def campaign_of_edition(session: Session, edition_id: UUID) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.edition_id == edition_id))


def campaigns_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Campaign]:
    """These campaigns, by their ids."""
    found = select(Campaign).where(Campaign.id.in_(ids))
    return {campaign.id: campaign for campaign in session.scalars(found)}


def campaigns_of(session: Session, edition_ids: Collection[UUID]) -> dict[UUID, Campaign]:
    """The campaigns of these editions, by edition."""
    found = select(Campaign).where(Campaign.edition_id.in_(edition_ids))
    return {campaign.edition_id: campaign for campaign in session.scalars(found)}


def campaigns_begun(
    session: Session, list_ids: Collection[UUID], since: datetime
) -> Sequence[Campaign]:
    """Campaigns of these lists that began at or after ``since``, the newest first."""
    begun = select(Campaign).where(Campaign.list_id.in_(list_ids), Campaign.started_at >= since)
    return session.scalars(begun.order_by(Campaign.started_at.desc())).all()


def campaigns_in(session: Session, *states: CampaignState) -> Sequence[Campaign]:
    """Campaigns in these states, the longest due first."""
    found = select(Campaign).where(Campaign.state.in_(states))
    return session.scalars(found.order_by(Campaign.due_at)).all()


def recent_campaigns(session: Session, limit: int) -> Sequence[Campaign]:
    newest = select(Campaign).order_by(Campaign.created_at.desc()).limit(limit)
    return session.scalars(newest).all()


def last_started(session: Session, list_id: UUID) -> Campaign | None:
    """The campaign of a list that began last."""
    begun = select(Campaign).where(Campaign.list_id == list_id, Campaign.started_at.is_not(None))
    return session.scalar(begun.order_by(Campaign.started_at.desc()).limit(1))


def counts(session: Session, campaign_id: UUID) -> dict[DeliveryState, int]:
    """How many deliveries are in each state, by the tallies."""
    sums = [func.coalesce(func.sum(getattr(Batch, state.value)), 0) for state in DeliveryState]
    row = session.execute(select(*sums).where(Batch.campaign_id == campaign_id)).one()
    return {state: int(n) for state, n in zip(DeliveryState, row, strict=True)}


@dataclass(frozen=True, slots=True)
class Totals:
    """A campaign's tallies, in one query."""

    counts: Mapping[DeliveryState, int]
    doubted: int
    next_due: datetime | None


def totals(session: Session, campaign_id: UUID) -> Totals:
    """All that the tallies of a campaign's batches say."""
    return totals_of(session, [campaign_id])[campaign_id]


def totals_of(session: Session, campaign_ids: Collection[UUID]) -> dict[UUID, Totals]:
    """The same for several campaigns; those without batches have only zeros."""
    sums = [func.sum(getattr(Batch, state.value)) for state in DeliveryState]
    rows = (
        select(Batch.campaign_id, func.sum(Batch.doubted), func.min(Batch.next_at), *sums)
        .where(Batch.campaign_id.in_(campaign_ids))
        .group_by(Batch.campaign_id)
    )
    found = {id_: Totals(dict.fromkeys(DeliveryState, 0), 0, None) for id_ in campaign_ids}
    for campaign_id, doubted, due, *numbers in session.execute(rows):
        states = {s: int(n) for s, n in zip(DeliveryState, numbers, strict=True)}
        found[campaign_id] = Totals(states, int(doubted), due)
    return found


def tally(
    line: Together,
    batch_id: UUID,
    changes: Mapping[DeliveryState, int],
    *,
    doubted: int = 0,
    due: datetime | None = None,
) -> None:
    """Add ``changes`` (state → plus or minus) to a batch's tallies, and make it due at ``due``,
    unless it is due before. Locks the batch until the transaction ends."""
    plus = {f"plus_{state.value}": changes.get(state, 0) for state in DeliveryState}
    line.do(_TALLY, {"batch": batch_id, "plus_doubted": doubted, "due": due, **plus})


def _add_to_tallies(_: str) -> Update:
    table = bare_table(Batch)
    names = [*(state.value for state in DeliveryState), "doubted"]
    sums = {name: table.c[name] + bindparam(f"plus_{name}", type_=Integer()) for name in names}
    due = bindparam("due", type_=UtcDateTime())
    is_earlier = and_(due.is_not(None), or_(table.c.next_at.is_(None), table.c.next_at > due))
    sums["next_at"] = case((is_earlier, due), else_=table.c.next_at)
    return update(table).where(table.c.id == bindparam("batch")).values(sums)


_TALLY = Statement(_add_to_tallies)


def sent_in_all(session: Session) -> int:
    """How many deliveries of all campaigns were sent, by the tallies."""
    return int(session.scalar(select(func.sum(Batch.sent))) or 0)


def next_due(session: Session, campaign_id: UUID) -> datetime | None:
    """When a delivery of the campaign may be due next."""
    return session.scalar(select(func.min(Batch.next_at)).where(Batch.campaign_id == campaign_id))


def next_to_send(session: Session, campaign_id: UUID) -> datetime | None:
    """The same while the campaign is sending; None where it isn't."""
    batches = (
        select(func.min(Batch.next_at))
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(Batch.campaign_id == campaign_id, Campaign.state == CampaignState.SENDING)
    )
    return session.scalar(batches)
