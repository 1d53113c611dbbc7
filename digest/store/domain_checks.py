"""What DNS said of the domains that lists send from, so that a start need not ask each time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.checkup import GOOD_FOR, Check, Verdict
from digest.store.base import AsJson, Row, text_enum
from digest.store.engine import db_now, insert_for


class DomainCheck(Row):
    """The latest verdict on a pair of domains, From's and the return path's."""

    __tablename__ = "domain_check"

    domain: Mapped[str] = mapped_column(primary_key=True)
    return_domain: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]  # when DNS was asked last
    checked_at: Mapped[datetime]  # when it gave this verdict
    verdict: Mapped[Verdict] = mapped_column(text_enum(Verdict))
    checks: Mapped[tuple[Check, ...]] = mapped_column(AsJson(tuple[Check, ...]))


def find_domain_check(session: Session, domain: str, return_domain: str) -> DomainCheck | None:
    return session.get(DomainCheck, (domain, return_domain))


def domain_checks_now(session: Session) -> tuple[datetime, list[DomainCheck]]:
    """What the database's clock shows, and all that is kept: in one query, since pages ask."""
    clock = select(db_now().label("now")).subquery()
    rows = session.execute(
        select(clock.c.now, DomainCheck).select_from(clock).outerjoin(DomainCheck, true())
    ).all()
    return rows[0][0], [kept for _, kept in rows if kept is not None]


def keep_domain_check(
    session: Session,
    *,
    domain: str,
    return_domain: str,
    verdict: Verdict,
    checks: Sequence[Check],
    now: datetime,
) -> None:
    """Note what DNS said. A DNS that could not be asked leaves what it said within a day."""
    known = find_domain_check(session, domain, return_domain)
    if verdict is Verdict.UNKNOWN and known is not None and now - known.checked_at < GOOD_FOR:
        known.asked_at = now
        return
    said = {"asked_at": now, "checked_at": now, "verdict": verdict, "checks": tuple(checks)}
    insert = insert_for(session, DomainCheck).values(
        domain=domain, return_domain=return_domain, **said
    )
    session.execute(
        insert.on_conflict_do_update(index_elements=["domain", "return_domain"], set_=said)
    )
