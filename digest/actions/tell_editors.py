"""Tell the editors of a run that its draft is ready, its time near, or its approval missing."""

from datetime import datetime
from uuid import UUID

from digest.accounts.roles import reaches
from digest.actions.run_view import RunView, view_run
from digest.actions.sessions import grants_of
from digest.actions.staff_mail import send_staff_mail
from digest.clock import spoken
from digest.domain.errors import Illegal, Permanent
from digest.domain.notice import NoticeKind
from digest.domain.role import Role
from digest.log import get_logger
from digest.settings import Settings
from digest.store.accounts import Account, all_accounts, get_account
from digest.store.engine import Database, Session
from digest.store.notices import NoticeRecipient, dismiss_notices, note_once, take_notice_mail
from digest.store.runs import find_run

SAYS = {
    NoticeKind.DRAFT_READY: "The draft is ready",
    NoticeKind.DEADLINE_NEAR: "It is nearly time, and nobody has approved it",
    NoticeKind.APPROVAL_MISSING: "Its time has come, and nobody has approved it",
}

log = get_logger(__name__)


def note_for_editors(db: Database, run_id: UUID, now: datetime) -> None:
    """Write down what the editors of a run should know now, once whoever looks: for the desk, and
    for the mail of those who want one."""
    with db.begin() as session:
        view = view_run(session, find_run(session, run_id))
        kind = view.notice(now)
        notice_id = note_once(session, run_id, kind, now) if kind else None
        if kind is None or notice_id is None:
            return
        session.add_all(
            NoticeRecipient(
                notice_id=notice_id,
                account_id=one.id,
                next_at=now if one.notices.wants(kind) else None,
            )
            for one in _editors(session, view.run.list_id)
        )


def mail_notice(db: Database, settings: Settings, recipient_id: UUID, now: datetime) -> None:
    """Mail one editor; what is no longer so is not sent. ``Transient`` where no relay takes it: it
    is tried again for some minutes, and on the desk all the while.

    A process that dies between the relay's answer and the note of it sends it once more.
    """
    with db.begin() as session:
        taken = take_notice_mail(session, recipient_id, now)
        if taken is None:
            return
        row, notice = taken
        view = view_run(session, find_run(session, notice.run_id))
        account = get_account(session, row.account_id)
        if view.notice(now) is not notice.kind or account.disabled_at is not None:
            row.next_at, row.reason = None, "no longer so"
            return
    reason = None
    try:
        words = _words(settings, view, notice.kind, account.timezone)
        send_staff_mail(db, settings, "notice", account.address, words, now=now)
    except (Permanent, Illegal) as error:
        reason = str(error)
        log.warning("notice not mailed", notice=notice.id, why=reason)
    with db.begin() as session:
        row = session.get_one(NoticeRecipient, recipient_id)
        row.next_at, row.reason = None, reason
        row.mailed_at = None if reason else now


def put_away(db: Database, account_id: UUID, run_id: UUID, now: datetime) -> None:
    """Show somebody no more what they were told of a run so far."""
    with db.begin() as session:
        dismiss_notices(session, account_id, run_id, now)


def _editors(session: Session, list_id: UUID) -> list[Account]:
    """Everybody who may approve an edition of the list."""
    return [
        one
        for one in all_accounts(session)
        if one.disabled_at is None and reaches(grants_of(one).on(list_id), Role.EDITOR)
    ]


def _words(settings: Settings, view: RunView, kind: NoticeKind, timezone: str) -> dict[str, str]:
    """What the templates of ``templates/email/notice`` are filled with; times in the editor's
    zone."""
    assert view.edition is not None  # else there would be nothing to tell
    return {
        "list": view.mailing_list.name,
        "number": str(view.edition.number),
        "says": SAYS[kind],
        "goes": _goes(view, kind, timezone),
        "why": view.run.reason or "",
        "edition_subject": view.edition.content.subject,
        "link": f"{settings.public_url}/desk/editions/{view.edition.id}",
        "settings_link": f"{settings.public_url}/desk/me",
    }


def _goes(view: RunView, kind: NoticeKind, timezone: str) -> str:
    at = spoken(view.run.scheduled_at, timezone)
    if kind is NoticeKind.APPROVAL_MISSING:
        until = spoken(view.run.scheduled_at + view.mailing_list.max_lateness, timezone)
        return f"It was to go at {at}. Unless it is approved by {until}, it is missed."
    if view.goes_by_itself:
        return f"It goes by itself at {at}."
    return f"It goes at {at}, once somebody has approved it."
