"""Throttles, and the window over a campaign's replies.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: None = None
depends_on: None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "throttle",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("warm_up", _JSON, nullable=True),
        sa.Column("slowdown", _JSON, nullable=True),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("day_taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_throttle"),
    )
    op.create_table(
        "campaign_replies",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("window", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name="fk_campaign_replies_campaign_id_campaign",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_campaign_replies"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("campaign_replies")
    op.drop_table("throttle")
