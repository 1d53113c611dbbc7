"""What a weekly or monthly edition is made from: what the editions of its period carried."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from digest.actions.edition_window import Window, head, window_after
from digest.assemble.candidate import Candidate
from digest.assemble.edition import Material
from digest.domain.edition import EditionContent
from digest.domain.states import Stream
from digest.store.editions import Edition, editions_approved, used_briefs
from digest.store.engine import Session
from digest.store.lists import MailingList

FIRST_PERIOD = {Stream.WEEKLY: timedelta(days=7), Stream.MONTHLY: timedelta(days=31)}
# An approval that was under way when the last roll-up was built became visible after it.
STRAGGLING = timedelta(hours=1)


class Carried(Protocol):
    """What of an edition counts: it may be one that was never stored."""

    @property
    def number(self) -> int: ...
    @property
    def window_until(self) -> datetime: ...
    @property
    def content(self) -> EditionContent: ...


def find_period(
    mailing_list: MailingList, stream: Stream, frozen: Sequence[Edition], now: datetime
) -> Window:
    """From the last roll-up's end until ``now``; the first one looks a week or a month back."""
    has = f"of the {stream} {mailing_list.slug} already has what went out"
    return window_after(frozen, now, reach=FIRST_PERIOD[stream], has=has)


def read_carried(
    session: Session,
    mailing_list: MailingList,
    stream: Stream,
    window: Window,
    frozen: Sequence[Edition],
    run_at: datetime | None,
) -> Material:
    """The briefs of the period's editions, in the words in which they went out."""
    reach = timedelta(0) if window.is_first else STRAGGLING
    carried = editions_approved(
        session, mailing_list.id, Stream.EACH, window.after - reach, window.until
    )
    candidates = {one.id: one for edition in carried for one in carried_candidates(edition)}
    done = used_briefs(session, mailing_list.id, stream, candidates).keys() | {
        excluded.id for edition in frozen for excluded in edition.excluded
    }
    goes_out = max(window.until, run_at or window.until)
    return Material(
        heading=head(session, mailing_list, stream, goes_out),
        candidates=[one for key, one in candidates.items() if key not in done],
    )


def carried_candidates(edition: Carried) -> Iterator[Candidate]:
    """The briefs of an edition as they may stand in another one."""
    for place, brief in enumerate(edition.content.briefs, 1):
        yield Candidate(
            id=brief.id,
            title=brief.title,
            url=brief.url,
            arrived_at=edition.window_until,
            bullets=brief.bullets,
            teaser=brief.teaser,
            author=brief.author,
            language=brief.language,
            categories=brief.topics,
            source=brief.source,
            published_at=brief.published,
            related=brief.related,
            image=brief.image,
            carried_in=f"No. {edition.number}",
            place=place,
        )
