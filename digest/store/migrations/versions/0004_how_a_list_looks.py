"""How a list looks: its layout's name, its size budget, own templates, and its archive.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: None = None
depends_on: None = None

_LIST = sa.table("mailing_list", sa.column("layout", sa.Text()))
_NEW = ("size_budget", "templates", "faults_block", "is_indexed")


def upgrade() -> None:
    """Go forward."""
    for column in (
        sa.Column("size_budget", sa.Integer(), nullable=False, server_default="90000"),
        sa.Column("templates", sa.Text(), nullable=True),
        sa.Column("faults_block", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("is_indexed", sa.Boolean(), nullable=False, server_default=sa.true()),
    ):
        op.add_column("mailing_list", column)
    _rename("standard", "full")


def downgrade() -> None:
    """Go back."""
    _rename("full", "standard")
    for name in reversed(_NEW):
        op.drop_column("mailing_list", name)


def _rename(before: str, after: str) -> None:
    op.execute(_LIST.update().where(_LIST.c.layout == before).values(layout=after))
