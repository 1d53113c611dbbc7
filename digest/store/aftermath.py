"""What became of a campaign's mails after they were sent: tallies, kept by whoever learns of it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import Aftermath, Feedback
from digest.store.base import Row, text_enum
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.engine import insert_for


class CampaignAftermath(Row):
    """How many of a campaign's mails ended in one way. But for those who left, these are the sums
    of ``delivery.feedback``."""

    __tablename__ = "campaign_aftermath"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    what: Mapped[Aftermath] = mapped_column(text_enum(Aftermath), primary_key=True)
    n: Mapped[int]


def note_feedback(session: Session, delivery: Delivery, feedback: Feedback) -> None:
    """Keep what came back about a mail that is held, unless something graver did before."""
    if feedback.weight > delivery.feedback.weight:
        _set_feedback(session, delivery, feedback)


def forget_feedback_on(session: Session, delivery: Delivery) -> None:
    """Keep that nothing came back about a mail that is held."""
    _set_feedback(session, delivery, Feedback.NONE)


def note_left(session: Session, list_id: UUID, n: int = 1) -> None:
    """``n`` people left a list: after the campaign that began last."""
    begun = select(Campaign.id).where(Campaign.list_id == list_id, Campaign.started_at.is_not(None))
    campaign_id = session.scalar(begun.order_by(Campaign.started_at.desc()).limit(1))
    if campaign_id is not None:
        _count(session, campaign_id, Aftermath.LEFT, n)


def aftermaths(
    session: Session, campaign_ids: Collection[UUID]
) -> dict[UUID, Mapping[Aftermath, int]]:
    """What became of these campaigns' mails, by campaign."""
    counts = {id_: dict.fromkeys(Aftermath, 0) for id_ in campaign_ids}
    found = select(CampaignAftermath).where(CampaignAftermath.campaign_id.in_(counts))
    for row in session.scalars(found):
        counts[row.campaign_id][row.what] = row.n
    return dict(counts)


def _set_feedback(session: Session, delivery: Delivery, feedback: Feedback) -> None:
    for kept, by in ((delivery.feedback, -1), (feedback, 1)):
        if kept is not Feedback.NONE:
            _count(session, delivery.campaign_id, Aftermath(kept.value), by)
    delivery.feedback = feedback


def _count(session: Session, campaign_id: UUID, what: Aftermath, by: int) -> None:
    new = insert_for(session, CampaignAftermath).values(campaign_id=campaign_id, what=what, n=by)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["campaign_id", "what"], set_={"n": CampaignAftermath.n + by}
        )
    )
