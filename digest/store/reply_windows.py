"""The window over a campaign's last replies: one small row for all processes."""

from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.reply_window import ReplyWindow
from digest.store.base import AsJson, Row
from digest.store.engine import insert_for


class CampaignReplies(Row):
    """How relays answered a campaign lately."""

    __tablename__ = "campaign_replies"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    window: Mapped[ReplyWindow] = mapped_column(AsJson(ReplyWindow))


def add_replies(
    session: Session, campaign_id: UUID, more: ReplyWindow
) -> tuple[ReplyWindow, ReplyWindow]:
    """Add replies to a campaign's window; gives the window before and after."""
    made = insert_for(session, CampaignReplies).values(
        campaign_id=campaign_id, window=ReplyWindow()
    )
    session.execute(made.on_conflict_do_nothing())
    mine = select(CampaignReplies).where(CampaignReplies.campaign_id == campaign_id)
    row = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()
    before = row.window
    for block in more.blocks:
        row.window = row.window.after(block)
    return before, row.window


def forget_replies(session: Session, campaign_id: UUID) -> None:
    """Begin anew, as after somebody has looked and resumed."""
    session.execute(delete(CampaignReplies).where(CampaignReplies.campaign_id == campaign_id))
