"""Links: where the counted ones of an edition lead, and how often they were followed on a day.

No row knows a reader: a count is of an edition, a link and a day, by all readers together.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, case, func, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.counting import Counting, link_key
from digest.store.base import Row
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.engine import insert_for

OPENS = 0  # what stands for the picture in the place of a link's key

Hit = tuple[UUID, int, date]  # an edition, a link's key or ``OPENS``, and the day in UTC


class EditionLink(Row):
    """A counted link of an edition that is on its way, or was sent."""

    __tablename__ = "edition_link"

    edition_id: Mapped[UUID] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    url: Mapped[str]
    position: Mapped[int]  # in reading order, from 1


class LinkDay(Row):
    """How often a link of an edition was followed on a day."""

    __tablename__ = "link_day"

    edition_id: Mapped[UUID] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)  # of UTC
    hits: Mapped[int]


def keep_links(session: Session, edition_id: UUID, urls: Iterable[str]) -> None:
    """Store where an edition's links lead; those stored before stay."""
    rows = [
        {"edition_id": edition_id, "key": link_key(url), "url": url, "position": position}
        for position, url in enumerate(dict.fromkeys(urls), 1)
    ]
    if rows:
        session.execute(insert_for(session, EditionLink).values(rows).on_conflict_do_nothing())


def target_of(session: Session, edition_id: UUID, key: int) -> str | None:
    """Where a link leads; None where the edition has no such link, or isn't on its way."""
    found = session.get(EditionLink, (edition_id, key))
    return found.url if found else None


def is_on_its_way(session: Session, edition_id: UUID) -> bool:
    """Whether the edition's campaign has begun."""
    begun = select(Campaign.id).where(
        Campaign.edition_id == edition_id, Campaign.started_at.is_not(None)
    )
    return session.scalar(begun) is not None


def links_of(session: Session, edition_id: UUID) -> list[EditionLink]:
    """An edition's links in reading order."""
    found = select(EditionLink).where(EditionLink.edition_id == edition_id)
    return list(session.scalars(found.order_by(EditionLink.position, EditionLink.key)))


def add_hits(session: Session, counts: Mapping[Hit, int]) -> None:
    """Add to what was counted; what belongs to an edition that is gone is dropped."""
    ids = {edition_id for edition_id, _, _ in counts}
    kept = set(session.scalars(select(Edition.id).where(Edition.id.in_(ids))))
    # In one order, so that two processes never wait for each other.
    rows = [
        {"edition_id": edition_id, "key": key, "day": day, "hits": hits}
        for (edition_id, key, day), hits in sorted(counts.items())
        if edition_id in kept
    ]
    if not rows:
        return
    new = insert_for(session, LinkDay).values(rows)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["edition_id", "key", "day"],
            set_={"hits": LinkDay.hits + new.excluded.hits},
        )
    )


def hits_of(session: Session, edition_id: UUID) -> dict[tuple[int, date], int]:
    """By link's key (or ``OPENS``) and day."""
    found = select(LinkDay.key, LinkDay.day, LinkDay.hits).where(LinkDay.edition_id == edition_id)
    return {(key, day): hits for key, day, hits in session.execute(found)}


def sums_of(session: Session, edition_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """By edition: clicks and opens; without those that nobody followed or opened."""
    is_open = LinkDay.key == OPENS
    sums = select(
        LinkDay.edition_id,
        func.sum(case((is_open, 0), else_=LinkDay.hits)),
        func.sum(case((is_open, LinkDay.hits), else_=0)),
    ).where(LinkDay.edition_id.in_(edition_ids))
    found = session.execute(sums.group_by(LinkDay.edition_id))
    return {id_: (int(clicks), int(opens)) for id_, clicks, opens in found}


def countings_of(session: Session, edition_ids: Collection[UUID]) -> dict[UUID, Counting]:
    """What is counted of each of these editions, as it was frozen with them."""
    word = type_coerce(Edition.branding, JSON)["counting"].as_string()
    found = session.execute(select(Edition.id, word).where(Edition.id.in_(edition_ids)))
    return {id_: Counting(said or Counting.NONE) for id_, said in found}
