"""The calendar: what became of the past runs of all lists, and when the coming ones are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from digest.clock import zone
from digest.domain.states import RunState, Stream
from digest.schedule.cadence import due_between, parse_cadence
from digest.store.campaigns import Campaign, campaigns_of
from digest.store.editions import editions_of_runs
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, all_lists
from digest.store.runs import Run, runs_between

ON_TIME = timedelta(minutes=2)
MOST_COMING = 1000  # of one cadence: one that runs every minute must not fill the page


@dataclass(frozen=True, slots=True)
class Occasion:
    """One run, past or coming, as a calendar shows it."""

    list_id: UUID
    list_name: str
    slug: str
    zone: str
    stream: Stream
    at: datetime
    state: RunState | None  # None: it will be planned when its time is near
    word: str  # sent, sending, skipped, missed, caught up, late, draft, planned, coming
    reason: str | None = None
    run: UUID | None = None
    edition: UUID | None = None
    campaign: UUID | None = None
    number: int | None = None


def calendar(
    db: Database, after: datetime, until: datetime, now: datetime, *, slug: str | None = None
) -> list[Occasion]:
    """All runs in [after, until) in order; those to come are worked out from the cadences."""
    with db.read() as session:
        lists = {one.id: one for one in all_lists(session) if slug in (None, one.slug)}
        runs = [run for run in runs_between(session, after, until) if run.list_id in lists]
        known = _known(session, runs, lists)
    taken = {(one.list_id, one.stream, one.at) for one in known}
    coming = [
        one
        for one in _coming(lists.values(), max(after, now), until)
        if (one.list_id, one.stream, one.at) not in taken
    ]
    return sorted([*known, *coming], key=lambda one: (one.at, one.slug, one.stream))


def word_for(state: RunState, scheduled_at: datetime, started_at: datetime | None) -> str:
    """What became of a run, in the word that a calendar shows."""
    if state in (RunState.IN_CAMPAIGN, RunState.DONE):
        if started_at is not None and started_at - scheduled_at > ON_TIME:
            return "sent late" if state is RunState.DONE else "sending late"
        return "sent" if state is RunState.DONE else "sending"
    return {
        RunState.PLANNED: "planned",
        RunState.DRAFTED: "draft",
        RunState.AWAITING_APPROVAL: "waits for approval",
        RunState.SKIPPED: "skipped",
        RunState.MISSED: "missed",
    }[state]


def _known(session: Session, runs: Sequence[Run], lists: dict[UUID, MailingList]) -> list[Occasion]:
    editions = editions_of_runs(session, [run.id for run in runs])
    campaigns = campaigns_of(session, [edition_id for edition_id, _ in editions.values()])
    return [
        _occasion(run, lists[run.list_id], edition, campaigns.get(edition[0]) if edition else None)
        for run in runs
        for edition in [editions.get(run.id)]
    ]


def _occasion(
    run: Run, home: MailingList, edition: tuple[UUID, int] | None, campaign: Campaign | None
) -> Occasion:
    return Occasion(
        list_id=home.id,
        list_name=home.name,
        slug=home.slug,
        zone=home.timezone,
        stream=run.stream,
        at=run.scheduled_at,
        state=run.state,
        word=word_for(run.state, run.scheduled_at, campaign.started_at if campaign else None),
        reason=run.reason,
        run=run.id,
        edition=edition[0] if edition else None,
        campaign=campaign.id if campaign else None,
        number=edition[1] if edition else None,
    )


def _coming(lists: Iterable[MailingList], after: datetime, until: datetime) -> Iterator[Occasion]:
    for one in lists:
        if one.paused_at is not None:
            continue
        for cadence in one.cadences:
            first = max(after, cadence.since)
            times = due_between(parse_cadence(cadence.words), zone(one.timezone), first, until)
            for at in islice(times, MOST_COMING):
                yield Occasion(
                    one.id, one.name, one.slug, one.timezone, cadence.stream, at, None, "coming"
                )
