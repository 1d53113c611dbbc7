"""What came of the week: what the relay took, against what was agreed with each reader; each slot
of each cadence; and the plan that ``digest simulate`` gives, against what happened."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from digest.actions.audit_campaign import audit_campaign
from digest.actions.simulate import Played, simulate
from digest.domain.ids import message_key
from digest.domain.states import CampaignState, DeliveryState, RunState, Stream
from digest.store.campaigns import Campaign
from digest.store.deliveries import possible_copies
from digest.store.editions import Edition
from digest.store.engine import Database
from digest.store.lists import MailingList
from digest.store.runs import Run
from digest.store.subscribers import Subscriber
from tests.faults.relay import Entry
from tests.faults.stage import W
from tests.faults.week.fault import Fault
from tests.faults.week.people import Person
from tests.faults.week.promises import NONE, aftermath, broken, untimely
from tests.faults.week.service import Service
from tests.faults.week.timetable import BEGAN, ENDS, Slot, slots


@dataclass
class Outcome:
    """What became of one slot."""

    slug: str
    stream: Stream
    at: datetime
    state: str
    reason: str = ""
    roster: int = 0
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    agreed: int = 0  # people who were to get it, by what was agreed with them
    mails: int = 0  # that the relay took
    lost: int = 0  # people who were to get it, and got nothing
    copies: int = 0  # mails beyond the first of a person
    doubted: int = 0  # named by the audit
    latest: timedelta = timedelta(0)  # after somebody's hour
    planned: int | None = None  # people, by ``digest simulate``
    plan: str = ""  # the difference, explained
    problems: list[str] = field(default_factory=list)

    @property
    def slot(self) -> Slot:
        return self.slug, self.stream, self.at


def judge_week(service: Service, faults: Sequence[Fault]) -> list[Outcome]:
    """Every slot, in order of time."""
    db = service.fleet.db
    runs = _runs(db)
    mails = _Mails(service)
    outcomes = [_outcome(service, faults, mails, slot, runs.pop(slot, [])) for slot in slots()]
    if runs:
        outcomes[-1].problems.append(f"there are runs of no cadence: {[*runs]}")
    if mails.strange:
        outcomes[-1].problems.append(f"{len(mails.strange)} mails are of no campaign")
    compare_with_plan(outcomes, list(simulate(db, days=8, now=ENDS)))
    return outcomes


def _runs(db: Database) -> dict[Slot, list[Run]]:
    """The runs of the week; those that are only planned for later are none of it."""
    found: dict[Slot, list[Run]] = defaultdict(list)
    with db.read() as session:
        pairs = select(Run, MailingList.slug).join(MailingList).where(Run.scheduled_at <= ENDS)
        for run, slug in session.execute(pairs):
            found[slug, run.stream, run.scheduled_at].append(run)
    return found


class _Mails:
    """What the relay took, by campaign and person. People are known by their Message-ID."""

    def __init__(self, service: Service) -> None:
        with service.fleet.db.read() as session:
            ids = dict(session.execute(select(Subscriber.address, Subscriber.id)).all())
            campaigns = list(session.scalars(select(Campaign.id).where(Campaign.due_at >= BEGAN)))
        self.people: dict[UUID, Person] = {ids[one.address]: one for one in service.people}
        keys = {
            message_key(campaign, person).hex: (campaign, person)
            for campaign in campaigns
            for person in self.people
        }
        self.taken: dict[UUID, dict[UUID, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        self.strange: list[Entry] = []
        for entry in service.relay.ledger:
            found = keys.get(entry.message_id.partition("@")[0])
            if found:
                self.taken[found[0]][found[1]].append(entry)
            elif not entry.recipient.startswith(("joiner+", "staff+")):
                self.strange.append(entry)


def _outcome(
    service: Service, faults: Sequence[Fault], mails: _Mails, slot: Slot, runs: Sequence[Run]
) -> Outcome:
    if len(runs) != 1:
        return Outcome(*slot, state="?", problems=[f"there are {len(runs)} runs of it"])
    (run,) = runs
    outcome = Outcome(*slot, state=run.state.value, reason=run.reason or "")
    if run.state in (RunState.SKIPPED, RunState.MISSED):
        if not run.reason:
            outcome.problems.append("no reason is given")
        return outcome
    if run.state is not RunState.DONE:
        outcome.problems.append("it is not done")
    with service.fleet.db.read() as session:
        found = select(Campaign, Edition).join(Edition).where(Edition.run_id == run.id)
        sent = [(c, e) for c, e in session.execute(found) if c.state is not CampaignState.CANCELLED]
    if len(sent) != 1:
        outcome.problems.append(f"it went out {len(sent)} times")
        return outcome
    _audit(service, outcome, sent[0][0])
    _weigh(service, faults, outcome, mails, *sent[0])
    return outcome


def _audit(service: Service, outcome: Outcome, campaign: Campaign) -> None:
    """The service's own proof."""
    report = audit_campaign(service.fleet.db, campaign.id, service.clock.now())
    outcome.roster, outcome.counts = report.roster, report.counts
    outcome.doubted = report.possible_copies
    outcome.problems += report.problems
    if not report.balanced:
        outcome.problems.append("the audit does not balance")


