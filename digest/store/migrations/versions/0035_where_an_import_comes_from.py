"""Whose export a table is that was uploaded at the desk, and how its people stood there.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: None = None
depends_on: None = None

NAMES = ("service", "standing")


def upgrade() -> None:
    """Go forward."""
    for name in NAMES:
        op.add_column("people_import", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    for name in NAMES:
        op.drop_column("people_import", name)
