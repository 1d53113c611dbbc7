"""Watch over the service: open an alarm for what is wrong, close it when it is over."""

from datetime import datetime
from uuid import UUID

from digest.actions.service_facts import service_facts
from digest.domain.alarm import Channel, Finding, decide_alarms
from digest.log import get_logger
from digest.operate.findings import findings
from digest.settings import Settings
from digest.store.alarms import Alarm, AlarmNotice, open_alarms
from digest.store.engine import Database, IntegrityError, Session

log = get_logger(__name__)


def watch(db: Database, settings: Settings, now: datetime) -> None:
    """Compare what is wrong with the open alarms, and write what changed.

    Any number of beats may do so at once: an alarm is unique while it is open.
    """
    with db.read() as session:
        found = findings(service_facts(session, now), now)
        changes = decide_alarms(found, open_alarms(session), now)
    for finding in changes.begin:
        _begin(db, settings, finding, now)
    for alarm in changes.clear:
        _mark(db, alarm.id, cleared_at=now)
    for alarm in changes.again:
        _mark(db, alarm.id, cleared_at=None)
    for alarm in changes.end:
        _end(db, settings, alarm, now)


def _begin(db: Database, settings: Settings, finding: Finding, now: datetime) -> None:
    alarm = Alarm(
        kind=finding.kind,
        subject=finding.subject,
        sentence=finding.sentence,
        remedy=finding.remedy,
        opened_at=now,
    )
    try:
        with db.begin() as session:
            session.add(alarm)
            session.flush()
            _announce(session, settings, alarm, now, is_end=False)
    except IntegrityError:
        return  # another beat was faster
    log.error("alarm", kind=finding.kind.value, subject=finding.subject, says=finding.sentence)


def _mark(db: Database, alarm_id: UUID, *, cleared_at: datetime | None) -> None:
    with db.begin() as session:
        session.get_one(Alarm, alarm_id).cleared_at = cleared_at


def _end(db: Database, settings: Settings, alarm: Alarm, now: datetime) -> None:
    with db.begin() as session:
        row = session.get_one(Alarm, alarm.id, with_for_update=True, populate_existing=True)
        if row.closed_at is not None or row.cleared_at is None:
            return
        row.closed_at = now
        _announce(session, settings, row, now, is_end=True)
    log.info("alarm is over", kind=alarm.kind.value, subject=alarm.subject)


def _announce(
    session: Session, settings: Settings, alarm: Alarm, now: datetime, *, is_end: bool
) -> None:
    """A message for each channel, in the transaction of the alarm: told once, whatever dies."""
    channels = [Channel.MAIL, *([Channel.WEBHOOK] if settings.alarm_webhook else [])]
    session.add_all(
        AlarmNotice(alarm_id=alarm.id, channel=channel, is_end=is_end, next_at=now)
        for channel in channels
    )
