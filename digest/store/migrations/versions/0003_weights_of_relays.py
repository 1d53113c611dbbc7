"""Weights of relays.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("relay") as relay:
        relay.add_column(sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("relay") as relay:
        relay.drop_column("weight")
