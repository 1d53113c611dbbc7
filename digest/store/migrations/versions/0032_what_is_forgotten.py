"""Since when a campaign's deliveries, or a brief's body, are forgotten; where who acted came from.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: None = None
depends_on: None = None

_FORGOTTEN = ("campaign", "batch", "brief")
_VACUUM = (  # a table of 90 million rows is not to wait for 18 million dead ones
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_insert_scale_factor",
    "autovacuum_analyze_scale_factor",
)


def upgrade() -> None:
    """Go forward."""
    for table in _FORGOTTEN:
        at = sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True)
        op.add_column(table, at)
    whole = sa.text("forgotten_at IS NULL")
    op.create_index("ix_brief_whole", "brief", ["id"], sqlite_where=whole, postgresql_where=whole)
    op.add_column("audit", sa.Column("client", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        values = ", ".join(f"{name} = 0.02" for name in _VACUUM)
        op.execute(f"ALTER TABLE delivery SET ({values})")


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE delivery RESET ({', '.join(_VACUUM)})")
    op.drop_column("audit", "client")
    op.drop_index("ix_brief_whole", "brief")
    for table in reversed(_FORGOTTEN):
        op.drop_column(table, "forgotten_at")
