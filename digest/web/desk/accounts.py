"""The staff's accounts, for admins: invite, give roles, shut out."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import Response

from digest.actions.accounts import create_account, disable_account, set_roles, shown_roles
from digest.actions.passwords import invite
from digest.clock import utc_now
from digest.domain.errors import DigestError, Illegal
from digest.domain.role import Role
from digest.store.accounts import Account, all_accounts, get_account, sessions_of
from digest.store.lists import all_lists
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Fields, Posted, first

ACCOUNTS = "/desk/accounts"
EVERYWHERE = "*"  # stands for all lists in forms


def show_accounts(desk: AtDesk) -> Response:
    """GET /desk/accounts."""
    return _page(desk)


def add_account(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/accounts: make an account, and mail its owner an invitation."""
    address = first(fields, "address").lower()
    try:
        create_account(
            desk.site.db,
            address=address,
            name=first(fields, "name"),
            roles=_roles(fields),
            timezone=desk.viewer.timezone,
            now=utc_now(),
            actor=desk.actor,
        )
    except Illegal as error:
        return _page(desk, fault=str(error), status=422)
    return desk.redirect(ACCOUNTS, said=_invited(desk, address))


def show_account(account_id: UUID, desk: AtDesk) -> Response:
    """GET /desk/accounts/{account_id}: its roles, and where it is signed in."""
    with desk.site.db.read() as session:
        account = get_account(session, account_id)
        roles = shown_roles(session, account)
        sessions = sessions_of(session, account_id)
        lists = [(one.slug, one.name) for one in all_lists(session)]
    return desk.page(
        "desk/account.html",
        account=account,
        state=state_of(account),
        held=roles,
        lists=lists,
        roles=tuple(Role),
        sessions=sessions,
    )


def change_account(account_id: UUID, desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/accounts/{account_id}: its roles, all at once."""
    address = _address(desk, account_id)
    set_roles(desk.site.db, address, _roles(fields), now=utc_now(), actor=desk.actor)
    return desk.redirect(f"{ACCOUNTS}/{account_id}", said=f"{address} has these roles now.")


def act_on_account(account_id: UUID, desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/accounts/{account_id}/state: disable, enable, or invite again."""
    address, action = _address(desk, account_id), first(fields, "action")
    if action == "invite":
        said = _invited(desk, address)
    elif action in {"disable", "enable"}:
        disabled = action == "disable"
        disable_account(desk.site.db, address, disabled=disabled, now=utc_now(), actor=desk.actor)
        said = f"{address} is shut out." if disabled else f"{address} may sign in again."
    else:
        raise Illegal("This page has no such button.")
    return desk.redirect(f"{ACCOUNTS}/{account_id}", said=said)


def state_of(account: Account) -> str:
    """In a word, for people."""
    if account.disabled_at is not None:
        return "disabled"
    return "active" if account.password_hash else "invited"


def _page(desk: Desk, *, fault: str | None = None, status: int = 200) -> Response:
    with desk.site.db.read() as session:
        found = [(account, shown_roles(session, account)) for account in all_accounts(session)]
        lists = [(one.slug, one.name) for one in all_lists(session)]
    rows = [(account, roles, state_of(account)) for account, roles in found]
    return desk.page(
        "desk/accounts.html",
        status=status,
        fault=fault,
        rows=rows,
        lists=lists,
        roles=tuple(Role),
    )


def _roles(fields: Fields) -> Mapping[str | None, Role]:
    """``role-SLUG`` fields, and ``role-*`` for all lists; an empty one is no role."""
    found: dict[str | None, Role] = {}
    for name in fields:
        slug, role = name.removeprefix("role-"), first(fields, name)
        if name.startswith("role-") and role:
            if role not in set(Role):
                raise Illegal(f"{role!r} is not a role.")
            found[None if slug == EVERYWHERE else slug] = Role(role)
    return found


def _address(desk: Desk, account_id: UUID) -> str:
    with desk.site.db.read() as session:
        return get_account(session, account_id).address


def _invited(desk: Desk, address: str) -> str:
    """Mail an invitation; gives what became of it, since the account is there in any case."""
    try:
        invite(desk.site.db, desk.site.settings, address, now=utc_now(), actor=desk.actor)
    except DigestError as error:
        return f"{address} has an account, but could not be mailed: {error}"
    return f"An invitation is on its way to {address}."
