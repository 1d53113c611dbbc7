"""Numbers: what was sent and what became of it, by edition, list and day; all from tallies."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from digest.clock import zone
from digest.domain.counting import Counting
from digest.domain.states import Aftermath, DeliveryState
from digest.store.aftermath import aftermaths
from digest.store.campaigns import Campaign, campaigns_begun, totals_of
from digest.store.editions import Title, titles_of
from digest.store.engine import Database, Session
from digest.store.links import countings_of, sums_of
from digest.store.list_days import ListDay, days_of
from digest.store.lists import MailingList, lists_by_id

MOST_EDITIONS = 100


@dataclass(frozen=True, slots=True)
class Mails:
    """What was sent, what became of it, and who left the list then."""

    sent: int = 0
    failed: int = 0
    bounced: int = 0
    complained: int = 0
    left: int = 0

    @property
    def delivered(self) -> int:
        """What a relay took, and nobody returned."""
        return self.sent - self.bounced


@dataclass(frozen=True, slots=True)
class EditionNumbers:
    """One edition's campaign in figures; those who left did so before the list's next one."""

    campaign: UUID
    edition: UUID
    list_name: str
    slug: str
    number: int
    subject: str
    began: datetime
    roster: int
    counts: Mapping[DeliveryState, int]
    mails: Mails
    clicks: int | None = None  # by all readers together; None: not counted
    opens: int | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Who was on one or several lists, on one day or several."""

    subscribers: int | None = None  # at the end; None: nobody counted them
    joined: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class ListNumbers:
    """One list over the whole time."""

    name: str
    slug: str
    editions: int
    mails: Mails
    people: People


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """One day, of one list or of all together; a day is that of each list's clocks."""

    day: date
    mails: Mails
    people: People


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows; ``editions`` newest first, ``days`` oldest first and without gaps."""

    editions: Sequence[EditionNumbers]
    lists: Sequence[ListNumbers]
    days: Sequence[DayNumbers]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A campaign with its tallies, on the day on which it began by its list's clocks."""

    campaign: Campaign
    day: date
    counts: Mapping[DeliveryState, int]
    mails: Mails


def numbers(
    db: Database, since: date, until: date, *, slugs: Collection[str] | None = None
) -> Numbers:
    """The figures of [since, until], of some lists or of all."""
    with db.read() as session:
        known = lists_by_id(session)
        lists = {id_: one for id_, one in known.items() if slugs is None or one.slug in slugs}
        campaigns = campaigns_begun(session, list(lists), _earliest(since))
        ids = [one.id for one in campaigns]
        sums, after = totals_of(session, ids), aftermaths(session, ids)
        shown = [one.edition_id for one in campaigns[:MOST_EDITIONS]]
        titles, counted = titles_of(session, shown), counted_of(session, shown)
        people = [one for one in days_of(session, since) if one.list_id in lists]
    begun = [_begun(one, lists, sums[one.id].counts, after[one.id]) for one in campaigns]
    return Numbers(
        editions=[
            _edition(
                one,
                lists[one.campaign.list_id],
                titles[one.campaign.edition_id],
                counted[one.campaign.edition_id],
            )
            for one in begun[:MOST_EDITIONS]
        ],
        lists=_lists(lists.values(), begun, people),
        days=_days(since, until, begun, people),
    )


def counted_of(
    session: Session, edition_ids: Collection[UUID]
) -> dict[UUID, tuple[int | None, int | None]]:
    """By edition: its clicks and opens, None for what isn't counted."""
    sums = sums_of(session, edition_ids)
    found: dict[UUID, tuple[int | None, int | None]] = {}
    for id_, counting in countings_of(session, edition_ids).items():
        clicks, opens = sums.get(id_, (0, 0))
        found[id_] = (
            None if counting is Counting.NONE else clicks,
            opens if counting is Counting.OPENS else None,
        )
    return found


def _earliest(day: date) -> datetime:
    """When a day begins in the zone where it begins first."""
    return datetime.combine(day, datetime.min.time(), zone("UTC")) - timedelta(hours=14)


def _begun(
    campaign: Campaign,
    lists: Mapping[UUID, MailingList],
    counts: Mapping[DeliveryState, int],
    after: Mapping[Aftermath, int],
) -> _Begun:
    assert campaign.started_at is not None
    mails = Mails(
        sent=counts[DeliveryState.SENT],
        failed=counts[DeliveryState.FAILED],
        bounced=after[Aftermath.BOUNCED],
        complained=after[Aftermath.COMPLAINED],
        left=after[Aftermath.LEFT],
    )
    home = zone(lists[campaign.list_id].timezone)
    return _Begun(campaign, campaign.started_at.astimezone(home).date(), counts, mails)


def _edition(
    one: _Begun, home: MailingList, title: Title, counted: tuple[int | None, int | None]
) -> EditionNumbers:
    campaign = one.campaign
    assert campaign.started_at is not None
    return EditionNumbers(
        campaign=campaign.id,
        edition=campaign.edition_id,
        list_name=home.name,
        slug=home.slug,
        number=title.number,
        subject=title.subject,
        began=campaign.started_at,
        roster=campaign.roster,
        counts=one.counts,
        mails=one.mails,
        clicks=counted[0],
        opens=counted[1],
    )


def _lists(
    lists: Iterable[MailingList], begun: Sequence[_Begun], people: Sequence[ListDay]
) -> list[ListNumbers]:
    found = []
    for home in sorted(lists, key=lambda one: one.slug):
        own = [one for one in begun if one.campaign.list_id == home.id]
        days = [one for one in people if one.list_id == home.id]
        found.append(
            ListNumbers(
                name=home.name,
                slug=home.slug,
                editions=len(own),
                mails=_sum(one.mails for one in own),
                people=_people(days, at_the_end=days[-1:]),
            )
        )
    return found


def _days(
    since: date, until: date, begun: Sequence[_Begun], people: Sequence[ListDay]
) -> list[DayNumbers]:
    mails, there = defaultdict(list), defaultdict(list)
    for one in begun:
        mails[one.day].append(one.mails)
    for counted in people:
        there[counted.day].append(counted)
    span = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [DayNumbers(day, _sum(mails[day]), _people(there[day])) for day in span]


def _sum(mails: Iterable[Mails]) -> Mails:
    columns = zip(*map(astuple, mails), strict=True)
    return Mails(*map(sum, columns))


def _people(days: Sequence[ListDay], at_the_end: Sequence[ListDay] | None = None) -> People:
    last = days if at_the_end is None else at_the_end
    return People(
        subscribers=sum(one.subscribers for one in last) if last else None,
        joined=sum(one.joined for one in days),
        gone=sum(one.gone for one in days),
    )
