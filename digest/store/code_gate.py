"""The code gate: the lowest revision of the code that may use this database."""

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import Row


class CodeGate(Row):
    """One row, raised for each migration that takes away what older code needs."""

    __tablename__ = "code_gate"

    lowest: Mapped[str] = mapped_column(primary_key=True)  # as the revisions of migrations: "0030"


def lowest_code(session: Session) -> str:
    return session.scalars(select(CodeGate.lowest)).one()


def set_gate(session: Session, lowest: str) -> None:
    """From now on older code ends by itself (``workers/gate.py``)."""
    session.execute(update(CodeGate).values(lowest=lowest))
