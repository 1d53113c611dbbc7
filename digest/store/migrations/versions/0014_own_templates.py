"""Which templates of a set a list made.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: None = None
depends_on: None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.add_column("template_set", sa.Column("own", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Go back."""
    op.drop_column("template_set", "own")
