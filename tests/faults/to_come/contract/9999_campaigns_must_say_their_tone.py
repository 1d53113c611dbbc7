"""What the release after the next takes away: campaigns that code of this one makes are refused.

Revision ID: 9999
Revises: 9998
"""

from alembic import op

revision: str = "9999"
down_revision: str | None = "9998"
branch_labels: None = None
depends_on: None = None
lowest_code: str = "9998"


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("campaign") as campaign:
        campaign.alter_column("tone", server_default=None)


def downgrade() -> None:
    """Go back."""
