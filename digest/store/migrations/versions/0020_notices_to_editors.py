"""Who is told of a run, by desk and by mail.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: None = None
depends_on: None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "account", sa.Column("notices", sa.String(32), nullable=False, server_default="all")
    )
    op.drop_column("notice", "mailed_at")
    op.create_table(
        "notice_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("mailed_at", _TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("dismissed_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
            name="fk_notice_recipient_notice_id_notice",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name="fk_notice_recipient_account_id_account",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_recipient"),
        sa.UniqueConstraint(
            "notice_id", "account_id", name="uq_notice_recipient_notice_id_account_id"
        ),
    )
    op.create_index("ix_notice_recipient_account_id", "notice_recipient", ["account_id"])
    op.create_index("ix_notice_recipient_next_at", "notice_recipient", ["next_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("notice_recipient")
    op.add_column("notice", sa.Column("mailed_at", _TIME, nullable=True))
    op.drop_column("account", "notices")
