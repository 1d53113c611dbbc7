"""Numbers: what was sent and what became of it, by edition and by day; all from tallies."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from digest.clock import zone
from digest.domain.states import DeliveryState
from digest.store.campaigns import Campaign, Totals, campaigns_begun, totals_of
from digest.store.editions import Title, titles_of
from digest.store.engine import Database
from digest.store.list_days import ListDay, days_of
from digest.store.lists import MailingList, lists_by_id

MOST_EDITIONS = 100


@dataclass(frozen=True, slots=True)
class EditionNumbers:
    """One edition's campaign in figures."""

    campaign: UUID
    edition: UUID
    list_name: str
    slug: str
    zone: str
    number: int
    subject: str
    began: datetime
    roster: int
    counts: Mapping[DeliveryState, int]


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """One day, of one list or of all together; a day is that of each list's clocks."""

    day: date
    sent: int
    failed: int
    subscribers: int | None  # None: nobody counted them on that day
    joined: int
    gone: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows; ``editions`` newest first, ``days`` oldest first and without gaps."""

    editions: Sequence[EditionNumbers]
    days: Sequence[DayNumbers]


def numbers(
    db: Database, since: date, until: date, *, slugs: Collection[str] | None = None
) -> Numbers:
    """The figures of [since, until], of some lists or of all."""
    with db.read() as session:
        known = lists_by_id(session)
        lists = {id_: one for id_, one in known.items() if slugs is None or one.slug in slugs}
        begun = campaigns_begun(session, list(lists), _earliest(since))
        sums = totals_of(session, [campaign.id for campaign in begun])
        shown = begun[:MOST_EDITIONS]
        titles = titles_of(session, [campaign.edition_id for campaign in shown])
        counted = [one for one in days_of(session, since) if one.list_id in lists]
    sent = _by_day(begun, sums, lists)
    return Numbers(
        editions=[
            _edition(one, lists[one.list_id], sums[one.id].counts, titles[one.edition_id])
            for one in shown
        ],
        days=_days(since, until, sent, counted),
    )


def _earliest(day: date) -> datetime:
    """When a day begins in the zone where it begins first."""
    return datetime.combine(day, datetime.min.time(), zone("UTC")) - timedelta(hours=14)


def _by_day(
    campaigns: Sequence[Campaign],
    sums: Mapping[UUID, Totals],
    lists: Mapping[UUID, MailingList],
) -> dict[date, dict[DeliveryState, int]]:
    days: dict[date, dict[DeliveryState, int]] = defaultdict(
        lambda: dict.fromkeys(DeliveryState, 0)
    )
    for one in campaigns:
        assert one.started_at is not None
        day = one.started_at.astimezone(zone(lists[one.list_id].timezone)).date()
        for state, n in sums[one.id].counts.items():
            days[day][state] += n
    return days


def _days(
    since: date,
    until: date,
    sent: Mapping[date, Mapping[DeliveryState, int]],
    counted: Sequence[ListDay],
) -> list[DayNumbers]:
    people: dict[date, list[ListDay]] = defaultdict(list)
    for one in counted:
        people[one.day].append(one)
    nothing = dict.fromkeys(DeliveryState, 0)
    days = []
    for place in range((until - since).days + 1):
        day = since + timedelta(days=place)
        mails, those = sent.get(day, nothing), people.get(day, [])
        days.append(
            DayNumbers(
                day=day,
                sent=mails[DeliveryState.SENT],
                failed=mails[DeliveryState.FAILED],
                subscribers=sum(one.subscribers for one in those) if those else None,
                joined=sum(one.joined for one in those),
                gone=sum(one.gone for one in those),
            )
        )
    return days


def _edition(
    campaign: Campaign,
    home: MailingList,
    counts: Mapping[DeliveryState, int],
    title: Title,
) -> EditionNumbers:
    assert campaign.started_at is not None
    return EditionNumbers(
        campaign=campaign.id,
        edition=campaign.edition_id,
        list_name=home.name,
        slug=home.slug,
        zone=home.timezone,
        number=title.number,
        subject=title.subject,
        began=campaign.started_at,
        roster=campaign.roster,
        counts=counts,
    )
