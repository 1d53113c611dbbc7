"""Staff accounts: made, given roles, disabled, given another password."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from digest.accounts.passwords import check_new_password, hash_password
from digest.clock import zone
from digest.domain.address import parse_address
from digest.domain.errors import Illegal
from digest.domain.notice import NoticeWish
from digest.domain.role import Role
from digest.store import audit
from digest.store.accounts import (
    Account,
    account_of,
    admins_left,
    end_sessions,
    find_account,
    lock_account,
    replace_roles,
    there_is_an_account,
    void_links,
)
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, all_lists, find_list

RoleNames = Mapping[str | None, Role]  # by the slug of a list; None: for all lists


def create_account(
    db: Database,
    *,
    address: str,
    name: str = "",
    roles: RoleNames,
    password: str | None = None,
    timezone: str = "UTC",
    now: datetime,
    actor: str,
) -> UUID:
    """Make an account; without a password its owner has to be invited."""
    address = str(parse_address(address)).lower()
    zone(timezone)
    if password is not None:
        check_new_password(password, address)
    with db.begin() as session:
        if account_of(session, address) is not None:
            raise Illegal(f"There is an account {address!r} already.")
        account = Account(
            address=address,
            name=name.strip() or address.partition("@")[0],
            timezone=timezone,
            password_hash=hash_password(password) if password else None,
            created_at=now,
        )
        session.add(account)
        session.flush()
        replace_roles(account, _by_id(session, roles))
        note(
            session, account, "created", now, actor, after={"roles": shown_roles(session, account)}
        )
        return account.id


def create_first_account(
    db: Database, *, address: str, name: str, password: str, timezone: str, now: datetime
) -> UUID:
    """Make the first account, an admin; ``Illegal`` where there is one already."""
    with db.read() as session:
        if there_is_an_account(session):
            raise Illegal("There is an account already; sign in with it.")
    return create_account(
        db,
        address=address,
        name=name,
        roles={None: Role.ADMIN},
        password=password,
        timezone=timezone,
        now=now,
        actor=address,
    )


def set_roles(db: Database, address: str, roles: RoleNames, *, now: datetime, actor: str) -> None:
    """Give an account these roles and no others. Its sessions end: it signs in again with them."""
    with db.begin() as session:
        account = lock_account(session, find_account(session, address).id)
        before = shown_roles(session, account)
        if roles.get(None) is not Role.ADMIN:
            _refuse_if_last_admin(session, account)
        replace_roles(account, _by_id(session, roles))
        session.flush()
        after = shown_roles(session, account)
        if after == before:
            return
        end_sessions(session, account.id)
        note(session, account, "role changed", now, actor, {"roles": before}, {"roles": after})


def disable_account(
    db: Database, address: str, *, disabled: bool, now: datetime, actor: str
) -> None:
    """Shut an account out at once, or let it in again."""
    with db.begin() as session:
        account = lock_account(session, find_account(session, address).id)
        if (account.disabled_at is not None) == disabled:
            return
        if disabled:
            _refuse_if_last_admin(session, account)
        account.disabled_at = now if disabled else None
        end_sessions(session, account.id)
        void_links(session, account.id)
        note(session, account, "disabled" if disabled else "enabled", now, actor)


def change_account(
    db: Database,
    account_id: UUID,
    *,
    name: str,
    timezone: str,
    notices: NoticeWish,
    now: datetime,
    actor: str,
) -> None:
    """Change what an account is called, the zone in which it reads times, and what of its lists it
    is told by mail."""
    zone(timezone)
    with db.begin() as session:
        account = lock_account(session, account_id)
        before = _choices(account)
        account.name, account.timezone = name.strip()[:120] or account.address, timezone
        account.notices = notices
        after = _choices(account)
        if after != before:
            note(session, account, "changed", now, actor, before, after)


def _choices(account: Account) -> dict[str, str]:
    return {"name": account.name, "timezone": account.timezone, "notices": account.notices}


def shown_roles(session: Session, account: Account) -> dict[str, str]:
    """Roles by the slug of the list, ``*`` for all: for the audit and for people."""
    ids = [row.list_id for row in account.roles if row.list_id is not None]
    slugs = {one.id: one.slug for one in all_lists(session)} if ids else {}
    return {
        slugs.get(row.list_id, "?") if row.list_id else "*": row.role.value
        for row in sorted(account.roles, key=lambda row: str(row.list_id or ""))
    }


def note(
    session: Session,
    account: Account,
    action: str,
    now: datetime,
    actor: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write a change of an account into the audit."""
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="account",
        noun_id=account.id,
        before=before,
        after=after,
    )


def _by_id(session: Session, roles: RoleNames) -> dict[UUID | None, Role]:
    found: dict[UUID | None, Role] = {}
    for slug, role in roles.items():
        mailing_list: MailingList | None = find_list(session, slug) if slug else None
        found[mailing_list.id if mailing_list else None] = role
    return found


def _refuse_if_last_admin(session: Session, account: Account) -> None:
    """Somebody has to be able to mend things."""
    is_admin = any(row.list_id is None and row.role is Role.ADMIN for row in account.roles)
    if is_admin and not account.disabled_at and not admins_left(session, but=(account.id,)):
        raise Illegal("This is the last admin; make somebody else one first.")
