"""An index of the feedback whose mail is still kept.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    where = sa.text("raw IS NOT NULL")
    op.create_index(
        "ix_feedback_event_raw",
        "feedback_event",
        ["id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_feedback_event_raw", "feedback_event")
