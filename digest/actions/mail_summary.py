"""Mail the daily summary to an operator: once a day, whatever is started again meanwhile."""

from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.read_summary import read_summary
from digest.actions.staff_mail import send_staff_mail
from digest.domain.errors import Illegal, Permanent
from digest.log import get_logger
from digest.operate.summary import summary_words
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.summaries import SummaryMail, take_summary

SPAN = timedelta(days=1)

log = get_logger(__name__)


def mail_summary(db: Database, settings: Settings, mail_id: UUID, now: datetime) -> None:
    """Mail it to one of the staff. ``Transient`` where no relay takes it: it is tried again for
    some hours.

    A process that dies between the relay's answer and the note of it sends it once more.
    """
    with db.begin() as session:
        row = take_summary(session, mail_id, now)
        if row is None:
            return
        address, until = row.address, row.until
    summary, error = read_summary(db, settings, until - SPAN, until, now), None
    try:
        words = summary_words(summary, settings.public_url)
        send_staff_mail(db, settings, "summary", address, words, now=now)
    except (Permanent, Illegal) as problem:
        error = str(problem)
        log.warning("summary not mailed", mail=mail_id, why=error)
    with db.begin() as session:
        row = session.get_one(SummaryMail, mail_id)
        row.next_at, row.error = None, error
        row.mailed_at = None if error else now
