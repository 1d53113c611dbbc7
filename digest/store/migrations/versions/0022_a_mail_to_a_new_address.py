"""A mail to the address that a subscriber wants to move to.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("greeting", sa.Column("address", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("greeting", "address")
