"""Sign-ups: consents, and mails to one subscriber that are no edition.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: None = None
depends_on: None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("how", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("network", sa.Text(), nullable=True),
        sa.Column("confirmed_at", _TIME, nullable=True),
        sa.Column("confirmed_from", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name="fk_consent_subscription_id_subscription",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    for names in (["subscription_id", "asked_at"], ["network", "asked_at"], ["asked_at"]):
        op.create_index(f"ix_consent_{'_'.join(names)}", "consent", names)
    op.create_table(
        "greeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("folded_hash", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_greeting_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name="fk_greeting_list_id_mailing_list",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_greeting"),
    )
    for names in (["subscriber_id"], ["next_at"], ["folded_hash", "created_at"]):
        op.create_index(f"ix_greeting_{'_'.join(names)}", "greeting", names)
    for column in _list_columns():
        op.add_column("mailing_list", column)


def downgrade() -> None:
    """Go back."""
    for column in _list_columns():
        op.drop_column("mailing_list", column.name)
    op.drop_table("greeting")
    op.drop_table("consent")


def _list_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("takes_signups", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("consent_words", sa.Text(), nullable=False, server_default=""),
        sa.Column("sends_welcome", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("sends_goodbye", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
