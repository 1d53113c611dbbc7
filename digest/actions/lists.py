"""Mailing lists: created, changed, paused; and their cadences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from digest.clock import zone
from digest.domain.address import parse_address
from digest.domain.errors import Illegal
from digest.domain.slug import check_slug
from digest.domain.states import Stream
from digest.schedule.cadence import next_runs, parse_cadence
from digest.store import audit
from digest.store.engine import Database, Session
from digest.store.lists import ListCadence, ListSource, MailingList, all_lists, find_list
from digest.store.runs import drop_planned
from digest.store.sources import find_source


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of a list: its slug, and the categories to take (none named: all)."""

    source: str
    categories: tuple[str, ...] = ()


def create_list(
    db: Database,
    *,
    slug: str,
    name: str,
    from_address: str,
    feeds: Sequence[Feed],
    cadences: Mapping[Stream, str],
    timezone: str,
    postal_address: str,
    from_name: str | None = None,
    reply_to: str | None = None,
    options: Mapping[str, Any] | None = None,
    now: datetime,
    actor: str,
) -> UUID:
    """Make a list; ``options`` are further columns of ``MailingList`` by name."""
    check_slug(slug)
    zone(timezone)
    words = {stream: str(parse_cadence(given)) for stream, given in cadences.items()}
    sender = str(parse_address(from_address))
    with db.begin() as session:
        if any(one.slug == slug for one in all_lists(session)):
            raise Illegal(f"There is a list {slug!r} already.")
        mailing_list = MailingList(
            slug=slug,
            name=name,
            from_name=from_name or name,
            from_address=sender,
            reply_to=str(parse_address(reply_to)) if reply_to else sender,
            postal_address=postal_address,
            timezone=timezone,
            created_at=now,
            **(options or {}),
        )
        mailing_list.feeds = _feeds(session, feeds)
        mailing_list.cadences = [
            ListCadence(stream=stream, words=text, since=now) for stream, text in words.items()
        ]
        session.add(mailing_list)
        session.flush()
        _note(session, mailing_list, "created", now, actor, {"slug": slug, "cadences": words})
        return mailing_list.id


def change_cadence(
    db: Database, slug: str, *, stream: Stream, words: str, now: datetime, actor: str
) -> None:
    """Give a stream another cadence. Runs that were only planned are planned anew."""
    text = str(parse_cadence(words))
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        cadence = next((c for c in mailing_list.cadences if c.stream is stream), None)
        if cadence is None:
            mailing_list.cadences.append(ListCadence(stream=stream, words=text, since=now))
        else:
            cadence.words, cadence.since = text, now
        drop_planned(session, mailing_list.id, stream)
        _note(session, mailing_list, "scheduled", now, actor, {stream.value: text})


def pause_list(db: Database, slug: str, *, paused: bool, now: datetime, actor: str) -> None:
    """Plan no further runs of a list, or plan them again from now on."""
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        mailing_list.paused_at = now if paused else None
        for cadence in mailing_list.cadences:
            cadence.since = max(cadence.since, now)
            drop_planned(session, mailing_list.id, cadence.stream)
        _note(session, mailing_list, "paused" if paused else "resumed", now, actor, None)


def coming_runs(
    db: Database, slug: str, *, stream: Stream, after: datetime, n: int
) -> tuple[str, list[datetime]]:
    """The zone of a list, and the next ``n`` times (UTC) that its cadence gives."""
    with db.read() as session:
        mailing_list = find_list(session, slug)
    for cadence in mailing_list.cadences:
        if cadence.stream is stream:
            times = next_runs(parse_cadence(cadence.words), zone(mailing_list.timezone), after, n)
            return mailing_list.timezone, times
    raise Illegal(f"The list {slug!r} has no cadence for its stream {stream.value!r}.")


def _feeds(session: Session, feeds: Sequence[Feed]) -> list[ListSource]:
    if not feeds:
        raise Illegal("A list needs at least one source.")
    return [
        ListSource(
            source_id=find_source(session, feed.source).id, categories=feed.categories, rank=rank
        )
        for rank, feed in enumerate(feeds)
    ]


def _note(
    session: Session,
    mailing_list: MailingList,
    action: str,
    now: datetime,
    actor: str,
    after: dict[str, Any] | None,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="mailing_list",
        noun_id=mailing_list.id,
        after=after,
    )
