"""Bring the database to what this code needs, without taking from senders what they still use."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from digest.clock import monotonic
from digest.domain.errors import Transient
from digest.operate.findings import SILENT
from digest.store import schema
from digest.store.code_gate import lowest_code, set_gate
from digest.store.engine import Database
from digest.store.heartbeats import workers_below

PATIENCE_SECONDS = 120.0  # a worker looks at the gate every 2 s, then ends within 45
POLL_SECONDS = 0.5


def upgrade_database(
    db: Database, say: Callable[[str], None], *, patience: float = PATIENCE_SECONDS
) -> None:
    """What only adds comes first, beside whatever runs. Before anything is taken away the gate is
    raised, and workers of code that needs it have recorded what they hold, and ended.

    ``Transient`` where some still run after ``patience`` seconds: then nothing was taken away, and
    they may go on.
    """
    contract = schema.contract_ahead(db)
    if contract is None:
        schema.upgrade(db)
        return
    schema.upgrade(db, contract.before)
    with _gate_at(db, contract):
        _wait_for_older(db, contract.lowest, say, monotonic() + patience)
        schema.upgrade(db)


@contextmanager
def _gate_at(db: Database, contract: schema.Contract) -> Iterator[None]:
    """The gate of a contract; as it was, where nothing was taken away in the end."""
    with db.begin() as session:
        before = lowest_code(session)
        set_gate(session, contract.lowest)
    try:
        yield
    finally:
        if schema.current_revision(db) == contract.before:
            with db.begin() as session:
                set_gate(session, before)


def _wait_for_older(db: Database, lowest: str, say: Callable[[str], None], end: float) -> None:
    is_said = False
    while older := _older(db, lowest):
        if monotonic() >= end:
            raise Transient(
                f"This upgrade takes away what older code needs, and that still runs: {older}. "
                "Stop it, then run this again; nothing was taken away."
            )
        if not is_said:
            say(f"Older code records what it holds, and ends: {older}.")
        is_said = True
        time.sleep(POLL_SECONDS)


def _older(db: Database, lowest: str) -> str:
    """Workers of older code that live, in words; empty where there are none."""
    with db.read() as session:
        found = workers_below(session, lowest, SILENT)
        return ", ".join(f"worker {one.pid} at {one.host}" for one in found)
