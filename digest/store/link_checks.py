"""What links answered when they were last asked, so that they are not asked at every look."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import Row
from digest.store.engine import insert_for

KEPT = timedelta(days=7)


class LinkCheck(Row):
    """One address, and what was wrong with it."""

    __tablename__ = "link_check"

    url: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(index=True)
    fault: Mapped[str | None]  # a sentence; None: it answers


def link_checks(session: Session, urls: Collection[str]) -> list[LinkCheck]:
    """What is known of these addresses."""
    return list(session.scalars(select(LinkCheck).where(LinkCheck.url.in_(urls))))


def keep_link_checks(session: Session, faults: Mapping[str, str | None], now: datetime) -> None:
    """Note what addresses answered at ``now``; what is older than ``KEPT`` is forgotten."""
    session.execute(delete(LinkCheck).where(LinkCheck.checked_at < now - KEPT))
    for url, fault in faults.items():
        row = {"url": url, "checked_at": now, "fault": fault}
        insert = insert_for(session, LinkCheck).values(row)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=["url"], set_={"checked_at": now, "fault": fault}
            )
        )