def _weigh(
    service: Service,
    faults: Sequence[Fault],
    outcome: Outcome,
    mails: _Mails,
    campaign: Campaign,
    edition: Edition,
) -> None:
    """Each person's mails against what they were to get."""
    taken = mails.taken.pop(campaign.id, {})
    with service.fleet.db.read() as session:
        named = {row.subscriber_id for row in possible_copies(session, campaign.id)}
    topics = {topic for brief in edition.content.briefs for topic in brief.topics}
    started = campaign.started_at or outcome.at
    problems: Counter[str] = Counter()
    for id_, person in mails.people.items():
        kept = taken.get(id_, [])
        due = _due(outcome, person, started, topics)
        problems.update(broken(kept, due, is_named=id_ in named))
        outcome.agreed += due is not None
        outcome.lost += due is not None and not kept
        outcome.mails += len(kept)
        outcome.copies += max(len(kept) - 1, 0)
        if due is not None and kept:
            late = service.clock.at(kept[0].at) - due
            outcome.latest = max(outcome.latest, late)
            delay = max((one.delay(due) for one in faults), default=NONE)
            problems.update(untimely(due, late, delay))
    problems.update(aftermath(service.deaths, campaign.id, taken, named))
    outcome.problems += [f"{n} people: {problem}" for problem, n in problems.items()]
    if outcome.copies > (bound := W * _senders_killed(service, campaign.id)):
        outcome.problems.append(f"{outcome.copies} copies, the bound is {bound}")


def _senders_killed(service: Service, campaign_id: UUID) -> int:
    """How many processes died, or lost their database, at most, while they sent it."""
    owners = [
        death.owners
        for death in service.deaths
        if any(campaign == campaign_id for campaign, _ in death.held)
    ]
    return sum(owners) or 1


def _due(outcome: Outcome, person: Person, started: datetime, topics: set[str]) -> datetime | None:
    """When the person was to get it; None where not."""
    if person.kind == "gone" or not person.wants(outcome.slug, outcome.stream, started):
        return None
    place = person.places[outcome.slug]
    if place.topics and not topics & {*place.topics}:
        return None
    due = place.due(outcome.at)
    # Who left, or whose mailbox was told to be dead, before their hour came gets nothing.
    return due if person.wants(outcome.slug, outcome.stream, max(due, started)) else None


def compare_with_plan(outcomes: Sequence[Outcome], plan: Sequence[Played]) -> None:
    """Put beside each outcome what ``digest simulate`` says would have gone, and explain what
    differs; what can't be explained is a problem."""
    planned = {(one.list, one.stream, one.at): one for one in plan}
    for outcome in outcomes:
        said = planned.pop(outcome.slot, None)
        if said is None:
            outcome.problems.append("the plan has no such run")
            continue
        outcome.planned = None if said.reason else said.people
        outcome.plan, is_explained = _difference(outcome, said)
        if not is_explained:
            outcome.problems.append(f"unlike the plan: {outcome.plan}")
    outcomes[-1].problems += [f"planned only: {slot}" for slot in planned if slot[2] > BEGAN]


def _difference(outcome: Outcome, said: Played) -> tuple[str, bool]:
    """In words, and whether a fault of the week explains it."""
    went = outcome.state == RunState.DONE
    if said.reason and not went:
        return "", outcome.state == RunState.SKIPPED
    if said.reason:
        return f"it was to be skipped: {said.reason}", False
    if not went:
        return "it was to go; nobody approved it", outcome.state == RunState.MISSED
    meant = outcome.roster - outcome.counts.get(DeliveryState.SKIPPED, 0)
    if meant != said.people:
        return f"{said.people} people were to get it, {meant} stood on its roster", False
    return "", True
