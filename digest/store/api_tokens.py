"""Tokens of the API, and the answers that were given under an idempotency key."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.domain.role import Role
from digest.store.accounts import Account
from digest.store.base import Row, id_column, text_enum
from digest.store.engine import insert_for


class ApiToken(Row):
    """What a program shows instead of a password. It may do what its owner may, and no more than
    ``role``."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = id_column()
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role] = mapped_column(text_enum(Role))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiAnswer(Row):
    """What was answered to a request that starts a send; ``status`` is None until then."""

    __tablename__ = "api_answer"

    token_id: Mapped[UUID] = mapped_column(
        ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]  # SHA-256 of method, path and body
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    body: Mapped[str | None]


def find_token(session: Session, fingerprint: str) -> tuple[ApiToken, Account] | None:
    """A token with its owner, unless that is disabled."""
    row = session.execute(
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.fingerprint == fingerprint, Account.disabled_at.is_(None))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def get_token(session: Session, token_id: UUID) -> ApiToken:
    token = session.get(ApiToken, token_id)
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    return token


def tokens_of(session: Session, account_id: UUID | None) -> Sequence[tuple[ApiToken, str]]:
    """Tokens with their owners' addresses, of one account or of all, the newest first."""
    found = select(ApiToken, Account.address).join(Account, Account.id == ApiToken.account_id)
    if account_id is not None:
        found = found.where(ApiToken.account_id == account_id)
    return [(row[0], row[1]) for row in session.execute(found.order_by(ApiToken.id.desc()))]


def begin_answer(
    session: Session, token_id: UUID, key: str, request: str, now: datetime, forget: datetime
) -> ApiAnswer | None:
    """Take a key for a request. None: it is taken, go on; else what has the key already.

    Answers from before ``forget`` are deleted.
    """
    session.execute(delete(ApiAnswer).where(ApiAnswer.created_at < forget))
    taken = session.execute(
        insert_for(session, ApiAnswer)
        .values(token_id=token_id, key=key, request=request, created_at=now)
        .on_conflict_do_nothing()
        .returning(ApiAnswer.key)
    ).scalar_one_or_none()
    return None if taken is not None else session.get(ApiAnswer, (token_id, key))


def settle_answer(session: Session, token_id: UUID, key: str, status: int, body: str) -> None:
    """Keep the answer."""
    answer = session.get_one(ApiAnswer, (token_id, key))
    answer.status, answer.body = status, body


def drop_answer(session: Session, token_id: UUID, key: str) -> None:
    """Nothing was begun: the key is free again."""
    session.execute(delete(ApiAnswer).where(ApiAnswer.token_id == token_id, ApiAnswer.key == key))
