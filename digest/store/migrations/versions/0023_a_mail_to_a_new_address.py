"""A mail to the address that a subscriber wants to move to.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("greeting", sa.Column("address", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("greeting", "address")
