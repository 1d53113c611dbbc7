"""How many connections a relay allows, and who has them.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("relay") as relay:
        relay.add_column(sa.Column("connections", sa.Integer(), nullable=True))
    op.create_table(
        "connection_lease",
        sa.Column("relay_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["relay_id"],
            ["relay.id"],
            name="fk_connection_lease_relay_id_relay",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("relay_id", "owner", name="pk_connection_lease"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("connection_lease")
    with op.batch_alter_table("relay") as relay:
        relay.drop_column("connections")
