"""The daily summary: what went, what did not and why, and what is wrong; about nobody in person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.clock import spoken, zone
from digest.domain.complaints import WARNED_AT, are_many
from digest.domain.states import CampaignState, DeliveryState, RunState, Stream
from digest.operate.findings import BOUNCED_BY_US_SHARE, MANY_REFUSED, MANY_REFUSED_SHARE
from digest.operate.spans import number


@dataclass(frozen=True, slots=True)
class ToldCampaign:
    """An edition that went, goes, or waits."""

    campaign: UUID
    list_name: str
    stream: Stream
    number: int
    subject: str
    state: CampaignState
    reason: str | None
    due: datetime
    finished: datetime | None
    roster: int
    counts: Mapping[DeliveryState, int]
    possible_copies: int
    bounced: int
    bounced_by_us: int
    complained: int

    @property
    def faults(self) -> list[str]:
        """What an operator should look at, in a few words each."""
        return list(_faults(self))


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run that did not become an edition, or has not yet."""

    run: UUID
    list_name: str
    stream: Stream
    at: datetime
    state: RunState
    reason: str | None

    @property
    def is_fault(self) -> bool:
        """Too little to say is no fault; nobody there to send it is."""
        return self.state is not RunState.SKIPPED


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something else that is, or was, wrong."""

    what: str
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it, over [since, until)."""

    since: datetime
    until: datetime
    zone: str
    campaigns: Sequence[ToldCampaign]
    runs: Sequence[ToldRun]
    sources: Sequence[Trouble]
    relays: Sequence[Trouble]
    alarms: Sequence[Trouble]
    checks: Sequence[Trouble]

    @property
    def sent(self) -> int:
        """Mails that relays took, of the campaigns that have ended."""
        return sum(one.counts[DeliveryState.SENT] for one in self.campaigns if _went(one))

    @property
    def faults(self) -> int:
        """How many things somebody should look at."""
        troubled = [one for one in self.campaigns if one.faults]
        missing = [one for one in self.runs if one.is_fault]
        others = (self.sources, self.relays, self.alarms, self.checks)
        return len(troubled) + len(missing) + sum(map(len, others))

    @property
    def headline(self) -> str:
        """The whole of it in a sentence."""
        went = [one for one in self.campaigns if _went(one) and one.counts[DeliveryState.SENT]]
        mails = f"{number(len(went), 'edition', 'editions')}, {number(self.sent, 'mail', 'mails')}"
        if self.faults:
            return f"{number(self.faults, 'thing', 'things')} to look at; {mails} sent"
        return f"Nothing to report; {mails} sent"


def summary_words(summary: Summary, desk_url: str) -> dict[str, object]:
    """What the templates of ``templates/email/summary`` are filled with: parts, each a title and
    lines, each a sentence in the zone of the summary, and what to note of it."""
    over = [one for one in summary.campaigns if _went(one)]
    under_way = [one for one in summary.campaigns if not _went(one)]
    parts = [
        ("Sent", [_campaign(one, summary.zone) for one in over]),
        ("Under way", [_campaign(one, summary.zone) for one in under_way]),
        ("Not sent", [_run(one, summary.zone) for one in summary.runs]),
        ("Sources", [_trouble(one) for one in summary.sources]),
        ("Relays", [_trouble(one) for one in summary.relays]),
        ("Alarms", [_trouble(one) for one in summary.alarms]),
        ("What the doctor says", [_trouble(one) for one in summary.checks]),
    ]
    day = summary.until.astimezone(zone(summary.zone))
    return {
        "title": f"{day:%a} {day.day} {day:%b}: {summary.headline}",
        "headline": f"{summary.headline}.",
        "span": f"{spoken(summary.since, summary.zone)} to {spoken(summary.until, summary.zone)}",
        "parts": [{"title": title, "lines": lines} for title, lines in parts if lines],
        "link": f"{desk_url}/desk/health",
    }


def _went(one: ToldCampaign) -> bool:
    return one.state in (CampaignState.DONE, CampaignState.CANCELLED)


def _campaign(one: ToldCampaign, zone_name: str) -> dict[str, object]:
    stream = "" if one.stream is Stream.EACH else f", {one.stream}"
    return {
        "text": f"{one.list_name} no. {one.number}{stream}: “{one.subject}”",
        "notes": [_how_far(one, zone_name), *_aftermath(one)],
        "faults": one.faults,
    }


def _how_far(one: ToldCampaign, zone_name: str) -> str:
    counted = [f"{n:,} {state}" for state, n in one.counts.items() if n]
    told = f"{one.roster:,} readers: {', '.join(counted)}." if counted else "Nobody mailed yet."
    if one.state is CampaignState.DONE and one.finished is not None:
        return f"{told} Done {spoken(one.finished, zone_name)}."
    return f"{told} Due {spoken(one.due, zone_name)}."


def _aftermath(one: ToldCampaign) -> Iterator[str]:
    sent, failed = one.counts[DeliveryState.SENT], one.counts[DeliveryState.FAILED]
    if failed:
        yield _rate(failed, sent + failed, "refused", MANY_REFUSED_SHARE)
    if one.bounced:
        yield _rate(one.bounced, sent, "came back", MANY_REFUSED_SHARE)
    if one.complained:
        yield _rate(one.complained, sent, "called it spam", WARNED_AT)
    if one.possible_copies:
        yield f"{number(one.possible_copies, 'reader', 'readers')} may have got a copy more."


def _rate(n: int, of: int, what: str, most: float) -> str:
    return f"{n:,} {what}: {100 * n / max(1, of):.2f} % (the limit is {100 * most:g} %)."


def _faults(one: ToldCampaign) -> Iterator[str]:
    counts = one.counts
    sent, failed = counts[DeliveryState.SENT], counts[DeliveryState.FAILED]
    if one.state is CampaignState.PAUSED:
        yield f"Paused: {one.reason or 'nobody said why'}"
    if one.state is CampaignState.CANCELLED:
        yield f"Cancelled: {one.reason or 'nobody said why'}"
    if one.state is CampaignState.SCHEDULED:
        yield f"Not begun: {one.reason or 'nobody was there to begin it'}"
    if one.state is CampaignState.DONE and counts[DeliveryState.CANCELLED]:
        yield f"{counts[DeliveryState.CANCELLED]:,} were not reached before it expired."
    if counts[DeliveryState.UNCERTAIN]:
        yield f"{counts[DeliveryState.UNCERTAIN]:,} are uncertain: look into the relay's log."
    if failed + one.bounced >= max(MANY_REFUSED, MANY_REFUSED_SHARE * (failed + sent)):
        yield "Too many were refused or came back."
    if one.bounced_by_us > BOUNCED_BY_US_SHARE * one.roster:
        yield f"{one.bounced_by_us:,} came back because of us."
    if are_many(one.complained, sent, WARNED_AT):
        yield "Too many called it spam."


def _run(one: ToldRun, zone_name: str) -> dict[str, object]:
    stream = "" if one.stream is Stream.EACH else f", {one.stream}"
    state = one.state.replace("_", " ")
    why = one.reason or "nobody said why"
    return {
        "text": f"{one.list_name}{stream}, due {spoken(one.at, zone_name)}: {state}.",
        "notes": [] if one.is_fault else [why],
        "faults": [why] if one.is_fault else [],
    }


def _trouble(one: Trouble) -> dict[str, object]:
    notes = [one.remedy] if one.remedy else []
    return {"text": f"{one.what}: {one.sentence}", "notes": notes, "faults": []}
