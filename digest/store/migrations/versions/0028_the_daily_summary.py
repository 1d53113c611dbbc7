"""The mails of the daily summary; when a source published last, and how often it does.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "summary_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_mail")),
        sa.UniqueConstraint("day", "address", name=op.f("uq_summary_mail_day_address")),
    )
    op.create_index("ix_summary_mail_next_at", "summary_mail", ["next_at"])
    op.add_column("source", sa.Column("last_brief_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("source", sa.Column("usual_gap", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("source", "usual_gap")
    op.drop_column("source", "last_brief_at")
    op.drop_table("summary_mail")
