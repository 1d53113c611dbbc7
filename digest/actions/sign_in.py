"""Sign in with a password: within limits, with the same work for accounts that don't exist."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from digest.accounts.passwords import hash_password, is_outdated, verify_password
from digest.accounts.sessions import fingerprint, new_secret
from digest.accounts.tries import WINDOW, Tries, seconds_to_wait
from digest.actions.sessions import open_session
from digest.domain.errors import Illegal, Transient
from digest.settings import Settings
from digest.store import audit
from digest.store.accounts import (
    Account,
    LoginAttempt,
    account_of,
    attempts_by,
    attempts_on,
    end_session,
    forget_attempts,
    forget_old_attempts,
    lock_account,
)
from digest.store.engine import Database, Session
from digest.tokens import hash_address


class WrongPassword(Illegal):
    """The address or the password is wrong; which of them is not said."""


class TooManyTries(Transient):
    """No more passwords are tried for a while."""


@dataclass(frozen=True, slots=True)
class Browser:
    """What asks to be signed in."""

    client: str  # its address
    agent: str  # what it calls itself
    device: str | None = None  # the cookie that an earlier login left, as it was sent
    session: str | None = None  # the secret of the session that it had before


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the browser is to keep."""

    session: str
    device: str


def sign_in(
    db: Database,
    settings: Settings,
    *,
    address: str,
    password: str,
    browser: Browser,
    now: datetime,
) -> SignedIn:
    """A new session; ``WrongPassword`` or ``TooManyTries`` where there is none.

    Each try is written down before it is made, and taken back when the password was right, so that
    many tries at once count, too.
    """
    address = address.strip().lower()
    key = hash_address(settings, address)
    device = _known_device(settings, address, browser.device)
    with db.begin() as session:
        _refuse_if_too_many(session, key, device, browser.client, now)
        session.add(LoginAttempt(at=now, address_hash=key, client=browser.client, device=device))
        account = account_of(session, address)
    usable = account is not None and account.disabled_at is None
    stored = account.password_hash if account and usable else None
    if not verify_password(stored, password) or account is None:
        raise WrongPassword("The address or the password is wrong.")
    with db.begin() as session:
        forget_attempts(session, key, device)
        if browser.session:
            end_session(session, fingerprint(browser.session))
        return _begin(session, settings, account, password, browser, now)


def device_cookie(settings: Settings, address: str, nonce: str) -> str:
    """What marks a browser as one that the owner of an account signed in with."""
    key = hmac.digest(settings.secret, b"bluf-digest known device", "sha256")
    return f"{nonce}.{hmac.digest(key, f'{nonce} {address}'.encode(), 'sha256').hex()}"


def _begin(
    session: Session,
    settings: Settings,
    found: Account,
    password: str,
    browser: Browser,
    now: datetime,
) -> SignedIn:
    account = lock_account(session, found.id)
    if account.disabled_at is not None or account.password_hash != found.password_hash:
        raise WrongPassword("The address or the password is wrong.")  # changed meanwhile
    if found.password_hash and is_outdated(found.password_hash):
        account.password_hash = hash_password(password)
    account.signed_in_at = now
    secret = open_session(session, account, client=browser.client, agent=browser.agent, now=now)
    audit.record(
        session,
        now=now,
        actor=account.address,
        action="signed in",
        noun="account",
        noun_id=account.id,
        after={"client": browser.client},
    )
    return SignedIn(secret, device_cookie(settings, account.address, new_secret()))


def _refuse_if_too_many(
    session: Session, key: str, device: str | None, client: str, now: datetime
) -> None:
    since = now - WINDOW
    forget_old_attempts(session, since)
    tries = Tries(
        for_account=attempts_on(session, key, device, since),
        by_client=() if device else attempts_by(session, client, since),
    )
    wait = seconds_to_wait(tries, now)
    if wait:
        raise TooManyTries(
            f"Too many tries; please wait {-(-wait // 60)} minutes and try again.",
            retry_after=wait,
        )


def _known_device(settings: Settings, address: str, cookie: str | None) -> str | None:
    """The fingerprint of the device, where this account's owner signed in with it before."""
    nonce = (cookie or "").partition(".")[0]
    expected = device_cookie(settings, address, nonce)
    if cookie and hmac.compare_digest(cookie.encode(), expected.encode()):
        return fingerprint(cookie)
    return None
