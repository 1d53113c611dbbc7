"""What is wrong: a sentence for each thing, and its remedy. Pure decisions on rows."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from digest.domain.alarm import AlarmKind, Finding
from digest.domain.checkup import failed, holds_back
from digest.domain.complaints import WARNED_AT, are_many, shown_rate
from digest.domain.states import CampaignState, DeliveryState, RunState
from digest.operate.facts import CampaignFacts, Facts, RunFacts
from digest.operate.spans import length, moment, number
from digest.store.domain_checks import DomainCheck
from digest.store.heartbeats import Heartbeat, ProcessKind
from digest.store.relays import Relay
from digest.store.sources import Source

SILENT = timedelta(seconds=60)  # without a heartbeat
STARTING = timedelta(minutes=2)  # how long a beat waits for the first worker
LATE = timedelta(minutes=10)  # after its time, and not begun
STUCK = timedelta(minutes=5)  # without a delivery done, although some are due
FAILURES_IN_A_ROW = 3
MOST_CLOCK_OFF = 5.0  # seconds
LEAST_DISK = 1024  # MB
LEAST_DISK_SHARE = 0.05
SHORTEST_SILENCE = timedelta(days=3)  # of a source: a long weekend is none
SILENT_GAPS = 4  # that many of its usual gaps without a brief
MANY_REFUSED = 20
MANY_REFUSED_SHARE = 0.05
BOUNCED_BY_US_SHARE = 0.01


def findings(facts: Facts, now: datetime) -> list[Finding]:
    """Everything that is wrong, the gravest kinds first."""
    found = [
        *_processes(facts),
        *_relays(facts),
        *(finding for one in facts.campaigns for finding in _campaign(one, now)),
        *(finding for one in facts.runs if (finding := _run(one, now))),
        *findings_of_sources(facts.sources, now),
        *(finding for one in facts.domains if (finding := _domain(one, now))),
        *(finding for beat in alive(facts) for finding in host_findings(beat)),
    ]
    return list({finding.key: finding for finding in found}.values())


def findings_of_sources(sources: Iterable[Source], now: datetime) -> list[Finding]:
    """Which sources can't be read, or have long said nothing."""
    return [finding for one in sources if one.enabled and (finding := _source(one, now))]


def alive(facts: Facts) -> list[Heartbeat]:
    """The processes that were heard of lately."""
    return [one for one in facts.heartbeats if facts.database_time - one.seen_at < SILENT]


def _processes(facts: Facts) -> Iterator[Finding]:
    beats = [one for one in alive(facts) if one.kind is ProcessKind.BEAT]
    workers = [one for one in alive(facts) if one.kind is ProcessKind.WORKER]
    if not beats:
        yield Finding(
            AlarmKind.NO_BEAT,
            "beat",
            "No beat is running: no run is planned, and nothing due is begun.",
            "Start one: `celery -A workers.app beat`, or `digest up`.",
        )
    is_new = all(facts.database_time - one.started_at < STARTING for one in beats)
    if not workers and not is_new:
        yield Finding(
            AlarmKind.NO_WORKER,
            "worker",
            f"No worker was heard of for {length(SILENT)}: nothing is collected or sent.",
            "Start one: `celery -A workers.app worker`, or `digest up`.",
        )
    for one in beats:
        if one.error:
            yield Finding(
                AlarmKind.BROKER_AWAY,
                one.host,
                f"The beat on {one.host} can't ring the workers: {one.error}",
                "Look whether Redis runs and DIGEST_REDIS_URL is right; nothing is lost meanwhile.",
            )


def _relays(facts: Facts) -> Iterator[Finding]:
    in_use = [relay for relay in facts.relays if relay.enabled]
    if not in_use:
        yield Finding(
            AlarmKind.NO_RELAY,
            "relay",
            "No relay is in use: no mail can go out.",
            "Add one with `digest relay add`, or enable one.",
        )
    yield from (finding for relay in in_use if (finding := _relay(relay)))


