"""A mail to the address that a subscriber wants to move to.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("greeting", sa.Column("address", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("greeting", "address")
