"""Which code a process is, so that an upgrade knows whom it would take something from.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("heartbeat", sa.Column("code", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("heartbeat", "code")
