"""Whom of a list a run's edition or a campaign goes to.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    for table in ("run", "campaign"):
        op.add_column(table, sa.Column("segment", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    for table in ("run", "campaign"):
        op.drop_column(table, "segment")
