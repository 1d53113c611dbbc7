"""Where each cadence tells that its runs did their work, and what is to be told.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("cadence", sa.Column("ping_url", sa.Text(), nullable=True))
    op.add_column("cadence", sa.Column("ping_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "ping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("is_failure", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_ping_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ping")),
        sa.UniqueConstraint("run_id", name=op.f("uq_ping_run_id")),
    )
    op.create_index("ix_ping_next_at", "ping", ["next_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("ping")
    op.drop_column("cadence", "ping_since")
    op.drop_column("cadence", "ping_url")
