"""When somebody last showed that they want a list, and after how long a list asks.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("mailing_list", sa.Column("sunset_days", sa.Integer(), nullable=True))
    for name in ("alive_at", "asked_to_stay_at"):
        op.add_column("subscription", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    for name in ("alive_at", "asked_to_stay_at"):
        op.drop_column("subscription", name)
    op.drop_column("mailing_list", "sunset_days")
