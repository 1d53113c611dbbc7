"""Staff accounts: their roles, sessions, links by mail, and wrong passwords."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from digest.domain.errors import NotFound
from digest.domain.notice import NoticeWish
from digest.domain.role import Role
from digest.store.base import Row, id_column, text_enum


class Account(Row):
    """A member of the staff."""

    __tablename__ = "account"

    id: Mapped[UUID] = id_column()
    address: Mapped[str] = mapped_column(unique=True)  # in lower case
    name: Mapped[str]
    timezone: Mapped[str] = mapped_column(default="UTC")
    password_hash: Mapped[str | None]  # None: invited, and not come yet
    notices: Mapped[NoticeWish] = mapped_column(text_enum(NoticeWish), default=NoticeWish.ALL)
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    roles: Mapped[list["AccountRole"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="AccountRole.id"
    )


class AccountRole(Row):
    """What an account may do on one list, or (without one) on all."""

    __tablename__ = "role"
    __table_args__ = (
        UniqueConstraint("account_id", "list_id"),
        Index(
            "uq_role_account_id_for_all",
            "account_id",
            unique=True,
            sqlite_where=text("list_id IS NULL"),
            postgresql_where=text("list_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = id_column()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    list_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[Role] = mapped_column(text_enum(Role))


class AccountSession(Row):
    """A browser that somebody signed in with. Its id is the fingerprint of the cookie."""

    __tablename__ = "account_session"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    client: Mapped[str]  # address
    agent: Mapped[str]  # what the browser calls itself


class LinkPurpose(StrEnum):
    """What a link by mail lets its holder do, once."""

    INVITATION = "invitation"
    RESET = "reset"


class AccountLink(Row):
    """A link that was mailed to an account; it works once. Its id is the secret's fingerprint."""

    __tablename__ = "account_link"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[LinkPurpose] = mapped_column(text_enum(LinkPurpose))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginAttempt(Row):
    """A try to sign in; taken back when the password was right."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_address_hash_at", "address_hash", "at"),
        Index("ix_login_attempt_client_at", "client", "at"),
    )

    id: Mapped[UUID] = id_column()
    at: Mapped[datetime]
    address_hash: Mapped[str]  # tokens.hash_address, whether there is such an account or not
    client: Mapped[str]
    device: Mapped[str | None]  # fingerprint of a device that the owner signed in with before


def find_account(session: Session, address: str) -> Account:
    """The account of that address."""
    account = account_of(session, address)
    if account is None:
        raise NotFound(f"There is no account {address!r}.")
    return account


def account_of(session: Session, address: str) -> Account | None:
    """The account of that address, if there is one."""
    return session.scalar(select(Account).where(Account.address == address.strip().lower()))


def get_account(session: Session, account_id: UUID) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(f"There is no account {account_id}.")
    return account


def lock_account(session: Session, account_id: UUID) -> Account:
    """The account, held until the transaction ends."""
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise NotFound(f"There is no account {account_id}.")
    return account


def all_accounts(session: Session) -> Sequence[Account]:
    return session.scalars(select(Account).order_by(Account.address)).all()


def there_is_an_account(session: Session) -> bool:
    return session.scalar(select(Account.id).limit(1)) is not None


def replace_roles(account: Account, roles: Mapping[UUID | None, Role]) -> None:
    """Give an account these roles, by list (None: all lists), and no others."""
    kept = {row.list_id: row for row in account.roles}
    for list_id in kept.keys() - roles.keys():
        account.roles.remove(kept[list_id])
    for list_id, role in roles.items():
        if list_id in kept:
            kept[list_id].role = role
        else:
            account.roles.append(AccountRole(list_id=list_id, role=role))


def find_session(session: Session, fingerprint: str) -> tuple[AccountSession, Account] | None:
    """A session with its account, unless that is disabled."""
    found = session.execute(
        select(AccountSession, Account)
        .join(Account, Account.id == AccountSession.account_id)
        .options(joinedload(Account.roles))  # each page asks for them: one query less
        .where(AccountSession.id == fingerprint, Account.disabled_at.is_(None))
    )
    row = found.unique().one_or_none()
    return None if row is None else (row[0], row[1])


def sessions_of(session: Session, account_id: UUID) -> Sequence[AccountSession]:
    """An account's sessions, the one that was seen last first."""
    return session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account_id)
        .order_by(AccountSession.seen_at.desc())
    ).all()


def end_sessions(session: Session, account_id: UUID, *, but: str | None = None) -> None:
    """End all sessions of an account at once, or all but one."""
    ended = delete(AccountSession).where(AccountSession.account_id == account_id)
    session.execute(ended if but is None else ended.where(AccountSession.id != but))


def end_session(session: Session, fingerprint: str) -> None:
    session.execute(delete(AccountSession).where(AccountSession.id == fingerprint))


def forget_sessions(session: Session, *, created_before: datetime, seen_before: datetime) -> None:
    """Delete the sessions that no longer count."""
    session.execute(
        delete(AccountSession).where(
            (AccountSession.created_at <= created_before) | (AccountSession.seen_at <= seen_before)
        )
    )


def find_link(session: Session, fingerprint: str) -> AccountLink | None:
    return session.get(AccountLink, fingerprint)


def links_since(
    session: Session, account_id: UUID, purpose: LinkPurpose, since: datetime
) -> Sequence[AccountLink]:
    """The links of one kind that an account was mailed since then."""
    return session.scalars(
        select(AccountLink).where(
            AccountLink.account_id == account_id,
            AccountLink.purpose == purpose,
            AccountLink.created_at > since,
        )
    ).all()


def void_links(session: Session, account_id: UUID) -> None:
    """No link that was mailed to this account works any more."""
    session.execute(delete(AccountLink).where(AccountLink.account_id == account_id))


def attempts_on(
    session: Session, address_hash: str, device: str | None, since: datetime
) -> Sequence[datetime]:
    """When passwords were tried for an address, by unknown devices or by one, oldest first."""
    by = LoginAttempt.device.is_(None) if device is None else LoginAttempt.device == device
    return session.scalars(
        select(LoginAttempt.at)
        .where(LoginAttempt.address_hash == address_hash, by, LoginAttempt.at > since)
        .order_by(LoginAttempt.at)
    ).all()


def attempts_by(session: Session, client: str, since: datetime) -> Sequence[datetime]:
    """When a client tried passwords from unknown devices, oldest first."""
    return session.scalars(
        select(LoginAttempt.at)
        .where(
            LoginAttempt.client == client, LoginAttempt.device.is_(None), LoginAttempt.at > since
        )
        .order_by(LoginAttempt.at)
    ).all()


def forget_attempts(session: Session, address_hash: str, device: str | None) -> None:
    """The right password was given: what was tried before it no longer counts."""
    by = LoginAttempt.device.is_(None) if device is None else LoginAttempt.device == device
    session.execute(delete(LoginAttempt).where(LoginAttempt.address_hash == address_hash, by))


def forget_old_attempts(session: Session, before: datetime) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= before))


def admins_left(session: Session, but: Iterable[UUID]) -> int:
    """How many other accounts may still do everything."""
    return session.scalars(
        select(func.count(Account.id))
        .join(AccountRole)
        .where(
            AccountRole.list_id.is_(None),
            AccountRole.role == Role.ADMIN,
            Account.disabled_at.is_(None),
            Account.id.not_in(tuple(but)),
        )
    ).one()
