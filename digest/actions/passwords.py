"""Passwords: changed, or set by a link that was mailed to the account (invitation, reset)."""

from datetime import datetime, timedelta

from digest.accounts.passwords import check_new_password, hash_password, verify_password
from digest.accounts.sessions import fingerprint, new_secret
from digest.actions.accounts import note
from digest.actions.sessions import Viewer, open_session
from digest.actions.staff_mail import send_staff_mail
from digest.domain.errors import Illegal, NotFound
from digest.settings import Settings
from digest.store.accounts import (
    Account,
    AccountLink,
    LinkPurpose,
    account_of,
    end_sessions,
    find_account,
    find_link,
    links_since,
    lock_account,
    void_links,
)
from digest.store.engine import Database, Session

LIFE = {LinkPurpose.INVITATION: timedelta(days=3), LinkPurpose.RESET: timedelta(hours=1)}
MOST_RESETS = 3  # mails an hour to one account
LINK_PATH = "/desk/link/"


def invite(db: Database, settings: Settings, address: str, *, now: datetime, actor: str) -> None:
    """Mail somebody a link by which they choose their first password."""
    with db.begin() as session:
        account = lock_account(session, find_account(session, address).id)
        if account.disabled_at is not None:
            raise Illegal(f"{account.address} is disabled; enable the account first.")
        secret, until = _new_link(session, account, LinkPurpose.INVITATION, now)
        note(session, account, "invited", now, actor)
    context = {"inviter": actor, "link": _url(settings, secret), "until": _shown(until)}
    send_staff_mail(db, settings, "invitation", address, context, now=now)


def request_reset(
    db: Database, settings: Settings, address: str, *, now: datetime, actor: str | None = None
) -> bool:
    """Mail a link for a new password; False where there is no such account, or it has had three
    within the hour. Whoever asked through the pages isn't told which."""
    with db.begin() as session:
        found = account_of(session, address)
        if found is None or found.disabled_at is not None:
            return False
        account = lock_account(session, found.id)
        since = now - timedelta(hours=1)
        if len(links_since(session, account.id, LinkPurpose.RESET, since)) >= MOST_RESETS:
            return False
        secret, until = _new_link(session, account, LinkPurpose.RESET, now)
        note(session, account, "asked for a new password", now, actor or account.address)
    context = {"link": _url(settings, secret), "until": _shown(until)}
    send_staff_mail(db, settings, "reset", account.address, context, now=now)
    return True


def check_link(db: Database, secret: str, now: datetime) -> str:
    """Whose address a link belongs to; ``NotFound`` where it no longer works, or isn't ours."""
    with db.read() as session:
        return _usable_link(session, secret, now)[1].address


def use_link(db: Database, secret: str, password: str, *, now: datetime) -> str:
    """Set the password of the account that a link belongs to; gives its address. The link and all
    others of the account are void, and its sessions end."""
    with db.begin() as session:
        link, found = _usable_link(session, secret, now)
        account = lock_account(session, found.id)
        purpose = link.purpose
        _set(session, account, password)
        note(session, account, "password set", now, account.address, after={"by": purpose})
        return account.address


def change_password(
    db: Database, viewer: Viewer, *, old: str, new: str, client: str, agent: str, now: datetime
) -> str:
    """Change one's own password. All sessions end; gives the secret of a new one."""
    with db.read() as session:
        stored = find_account(session, viewer.address).password_hash
    if not verify_password(stored, old):
        raise Illegal("The present password is not this one; nothing was changed.")
    with db.begin() as session:
        account = lock_account(session, viewer.account_id)
        _set(session, account, new)
        note(session, account, "password changed", now, viewer.actor)
        return open_session(session, account, client=client, agent=agent, now=now)


def set_password(db: Database, address: str, password: str, *, now: datetime, actor: str) -> None:
    """Give an account another password, whoever asks; its sessions end, its links are void."""
    with db.begin() as session:
        account = lock_account(session, find_account(session, address).id)
        _set(session, account, password)
        note(session, account, "password set", now, actor)


def _set(session: Session, account: Account, password: str) -> None:
    check_new_password(password, account.address)
    account.password_hash = hash_password(password)
    void_links(session, account.id)
    end_sessions(session, account.id)


def _new_link(
    session: Session, account: Account, purpose: LinkPurpose, now: datetime
) -> tuple[str, datetime]:
    secret, until = new_secret(), now + LIFE[purpose]
    session.add(
        AccountLink(
            id=fingerprint(secret),
            account_id=account.id,
            purpose=purpose,
            created_at=now,
            expires_at=until,
        )
    )
    return secret, until


def _usable_link(session: Session, secret: str, now: datetime) -> tuple[AccountLink, Account]:
    link = find_link(session, fingerprint(secret))
    if link is None or link.expires_at <= now:
        raise NotFound("This link was used, or is too old.")
    account: Account | None = session.get(Account, link.account_id)
    if account is None or account.disabled_at is not None:
        raise NotFound("This link was used, or is too old.")
    return link, account


def _url(settings: Settings, secret: str) -> str:
    return settings.public_url + LINK_PATH + secret


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
