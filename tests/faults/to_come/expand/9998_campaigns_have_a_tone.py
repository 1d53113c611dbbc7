"""What the next release adds: code of this one does not notice.

Revision ID: 9998
Revises: the newest of this release
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from digest.store import schema

_OURS = Path(schema.__file__).parent / "migrations/versions"

revision: str = "9998"
down_revision: str | None = max(path.name[:4] for path in _OURS.glob("0*.py"))
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("campaign", sa.Column("tone", sa.Text(), server_default="calm", nullable=False))
    op.add_column("delivery", sa.Column("mood", sa.Text(), nullable=True))
    op.create_index("ix_delivery_mood", "delivery", ["mood"])
    op.create_table("tone", sa.Column("name", sa.Text(), primary_key=True))


def downgrade() -> None:
    """Go back."""
    op.drop_table("tone")
    op.drop_index("ix_delivery_mood", "delivery")
    op.drop_column("delivery", "mood")
    op.drop_column("campaign", "tone")
