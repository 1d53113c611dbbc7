"""Read the summary of a day: from rows, and from what the doctor finds now."""

from datetime import datetime, timedelta

from digest.actions.examine import examine
from digest.deliver.replies import scrubbed
from digest.domain.alarm import AlarmKind
from digest.domain.checkup import failed
from digest.domain.states import Aftermath, RunState
from digest.operate.findings import findings_of_sources
from digest.operate.spans import length
from digest.operate.summary import Summary, ToldCampaign, ToldRun, Trouble
from digest.settings import Settings
from digest.store.aftermath import aftermaths
from digest.store.alarms import Alarm, alarms_within
from digest.store.campaigns import totals_of
from digest.store.editions import titles_of
from digest.store.engine import Database, Session
from digest.store.lists import lists_by_id
from digest.store.relays import all_relays
from digest.store.runs import runs_between
from digest.store.sources import all_sources
from digest.store.summaries import told_campaigns

NOT_SENT = (RunState.SKIPPED, RunState.MISSED, RunState.AWAITING_APPROVAL)
PRESENT = timedelta(hours=12)  # what ended longer ago is told without how things are now
OF_SOURCES = (AlarmKind.SOURCE_FAILS, AlarmKind.SOURCE_SILENT)
TOLD_APART = (  # with the run or the campaign
    AlarmKind.RUN_MISSED,
    AlarmKind.APPROVAL_MISSING,
    AlarmKind.CAMPAIGN_EXPIRED,
    AlarmKind.CAMPAIGN_LATE,
    AlarmKind.CAMPAIGN_PAUSED,
    AlarmKind.MANY_REFUSED,
    AlarmKind.MANY_COMPLAINTS,
    AlarmKind.BOUNCED_BY_US,
    AlarmKind.UNCERTAIN,
)


def read_summary(
    db: Database, settings: Settings, since: datetime, until: datetime, now: datetime
) -> Summary:
    """What happened in [since, until), as it is known at ``now``; and how things are now, unless
    that is long ago. The doctor asks relays and DNS, which may take some seconds."""
    is_present = now - until < PRESENT
    with db.read() as session:
        campaigns = _campaigns(session, since, until)
        runs = _runs(session, since, until)
        alarms = [_alarm(one) for one in alarms_within(session, since, until) if _is_apart(one)]
        sources = _sources(session, now) if is_present else []
        relays = _relays(session, now) if is_present else []
    checks = _checks(db, settings, now) if is_present else []
    told = {one.sentence for one in (*sources, *relays, *alarms)}
    return Summary(
        since=since,
        until=until,
        zone=settings.summary_timezone,
        campaigns=campaigns,
        runs=runs,
        sources=sources,
        relays=relays,
        alarms=alarms,
        checks=[one for one in checks if one.sentence not in told],
    )


def _campaigns(session: Session, since: datetime, until: datetime) -> list[ToldCampaign]:
    found, lists = told_campaigns(session, since, until), lists_by_id(session)
    ids = [one.campaign.id for one in found]
    sums, after = totals_of(session, ids), aftermaths(session, ids)
    titles = titles_of(session, [one.campaign.edition_id for one in found])
    return [
        ToldCampaign(
            campaign=one.id,
            list_name=lists[one.list_id].name,
            stream=stream,
            number=number,
            subject=titles[one.edition_id].subject,
            state=one.state,
            reason=scrubbed(one.reason) if one.reason else None,
            due=one.due_at,
            finished=one.finished_at,
            roster=one.roster,
            counts=sums[one.id].counts,
            possible_copies=sums[one.id].doubted,
            bounced=after[one.id][Aftermath.BOUNCED],
            bounced_by_us=bounced_by_us,
            complained=after[one.id][Aftermath.COMPLAINED],
        )
        for one, stream, number, bounced_by_us in found
    ]


def _runs(session: Session, since: datetime, until: datetime) -> list[ToldRun]:
    lists = lists_by_id(session)
    return [
        ToldRun(
            run=run.id,
            list_name=lists[run.list_id].name,
            stream=run.stream,
            at=run.scheduled_at,
            state=run.state,
            reason=scrubbed(run.reason) if run.reason else None,
        )
        for run in runs_between(session, since, until)
        if run.state in NOT_SENT
    ]


def _sources(session: Session, now: datetime) -> list[Trouble]:
    return [
        Trouble(finding.subject, scrubbed(finding.sentence), finding.remedy)
        for finding in findings_of_sources(all_sources(session), now)
    ]


def _relays(session: Session, now: datetime) -> list[Trouble]:
    return [
        Trouble(
            one.name, f"Rests after {one.failures} failures in a row: {scrubbed(one.error or '')}"
        )
        for one in all_relays(session)
        if one.enabled and one.resting_until is not None and one.resting_until > now
    ]


def _checks(db: Database, settings: Settings, now: datetime) -> list[Trouble]:
    return [
        Trouble(check.part, scrubbed(check.sentence), check.remedy)
        for check in failed(examine(db, settings, now))
    ]


def _is_apart(alarm: Alarm) -> bool:
    """Whether nothing else in the summary tells of it."""
    is_told = alarm.closed_at is None and alarm.kind in OF_SOURCES
    return alarm.kind not in TOLD_APART and not is_told


def _alarm(alarm: Alarm) -> Trouble:
    began = f"{alarm.opened_at:%Y-%m-%d %H:%M} UTC"
    if alarm.closed_at is None:
        return Trouble(alarm.kind, scrubbed(alarm.sentence), f"Since {began}. {alarm.remedy}")
    lasted = length(alarm.closed_at - alarm.opened_at)
    return Trouble(alarm.kind, scrubbed(alarm.sentence), f"Over: it began {began}, for {lasted}.")
