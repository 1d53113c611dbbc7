"""Refuse to send from a database that was restored from a backup, until an operator has looked.

The send epoch grows at each campaign's start and each second while mail is sent, in the database
and then outside it (``digest/witness.py``). Whoever is mailed after a backup would be mailed again
by what is restored from it.
"""

from datetime import datetime

from digest.domain.errors import Illegal
from digest.store import audit
from digest.store.engine import Database
from digest.store.epoch import raise_epoch, read_epoch
from digest.witness import Witness


def advance_epoch(db: Database, witness: Witness) -> None:
    """Something is about to be sent, or was."""
    with db.begin() as session:
        raised = raise_epoch(session)
    witness.note(raised.database_id, raised.epoch)


def refusal(db: Database, witness: Witness) -> str | None:
    """Why nothing may be sent from this database; None where it may."""
    with db.read() as session:
        database_id = read_epoch(session).database_id
    seen = witness.seen(database_id)  # before the database, which others may raise meanwhile
    with db.read() as session:
        epoch = read_epoch(session).epoch
    if epoch >= seen:
        return None
    return (
        f"This database is older than what was sent from it (send epoch {epoch}, {seen} was seen): "
        "it was restored from a backup, and who was mailed since would be mailed again. Cancel "
        "what must not go out, then run `digest campaign confirm-restore`."
    )


def require_no_restore(db: Database, witness: Witness) -> None:
    """``Illegal`` where the database is behind what was sent from it."""
    why = refusal(db, witness)
    if why is not None:
        raise Illegal(why)


def confirm_restore(db: Database, witness: Witness, *, now: datetime, actor: str) -> int:
    """An operator has looked: sending may go on. Gives the epoch from which it does.

    ``Illegal`` where nothing was restored.
    """
    if refusal(db, witness) is None:
        raise Illegal("Nothing was restored: this database is up with all that was sent from it.")
    with db.begin() as session:
        before = read_epoch(session)
        behind = before.epoch
        raised = raise_epoch(session, above=witness.seen(before.database_id))
        audit.record(
            session,
            now=now,
            actor=actor,
            action="confirmed a restore",
            noun="database",
            noun_id=raised.database_id,
            before={"epoch": behind},
            after={"epoch": raised.epoch},
        )
    witness.note(raised.database_id, raised.epoch)
    return raised.epoch
