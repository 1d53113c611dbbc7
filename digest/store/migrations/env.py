"""How Alembic runs here: on the connection that ``store.schema`` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import update

from digest.store.base import AsJson, UtcDateTime
from digest.store.code_gate import CodeGate
from digest.store.schema import gate_of, metadata

connection = context.config.attributes["connection"]


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write plain column types into migrations, so that they outlive the code of today."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AsJson):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def raise_gate(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:  # noqa: ARG001 - Alembic's
    """In the transaction of a migration that takes something away."""
    gate = gate_of(step.up_revision) if step.is_upgrade else None
    if gate is not None:
        connection.execute(update(CodeGate).where(CodeGate.lowest < gate).values(lowest=gate))


context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
    transaction_per_migration=True,
    on_version_apply=raise_gate,
)
with context.begin_transaction():
    context.run_migrations()
if connection.in_transaction():
    connection.commit()
