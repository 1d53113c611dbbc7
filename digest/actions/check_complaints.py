"""Hold a list's next campaign back where too many called its last one spam (D-14)."""

from uuid import UUID

from digest.domain.complaints import HELD_AT, are_many, shown_rate
from digest.domain.states import DeliveryState
from digest.store.campaigns import counts, last_started
from digest.store.engine import Database
from digest.store.feedback import count_complaints


def why_complained(db: Database, list_id: UUID) -> str | None:
    """Why an operator has to let the next campaign of the list start; None where nobody has to."""
    with db.read() as session:
        last = last_started(session, list_id)
        if last is None:
            return None
        complaints = count_complaints(session, [last.id]).get(last.id, 0)
        sent = counts(session, last.id)[DeliveryState.SENT]
    if not are_many(complaints, sent, HELD_AT):
        return None
    return (
        f"{complaints:,} of {sent:,} readers ({shown_rate(complaints, sent)}) called the list's "
        "last edition spam, and mailboxes shut a sender out at 0.3 %."
    )
