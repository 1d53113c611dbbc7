"""Tokens of the API: made, shown once, revoked; and whom one speaks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from digest.accounts.roles import Grants, reaches
from digest.accounts.sessions import fingerprint, is_to_be_noted, new_secret
from digest.actions.sessions import grants_of
from digest.domain.actor import by_token
from digest.domain.errors import Illegal
from digest.domain.role import Role
from digest.store import audit
from digest.store.accounts import find_account
from digest.store.api_tokens import ApiToken, find_token, get_token
from digest.store.engine import Database, Session

PREFIX = "digest_"  # so that scanners of source code know one when they see it
LONGEST = 366  # days


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token speaks for, and what it may do."""

    account_id: UUID
    token_id: UUID
    grants: Grants
    actor: str  # how the audit names them


def make_token(
    db: Database,
    address: str,
    *,
    name: str,
    role: Role,
    days: int,
    now: datetime,
    actor: str,
) -> tuple[UUID, str]:
    """A token's id, and the token itself: it is not stored, and can't be shown again.

    ``Illegal`` where the account has no such role anywhere.
    """
    if not 1 <= days <= LONGEST:
        raise Illegal(f"A token lives for 1 to {LONGEST} days.")
    if not name.strip():
        raise Illegal("A token needs a name, by which it is known later.")
    secret = PREFIX + new_secret()
    with db.begin() as session:
        account = find_account(session, address)
        if not reaches(grants_of(account).anywhere, role):
            raise Illegal(f"{account.address} does not have the role {role.value} itself.")
        token = ApiToken(
            account_id=account.id,
            name=name.strip()[:120],
            fingerprint=fingerprint(secret),
            role=role,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        session.add(token)
        session.flush()
        after = {"name": token.name, "role": role.value, "account": account.address, "days": days}
        _note(session, token, "made", now, actor, after)
        return token.id, secret


def revoke_token(
    db: Database, token_id: UUID, *, owner: UUID | None = None, now: datetime, actor: str
) -> None:
    """End a token at once; with ``owner`` only one of theirs (``Illegal`` for others')."""
    with db.begin() as session:
        token = get_token(session, token_id)
        if owner is not None and token.account_id != owner:
            raise Illegal("This is somebody else's token.")
        if token.revoked_at is None:
            token.revoked_at = now
            _note(session, token, "revoked", now, actor, {"name": token.name})


def who_calls(db: Database, secret: str, now: datetime) -> Caller | None:
    """Whom a token speaks for; None where it is unknown, revoked, or too old."""
    with db.read() as session:
        found = find_token(session, fingerprint(secret))
        if found is None:
            return None
        token, account = found
        if token.revoked_at is not None or token.expires_at <= now:
            return None
        grants = grants_of(account).capped(token.role)
        actor = by_token(account.address, token.name)
        caller = Caller(account.id, token.id, grants, actor)
    if token.used_at is None or is_to_be_noted(token.used_at, now):
        with db.begin() as session:
            get_token(session, token.id).used_at = now
    return caller


def _note(
    session: Session,
    token: ApiToken,
    action: str,
    now: datetime,
    actor: str,
    after: dict[str, Any],
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="api_token",
        noun_id=token.id,
        after=after,
    )
