"""Quiet hours of a list.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: None = None
depends_on: None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("mailing_list") as mailing_list:
        mailing_list.add_column(sa.Column("quiet_hours", _JSON, nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("mailing_list") as mailing_list:
        mailing_list.drop_column("quiet_hours")
