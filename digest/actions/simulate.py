"""What would have gone when to whom: past runs played again from stored briefs, sending nothing.

The same assembling, cadences and choices as in earnest, on values in memory; nothing is written.
Who reads is known by when each came and left: what people chose since counts for the past, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from digest.actions.brief_candidates import as_candidate
from digest.actions.edition_window import RECENT, Window
from digest.actions.roll_up import FIRST_PERIOD, carried_candidates
from digest.assemble.candidate import Candidate, EditionRules
from digest.assemble.edition import Assembly, Heading, Material, assemble
from digest.clock import zone
from digest.domain.edition import EditionContent, Variant
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.render import select
from digest.schedule.cadence import due_between, parse_cadence
from digest.schedule.runs import local_hour_at_or_after
from digest.store.briefs import briefs_arrived, briefs_released
from digest.store.engine import Database, Session
from digest.store.lists import ListCadence, MailingList, all_lists, find_list
from digest.store.subscribers import ReaderGroup, groups_at

MOST_DAYS = 366
MOST_RUNS = 2_000  # of one cadence: a list that runs every minute must not take all day


@dataclass(frozen=True, slots=True)
class Played:
    """One run: what would have gone, or why nothing would."""

    list: str
    stream: Stream
    at: datetime  # UTC
    zone: str
    reason: str | None  # None: an edition would have gone
    subject: str = ""
    briefs: int = 0
    people: int = 0
    nothing_in_topics: int = 0
    last_at: datetime | None = None  # when the last reader's own hour comes

    @property
    def local(self) -> datetime:
        return self.at.astimezone(zone(self.zone))


@dataclass(frozen=True, slots=True)
class _Number:
    """An edition that was played, as later ones look back on it."""

    number: int
    window_until: datetime
    content: EditionContent


def simulate(
    db: Database, *, days: int, now: datetime, slug: str | None = None
) -> Iterator[Played]:
    """The runs of the last ``days`` in order of list and time; of one list or of all."""
    if not 1 <= days <= MOST_DAYS:
        raise Illegal(f"A simulation takes 1 to {MOST_DAYS} days.")
    start = now - timedelta(days=days)
    with db.read() as session:
        lists = [find_list(session, slug)] if slug else all_lists(session)
    for mailing_list in lists:
        numbers: list[_Number] = []
        streams = {cadence.stream: cadence for cadence in mailing_list.cadences}
        for stream in (one for one in Stream if one in streams):
            yield from _play(db, mailing_list, streams[stream], numbers, start, now)


def _play(
    db: Database,
    home: MailingList,
    cadence: ListCadence,
    numbers: list[_Number],
    start: datetime,
    now: datetime,
) -> Iterator[Played]:
    """One stream. ``numbers`` are the list's ordinary editions: the first stream fills them, and
    roll-ups are made from them."""
    times = due_between(parse_cadence(cadence.words), zone(home.timezone), start, now)
    done: list[_Number] = []
    for at in islice(times, MOST_RUNS):
        with db.read() as session:
            window, candidates = _material(session, home, cadence.stream, numbers, done, at)
            groups = groups_at(session, home.id, cadence.stream, at)
        assembly = _assembled(home, cadence.stream, window, candidates, done, at)
        if assembly.content is not None:
            done.append(_Number(len(done) + 1, at, assembly.content))
        yield _outcome(home, cadence.stream, at, assembly, groups)
    if cadence.stream is Stream.EACH:
        numbers += done


def _material(
    session: Session,
    home: MailingList,
    stream: Stream,
    numbers: Sequence[_Number],
    done: Sequence[_Number],
    at: datetime,
) -> tuple[Window, list[Candidate]]:
    """What arrived since the last edition that was played, or what those of the period carried."""
    first = home.first_lookback if stream is Stream.EACH else FIRST_PERIOD[stream]
    after = done[-1].window_until if done else at - first
    window = Window(after, at, is_first=not done)
    if stream is not Stream.EACH:
        carried = [one for one in numbers if after < one.window_until <= at]
        return window, [it for one in carried for it in carried_candidates(one)]
    feeds = {feed.source_id: feed for feed in home.feeds}
    arrived = briefs_arrived(session, list(feeds), after, at)
    released = briefs_released(session, list(feeds), after, at)
    rows = {row.id: row for row in (*arrived, *released)}.values()
    return window, [as_candidate(row, feeds.get(row.source_id)) for row in rows]


def _assembled(
    home: MailingList,
    stream: Stream,
    window: Window,
    candidates: Sequence[Candidate],
    done: Sequence[_Number],
    at: datetime,
) -> Assembly:
    period = timedelta(0) if stream is Stream.EACH else window.until - window.after
    used: dict[UUID, str] = {
        brief.id: f"No. {one.number}" for one in done for brief in one.content.briefs
    }
    sent = {it: f"No. {one.number}" for one in done[-RECENT:] for it in carried_candidates(one)}
    material = Material(
        heading=Heading(
            home.name,
            len(done) + 1,
            at.astimezone(zone(home.timezone)).date(),
            home.language,
            stream,
        ),
        candidates=candidates,
        used=used,
        sent=sent if stream is Stream.EACH else {},
        goes_out=at,
    )
    rules = EditionRules(
        min_items=home.min_items,
        max_items=home.max_items,
        max_related=home.max_related,
        max_item_age=home.max_item_age + period,
        sections=home.sections,
    )
    return assemble(material, rules, at)


def _outcome(
    home: MailingList,
    stream: Stream,
    at: datetime,
    assembly: Assembly,
    groups: Sequence[ReaderGroup],
) -> Played:
    content = assembly.content
    if content is None:
        return Played(home.slug, stream, at, home.timezone, assembly.reason)
    reached = [one for one in groups if select(content, Variant.from_key(one.variant)) is not None]
    dues = [_due(home, one, at) for one in reached]
    return Played(
        list=home.slug,
        stream=stream,
        at=at,
        zone=home.timezone,
        reason=None if reached else "nobody to send it to",
        subject=content.subject,
        briefs=len(content.briefs),
        people=sum(one.people for one in reached),
        nothing_in_topics=sum(one.people for one in groups if one not in reached),
        last_at=max(dues, default=None),
    )


def _due(home: MailingList, group: ReaderGroup, at: datetime) -> datetime:
    if group.local_hour is None:
        return at
    return local_hour_at_or_after(at, zone(group.timezone or home.timezone), group.local_hour)
