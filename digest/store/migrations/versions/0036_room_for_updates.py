"""Pages of deliveries keep room for what a claim and a result write.

Revision ID: 0036
Revises: 0035
"""

from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go forward."""
    _fill(45)


def downgrade() -> None:
    """Go back."""
    _fill(70)


def _fill(percent: int) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE delivery SET (fillfactor = {percent})")
