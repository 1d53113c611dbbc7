"""Refuse to send from a database that was restored from a backup, until an operator has looked.

The send epoch grows at each campaign's start and each second while mail is sent, in the database
and then outside it (``digest/witness.py``). Whoever is mailed after a backup would be mailed again
by what is restored from it.
"""

from digest.domain.errors import Illegal
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
        now = read_epoch(session)
    if now.restored_from is not None:
        how = f"This database was restored from a backup of {now.restored_from:%Y-%m-%d %H:%M} UTC"
    elif now.epoch < seen:
        how = (
            f"This database is older than what was sent from it (send epoch {now.epoch}, {seen} "
            "was seen): it was restored from a backup"
        )
    else:
        return None
    return (
        f"{how}, and who was mailed since would be mailed again. Cancel what must not go out, then "
        "run `digest campaign confirm-restore`."
    )


def require_no_restore(db: Database, witness: Witness) -> None:
    """``Illegal`` where the database is behind what was sent from it."""
    why = refusal(db, witness)
    if why is not None:
        raise Illegal(why)
