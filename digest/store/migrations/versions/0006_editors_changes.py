"""What editors change, say and correct.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: None = None
depends_on: None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def _edition_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("rejected_at", _TIME, nullable=True),
        sa.Column("rejected_by", sa.Text(), nullable=True),
        sa.Column("rejected_because", sa.Text(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("retracted_at", _TIME, nullable=True),
        sa.Column("correction", sa.Text(), nullable=True),
    ]


def _list_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("test_recipients", _JSON, nullable=False, server_default="[]"),
        sa.Column("archive_is_public", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "edition_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("change", _JSON, nullable=False),
        sa.Column("inverse", _JSON, nullable=False),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name="fk_edition_change_edition_id_edition",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_edition_change"),
        sa.UniqueConstraint("edition_id", "version", name="uq_edition_change_edition_id_version"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("mailed_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name="fk_notice_run_id_run", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("run_id", "kind", name="uq_notice_run_id_kind"),
    )
    for column in _edition_columns():
        op.add_column("edition", column)
    op.create_index("ix_edition_corrects_id", "edition", ["corrects_id"])
    for column in _list_columns():
        op.add_column("mailing_list", column)
    op.add_column("brief", sa.Column("embargoed_until", _TIME, nullable=True))
    op.create_index("ix_brief_embargoed_until", "brief", ["embargoed_until"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_brief_embargoed_until", "brief")
    op.drop_column("brief", "embargoed_until")
    for column in _list_columns():
        op.drop_column("mailing_list", column.name)
    op.drop_index("ix_edition_corrects_id", "edition")
    for column in _edition_columns():
        op.drop_column("edition", column.name)
    op.drop_table("notice")
    op.drop_table("edition_change")
