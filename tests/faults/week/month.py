"""What the service holds when the week begins, as it would after a month: so that each day of the
week as much grows old, and is forgotten, as comes."""

from datetime import datetime, timedelta
from uuid import UUID

from bench.ledger import mark_sent
from digest.domain.alarm import AlarmKind
from digest.domain.edition import Variant
from digest.domain.ids import first_id_at
from digest.domain.states import CampaignState, EditionState, Stream
from digest.settings import Settings
from digest.store.alarms import Alarm
from digest.store.audit import AuditEntry
from digest.store.editions import keep_renditions
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, find_list
from digest.store.roster import Roster, freeze_roster, note_statistics
from tests.builders import a_campaign, a_list, a_rendition, an_edition
from tests.faults.week.timetable import slots

DAYS = 30
KEPT = {  # the fewest that each may be
    "delivery_days": DAYS,
    "history_days": DAYS,
    "audit_days": DAYS,
    "event_days": 60,
    "notice_days": 60,
    "brief_days": 90,
}
ENTRIES = 20  # in the history, for each number


def live_a_month(db: Database, settings: Settings) -> None:
    """For each number of the week one of a month ago, to the same people: by a list that was given
    up since, so that nothing of it is in the archive of those that are there."""
    with db.begin() as session:
        former = a_list(session, "former").id
    for number, (slug, stream, at) in enumerate(slots(), 1):
        then = at - timedelta(days=DAYS)
        with db.begin() as session:
            campaign_id = _frozen(session, former, number, find_list(session, slug), stream, then)
            _note(session, number, then)
        mark_sent(settings, db, campaign_id, then)
    with db.begin() as session:
        note_statistics(session)


def _frozen(
    session: Session, former: UUID, number: int, to: MailingList, stream: Stream, then: datetime
) -> UUID:
    """A campaign whose roster are the people who are on a list now."""
    home = session.get_one(MailingList, former)
    edition = an_edition(session, home, number=number, state=EditionState.SENT)
    key = Variant().key
    ids = keep_renditions(session, edition.id, {key: a_rendition()})
    campaign = a_campaign(session, edition, state=CampaignState.SENDING, started_at=then)
    roster = Roster(campaign.id, to.id, stream, then, {}, ids[key], {})
    campaign.roster = freeze_roster(session, roster)
    return campaign.id


def _note(session: Session, number: int, then: datetime) -> None:
    """What people did then, and an alarm that was over soon."""
    moments = (then + timedelta(seconds=n) for n in range(ENTRIES))
    session.add_all(
        AuditEntry(
            id=first_id_at(at), at=at, actor="editor", action="changed", noun="edition", noun_id="-"
        )
        for at in moments
    )
    session.add(
        Alarm(
            id=first_id_at(then),
            kind=AlarmKind.SOURCE_SILENT,
            subject=f"former{number}",
            sentence="It had nothing new for three days.",
            remedy="Look at the site.",
            opened_at=then,
            closed_at=then,
        )
    )