def _relay(relay: Relay) -> Finding | None:
    if relay.failures < FAILURES_IN_A_ROW:
        return None
    return Finding(
        AlarmKind.RELAY_FAILS,
        relay.name,
        f"The relay {relay.name} failed {relay.failures} times in a row: {relay.error}",
        "Mend it, or give it another URL with `digest relay add`; mail waits and is not lost.",
    )


def _source(source: Source, now: datetime) -> Finding | None:
    if source.failures < FAILURES_IN_A_ROW:
        return _silence(source, now)
    last = source.last_success_at
    since = f"for {length(now - last)}" if last else "at all"
    return Finding(
        AlarmKind.SOURCE_FAILS,
        source.slug,
        f"{source.name} could not be read {since}: {source.error}",
        "Open its address in a browser. If it moved, add it anew; editions go out without it.",
    )


def _silence(source: Source, now: datetime) -> Finding | None:
    """By what is usual for it; a source of which too little is known is never silent."""
    if source.last_brief_at is None or source.usual_gap is None:
        return None
    usual, silence = timedelta(seconds=source.usual_gap), now - source.last_brief_at
    if silence < max(SHORTEST_SILENCE, SILENT_GAPS * usual):
        return None
    return Finding(
        AlarmKind.SOURCE_SILENT,
        source.slug,
        f"{source.name} is read without a fault, and had nothing new for {length(silence)}; "
        f"usual is a brief every {length(usual)}.",
        "Compare it with the site: it may have moved its feed. Editions go out without it.",
    )


def _run(facts: RunFacts, now: datetime) -> Finding | None:
    run, due = facts.run, moment(facts.run.scheduled_at, facts.zone)
    if run.state is RunState.MISSED:
        return Finding(
            AlarmKind.RUN_MISSED,
            str(run.id),
            f"{facts.list_name} did not go out at {due}. {run.reason}",
            "Its briefs are in the next edition. To send at once: `digest run now`.",
        )
    if run.state is RunState.AWAITING_APPROVAL and run.scheduled_at <= now:
        return Finding(
            AlarmKind.APPROVAL_MISSING,
            str(run.id),
            f"{facts.list_name} was due at {due} and waits: {run.reason or 'nobody approved it.'}",
            "Have an editor approve the edition, or mend what it complains of.",
        )
    return None


def _campaign(facts: CampaignFacts, now: datetime) -> Iterator[Finding]:
    campaign, counts, subject = facts.campaign, facts.counts, str(facts.campaign.id)
    unsent = counts[DeliveryState.CANCELLED]
    is_over = (
        campaign.expires_at is not None and (campaign.finished_at or now) >= campaign.expires_at
    )
    if unsent and is_over and campaign.state is not CampaignState.CANCELLED:
        yield Finding(
            AlarmKind.CAMPAIGN_EXPIRED,
            subject,
            f"{facts.name} ended after {length(campaign.expires_after)} with "
            f"{number(unsent, 'delivery', 'deliveries')} unsent.",
            "Find what held it up under Health. What expired can be retried on its page.",
        )
    if campaign.state is CampaignState.SCHEDULED and now - campaign.due_at >= LATE:
        why = campaign.reason or "No worker has begun it."
        yield Finding(
            AlarmKind.CAMPAIGN_LATE,
            subject,
            f"{facts.name} was due {length(now - campaign.due_at)} ago and has not begun. {why}",
            "Mend what holds it, or start it all the same: `digest campaign override`.",
        )
    if _is_stuck(facts, now):
        assert facts.stuck_since is not None
        yield Finding(
            AlarmKind.CAMPAIGN_STALLED,
            subject,
            f"{facts.name} has mail to send and sent none for {length(now - facts.stuck_since)}.",
            "See whether a worker lives and the relay answers, under Health.",
        )
    if facts.paused_by_service and campaign.state is CampaignState.PAUSED:
        yield Finding(
            AlarmKind.CAMPAIGN_PAUSED,
            subject,
            f"{facts.name} was paused by the service: {campaign.reason}",
            "Mend what the relay complains of, then resume it on its page.",
        )
    yield from _outcomes(facts, subject)


