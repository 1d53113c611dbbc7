"""Sessions of the staff: who a browser speaks for, and how that ends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.accounts.roles import Grants
from digest.accounts.sessions import (
    ABSOLUTE,
    IDLE,
    fingerprint,
    is_alive,
    is_to_be_noted,
    new_secret,
)
from digest.domain.notice import NoticeWish
from digest.store import audit
from digest.store.accounts import (
    Account,
    AccountSession,
    end_sessions,
    find_session,
    forget_sessions,
    get_account,
)
from digest.store.engine import Database, Session

LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is at the desk, as pages may know them."""

    account_id: UUID
    address: str
    name: str
    timezone: str
    notices: NoticeWish
    grants: Grants
    session_id: str  # the fingerprint of what the browser holds

    @property
    def actor(self) -> str:
        """How the audit names them."""
        return self.address


def who_is(db: Database, secret: str, now: datetime) -> Viewer | None:
    """The account behind a session cookie; None where the session has ended."""
    with db.read() as session:
        found = find_session(session, fingerprint(secret))
        if found is None or not is_alive(found[0].created_at, found[0].seen_at, now):
            return None
        viewer = viewer_of(found[1], found[0].id)
    if is_to_be_noted(found[0].seen_at, now):
        _note_seen(db, viewer.session_id, now)
    return viewer


def open_session(
    session: Session, account: Account, *, client: str, agent: str, now: datetime
) -> str:
    """Begin a session, and forget those that no longer count; gives the secret for the cookie."""
    secret = new_secret()
    forget_sessions(session, created_before=now - ABSOLUTE, seen_before=now - IDLE)
    session.add(
        AccountSession(
            id=fingerprint(secret),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            client=client,
            agent=agent[:LONGEST_AGENT],
        )
    )
    return secret


def sign_out(db: Database, viewer: Viewer, *, now: datetime) -> None:
    """End all of somebody's sessions, on every device."""
    with db.begin() as session:
        end_sessions(session, viewer.account_id)
        _note(session, viewer, "signed out", now)


def end_other_sessions(db: Database, viewer: Viewer, *, now: datetime) -> None:
    """End somebody's sessions but the one that asks for it."""
    with db.begin() as session:
        end_sessions(session, viewer.account_id, but=viewer.session_id)
        _note(session, viewer, "ended other sessions", now)


def grants_of(account: Account) -> Grants:
    """What an account may do, as a value."""
    everywhere = next((row.role for row in account.roles if row.list_id is None), None)
    by_list = {row.list_id: row.role for row in account.roles if row.list_id is not None}
    return Grants(everywhere, by_list)


def viewer_of(account: Account, session_id: str) -> Viewer:
    """The value that pages get."""
    return Viewer(
        account_id=account.id,
        address=account.address,
        name=account.name,
        timezone=account.timezone,
        notices=account.notices,
        grants=grants_of(account),
        session_id=session_id,
    )


def _note_seen(db: Database, session_id: str, now: datetime) -> None:
    with db.begin() as session:
        row = session.get(AccountSession, session_id)
        if row is not None:
            row.seen_at = now


def _note(session: Session, viewer: Viewer, action: str, now: datetime) -> None:
    account = get_account(session, viewer.account_id)
    audit.record(
        session,
        now=now,
        actor=viewer.actor,
        action=action,
        noun="account",
        noun_id=account.id,
    )
