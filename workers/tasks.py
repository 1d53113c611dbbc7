"""Tasks: each takes an id, calls one action, and may be run twice without harm."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from celery import Task
from kombu.exceptions import OperationalError

from digest.actions.advance_run import advance_run
from digest.actions.collect_source import collect_one
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.desk_import import run_import
from digest.actions.mail_summary import mail_summary
from digest.actions.pings import send_ping
from digest.actions.read_mailbox import read_mailbox
from digest.actions.send_copy import send_copy
from digest.actions.send_greeting import send_greeting
from digest.actions.start_campaign import start_campaign
from digest.actions.tell_alarm import tell_alarm
from digest.actions.tell_editors import mail_notice
from digest.actions.tend_campaigns import Due, bells
from digest.actions.tick import Work
from digest.clock import utc_now
from digest.domain.errors import DigestError
from digest.log import about, get_logger
from workers import process
from workers.app import app

log = get_logger(__name__)


@app.task(base=Task)
def hear() -> None:
    """A worker rings itself: see ``workers/hearing.py``."""


@app.task
def collect(source_id: str) -> None:
    with _guard(Work.COLLECT, source_id) as id_:
        collect_one(process.database(), process.fetcher(), id_, utc_now())


@app.task
def advance(run_id: str) -> None:
    with _guard(Work.ADVANCE, run_id) as id_:
        advance_run(process.database(), process.settings(), id_, utc_now())


@app.task
def start(campaign_id: str) -> None:
    with _guard(Work.START, campaign_id) as id_:
        roster = start_campaign(process.database(), process.settings(), id_, utc_now())
        with suppress(OperationalError):  # the tick rings, too, but up to a second later
            for due_id in bells([Due(id_, waiting=roster, held=0)] if roster else []):
                deliver.delay(str(due_id))


@app.task
def deliver(campaign_id: str) -> None:
    if not process.sending.acquire(blocking=False):
        return  # the tick rings again
    try:
        with _guard(Work.DELIVER, campaign_id) as id_:
            deliver_campaign(
                process.database(), process.settings(), id_, clock=utc_now, stop=process.stop
            )
    finally:
        process.sending.release()


@app.task
def copy(copy_id: str) -> None:
    with _guard(Work.COPY, copy_id) as id_:
        send_copy(process.database(), process.settings(), id_, utc_now())


@app.task
def tell(notice_id: str) -> None:
    with _guard(Work.TELL, notice_id) as id_:
        tell_alarm(process.database(), process.settings(), process.fetcher(), id_, utc_now())


@app.task
def notify(recipient_id: str) -> None:
    with _guard(Work.NOTIFY, recipient_id) as id_:
        mail_notice(process.database(), process.settings(), id_, utc_now())


@app.task
def greet(greeting_id: str) -> None:
    with _guard(Work.GREET, greeting_id) as id_:
        send_greeting(process.database(), process.settings(), id_, utc_now())


@app.task
def mailbox(mailbox_id: str) -> None:
    with _guard(Work.MAILBOX, mailbox_id) as id_:
        read_mailbox(process.database(), process.settings(), id_, now=utc_now(), stop=process.stop)


@app.task
def take_in(import_id: str) -> None:
    with _guard(Work.IMPORT, import_id) as id_:
        run_import(process.database(), process.settings(), id_, utc_now())


@app.task
def summary(mail_id: str) -> None:
    with _guard(Work.SUMMARY, mail_id) as id_:
        mail_summary(process.database(), process.settings(), id_, utc_now())


@app.task
def ping(ping_id: str) -> None:
    with _guard(Work.PING, ping_id) as id_:
        send_ping(process.database(), process.settings(), process.pinger(), id_, utc_now())


TASKS = {
    Work.COLLECT: collect,
    Work.ADVANCE: advance,
    Work.START: start,
    Work.DELIVER: deliver,
    Work.COPY: copy,
    Work.TELL: tell,
    Work.NOTIFY: notify,
    Work.GREET: greet,
    Work.MAILBOX: mailbox,
    Work.IMPORT: take_in,
    Work.SUMMARY: summary,
    Work.PING: ping,
}


# What the id of a ring is called in the lines that are logged about it; elsewhere it is ``id``.
ABOUT = {
    Work.COLLECT: "source",
    Work.ADVANCE: "run",
    Work.START: "campaign",
    Work.DELIVER: "campaign",
    Work.MAILBOX: "mailbox",
}


@contextmanager
def _guard(work: Work, id_: str) -> Iterator[UUID]:
    """The outermost edge of a worker: what goes wrong is logged, and the next tick rings again.

    Whoever reaches the broker may have written the message, so it is believed to be an id and no
    more: what it is about is looked up, and whether that is due.
    """
    given = UUID(id_)
    with about(work=work.value, **{ABOUT.get(work, "id"): given}):
        try:
            yield given
        except DigestError as error:
            log.warning("task failed", error=str(error))
        except Exception:
            log.exception("task broke")
