"""Counted links: which lists count, where the links lead, and how often they were followed.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "mailing_list",
        sa.Column("counting", sa.String(length=32), nullable=False, server_default="none"),
    )
    op.create_table(
        "edition_link",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _edition("edition_link"),
        sa.PrimaryKeyConstraint("edition_id", "key", name=op.f("pk_edition_link")),
    )
    op.create_table(
        "link_day",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        _edition("link_day"),
        sa.PrimaryKeyConstraint("edition_id", "key", "day", name=op.f("pk_link_day")),
    )


def _edition(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_edition_id")
    return sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Go back."""
    op.drop_table("link_day")
    op.drop_table("edition_link")
    op.drop_column("mailing_list", "counting")
