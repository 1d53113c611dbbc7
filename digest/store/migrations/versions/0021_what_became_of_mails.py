"""What became of a campaign's mails, as tallies.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward, with the sums of what came back before."""
    op.create_table(
        "campaign_aftermath",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name="fk_campaign_aftermath_campaign_id_campaign",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "what", name="pk_campaign_aftermath"),
    )
    op.execute(
        "INSERT INTO campaign_aftermath (campaign_id, what, n) "
        "SELECT campaign_id, feedback, count(*) FROM delivery "
        "WHERE feedback <> 'none' GROUP BY campaign_id, feedback"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("campaign_aftermath")
