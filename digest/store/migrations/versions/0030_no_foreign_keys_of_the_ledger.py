"""Rows that are written by the million refer to others without a foreign key.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: None = None
depends_on: None = None

# Table: column, the table it refers to, what goes with the row that it refers to.
_KEYS = {
    "delivery": (
        ("campaign_id", "campaign", "CASCADE"),
        ("rendition_id", "rendition", None),
        ("subscriber_id", "subscriber", None),
    ),
    "subscription": (
        ("list_id", "mailing_list", "CASCADE"),
        ("subscriber_id", "subscriber", "CASCADE"),
    ),
}


def upgrade() -> None:
    """Go forward."""
    for table, keys in _KEYS.items():
        with op.batch_alter_table(table) as changed:
            for column, _, _ in keys:
                changed.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")


def downgrade() -> None:
    """Go back."""
    for table, keys in _KEYS.items():
        with op.batch_alter_table(table) as changed:
            for column, other, ondelete in keys:
                changed.create_foreign_key(
                    f"fk_{table}_{column}", other, [column], ["id"], ondelete=ondelete
                )
