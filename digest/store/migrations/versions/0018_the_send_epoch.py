"""The send epoch, which tells a restored database.

Revision ID: 0018
Revises: 0017
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward. The row names this database, and goes with it into every backup."""
    table = op.create_table(
        "send_epoch",
        sa.Column("database_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("database_id", name="pk_send_epoch"),
    )
    op.bulk_insert(table, [{"database_id": uuid4(), "epoch": 0}])


def downgrade() -> None:
    """Go back."""
    op.drop_table("send_epoch")