def _is_stuck(facts: CampaignFacts, now: datetime) -> bool:
    return (
        facts.campaign.state is CampaignState.SENDING
        and facts.stuck_since is not None
        and now - facts.stuck_since >= STUCK
        and facts.next_due is not None
        and facts.next_due <= now - STUCK
        and not facts.is_explained
    )


def _outcomes(facts: CampaignFacts, subject: str) -> Iterator[Finding]:
    failed, sent = facts.counts[DeliveryState.FAILED], facts.counts[DeliveryState.SENT]
    if (lost := failed + facts.bounced) >= max(MANY_REFUSED, MANY_REFUSED_SHARE * (failed + sent)):
        yield Finding(
            AlarmKind.MANY_REFUSED,
            subject,
            f"{facts.name}: {lost:,} of {failed + sent:,} mails were refused for good "
            "or came back.",
            "Read the relays' answers on its page: is it the addresses, or is it us?",
        )
    if are_many(facts.complaints, sent, WARNED_AT):
        rate = shown_rate(facts.complaints, sent)
        yield Finding(
            AlarmKind.MANY_COMPLAINTS,
            subject,
            f"{facts.name}: {facts.complaints:,} of {sent:,} readers ({rate}) called it spam.",
            "See at which mailboxes under the proof on its page. From 0.3 % on the list's next "
            "edition waits for an operator.",
        )
    if facts.bounced_by_us > BOUNCED_BY_US_SHARE * facts.campaign.roster:
        yield Finding(
            AlarmKind.BOUNCED_BY_US,
            subject,
            f"{facts.name}: {number(facts.bounced_by_us, 'mail', 'mails')} of "
            f"{facts.campaign.roster:,} came back because of us: authentication, reputation, rate.",
            "Read what came back under Feedback, mend it, and see `digest key show` for the DNS.",
        )
    doubtful = facts.counts[DeliveryState.UNCERTAIN]
    if doubtful:
        yield Finding(
            AlarmKind.UNCERTAIN,
            subject,
            f"{facts.name}: {number(doubtful, 'delivery is', 'deliveries are')} uncertain: "
            "nobody knows whether they went out.",
            "Look into the relay's log, then mark or send them on the campaign's page.",
        )


def _domain(kept: DomainCheck, now: datetime) -> Finding | None:
    if not holds_back(kept.verdict, kept.checked_at, now):
        return None
    first = failed(kept.checks)[0]
    return Finding(
        AlarmKind.DOMAIN_FAILS,
        f"{kept.domain} {kept.return_domain}",
        f"Mailboxes will refuse mail from {kept.domain}. {first.part}: {first.sentence}",
        "Campaigns wait. `digest doctor` prints the records to set, and asks DNS anew; to send "
        "all the same: `digest campaign override`.",
    )


def host_findings(beat: Heartbeat) -> Iterator[Finding]:
    """What is wrong with the host of a process."""
    if abs(beat.clock_off) > MOST_CLOCK_OFF:
        way = "ahead of" if beat.clock_off > 0 else "behind"
        yield Finding(
            AlarmKind.CLOCK_WRONG,
            beat.host,
            f"The clock of {beat.host} is {abs(beat.clock_off):.0f} s {way} the database's.",
            "Let NTP set the clocks of both hosts; runs begin at the wrong time until then.",
        )
    low = beat.disk_total and beat.disk_free < LEAST_DISK_SHARE * beat.disk_total
    if low or beat.disk_free < LEAST_DISK:
        yield Finding(
            AlarmKind.DISK_FULL,
            beat.host,
            f"{beat.host} has {beat.disk_free:,} MB left of {beat.disk_total:,} MB "
            "where DIGEST_HOME is.",
            "Make room or enlarge the disk; when it is full, sending stops.",
        )
