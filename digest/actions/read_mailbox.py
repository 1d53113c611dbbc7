"""Empty a mailbox of returned mail: a mail is taken out only when what it says is committed."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.ingest_feedback import take_mail
from digest.deliver.books import Flag
from digest.domain.errors import DigestError
from digest.domain.mailbox import parse_mailbox
from digest.feedback.post_box import MOST_AT_ONCE, PostBox, open_post_box
from digest.log import get_logger
from digest.settings import Settings
from digest.store.engine import Database, StoreUnavailable
from digest.store.mailboxes import Mailbox, claim_mailbox
from digest.tokens import unseal

EVERY = timedelta(minutes=1)
HELD = timedelta(minutes=10)  # by one reader; if it dies, the next comes after that
LONGEST_PAUSE = timedelta(hours=1)  # after failures in a row, doubling from EVERY

log = get_logger(__name__)


def read_mailbox(
    db: Database,
    settings: Settings,
    mailbox_id: UUID,
    *,
    now: datetime,
    stop: Flag | None = None,
) -> Counter[str]:
    """Take in what lies in a due mailbox, and say when to look again; gives how many mails had
    which effect. A mail that a dead process had applied and not taken out is known, and counts
    no second time."""
    with db.begin() as session:
        mailbox = claim_mailbox(session, mailbox_id, now, now + HELD)
    if mailbox is None:
        return Counter()
    counts: Counter[str] = Counter()
    try:
        password = unseal(settings, mailbox.sealed_password) if mailbox.sealed_password else None
        with open_post_box(parse_mailbox(mailbox.url), password) as box:
            _empty(db, settings, box, counts, now, stop)
    except StoreUnavailable:
        raise
    except DigestError as error:
        log.warning("mailbox not read", mailbox=mailbox.name, error=str(error))
        _note(db, mailbox_id, now, str(error))
    else:
        again = now if counts.total() >= MOST_AT_ONCE else now + EVERY
        _note(db, mailbox_id, again, None, succeeded_at=now)
        if counts:
            log.info("mailbox read", mailbox=mailbox.name, **counts)
    return counts


def _empty(
    db: Database,
    settings: Settings,
    box: PostBox,
    counts: Counter[str],
    now: datetime,
    stop: Flag | None,
) -> None:
    for handle, data in box.mails():
        if stop is not None and stop.is_set():
            return
        taken, _ = take_mail(db, settings, data, now=now)
        box.take_out(handle)  # committed: a crash before this line reads it again, for nothing
        counts[taken.effect.value.replace(" ", "_")] += 1


def _note(
    db: Database,
    mailbox_id: UUID,
    at: datetime,
    error: str | None,
    succeeded_at: datetime | None = None,
) -> None:
    """When to look again: soon after a success, ever later after failures."""
    with db.begin() as session:
        mailbox = session.get_one(Mailbox, mailbox_id)
        mailbox.error = error
        if error is None:
            mailbox.failures, mailbox.next_try_at, mailbox.last_success_at = 0, at, succeeded_at
        else:
            mailbox.failures += 1
            pause = min(EVERY * 2 ** min(mailbox.failures - 1, 10), LONGEST_PAUSE)
            mailbox.next_try_at = at + pause
