"""Feedback: events, bounces, complaints.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: None = None
depends_on: None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)
_INDEXES = {
    "feedback_event": ("subscriber_id",),
    "bounce": ("event_id", "subscriber_id", "delivery_id", "campaign_id"),
    "complaint": ("event_id", "subscriber_id", "campaign_id"),
}


def _about_a_mail() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("void_at", _TIME, nullable=True),
    ]


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "feedback_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("evidence", sa.String(32), nullable=False),
        sa.Column("effect", sa.String(32), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("subscriber_id", sa.Uuid(), nullable=True),
        sa.Column("findings", _JSON, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feedback_event"),
        sa.UniqueConstraint("key", name="uq_feedback_event_key"),
    )
    op.create_table(
        "bounce",
        *_about_a_mail(),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("reporting_mta", sa.Text(), nullable=True),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bounce"),
    )
    op.create_table(
        "complaint", *_about_a_mail(), sa.PrimaryKeyConstraint("id", name="pk_complaint")
    )
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Go back."""
    for table in reversed(_INDEXES):
        op.drop_table(table)
