"""How many tries of a greeting are in doubt.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward. A mail that was tried may have come once."""
    with op.batch_alter_table("greeting") as greeting:
        greeting.add_column(sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE greeting SET doubts = 1 WHERE tries > 0 AND next_at IS NOT NULL")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("greeting") as greeting:
        greeting.drop_column("doubts")
