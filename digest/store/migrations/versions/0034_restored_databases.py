"""What a database knows of being restored, and the oldest code that may use it.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    restored = sa.Column("restored_from", sa.DateTime(timezone=True), nullable=True)
    op.add_column("send_epoch", restored)
    gate = op.create_table(
        "code_gate",
        sa.Column("lowest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lowest", name="pk_code_gate"),
    )
    op.bulk_insert(gate, [{"lowest": revision}])


def downgrade() -> None:
    """Go back."""
    op.drop_table("code_gate")
    op.drop_column("send_epoch", "restored_from")
