"""What DNS said of a list's domains, and campaigns that wait for it.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "domain_check",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("return_domain", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column(
            "checks",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("domain", "return_domain", name="pk_domain_check"),
    )
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        campaign.add_column(
            sa.Column("overridden", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("overridden")
        campaign.drop_column("held_until")
    op.drop_table("domain_check")
