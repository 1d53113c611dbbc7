"""Get a message about an alarm out: by mail, or to a webhook."""

from datetime import datetime
from json import dumps
from uuid import UUID

from digest.accounts.roles import reaches
from digest.actions.staff_mail import send_staff_mail
from digest.domain.alarm import Channel
from digest.domain.errors import DigestError, Permanent
from digest.domain.role import Role
from digest.fetch import Fetcher
from digest.log import get_logger
from digest.operate.messages import News, as_document, mail_words
from digest.settings import Settings
from digest.store.accounts import Account, all_accounts
from digest.store.alarms import AlarmNotice, find_alarm, settle_notice, take_notice
from digest.store.engine import Database, Session

HEALTH_PATH = "/desk/health"

log = get_logger(__name__)


def tell_alarm(
    db: Database, settings: Settings, fetcher: Fetcher, notice_id: UUID, now: datetime
) -> None:
    """Send one message; what fails is tried again for some hours, and noted on the row.

    A sender that dies between sending and noting sends it once more: for an alarm, twice is
    better than never.
    """
    with db.begin() as session:
        notice = take_notice(session, notice_id, now)
        if notice is None:
            return
        news, channel = _news(session, settings, notice), notice.channel
        addresses = alarm_addresses(session, settings)
    error = None
    try:
        if channel is Channel.MAIL:
            _mail(db, settings, news, addresses, now)
        else:
            _post(settings, fetcher, news)
    except DigestError as problem:
        error = str(problem)
        log.warning("alarm not told", notice=notice_id, channel=channel.value, why=error)
    with db.begin() as session:
        settle_notice(session, notice_id, now, error)


def alarm_addresses(session: Session, settings: Settings) -> list[str]:
    """Those that are set, else everybody who may mend something for all lists."""
    staff = [one.address for one in all_accounts(session) if _mends(one)]
    return list(settings.alarm_addresses) or staff


def _news(session: Session, settings: Settings, notice: AlarmNotice) -> News:
    alarm = find_alarm(session, notice.alarm_id)
    return News(
        alarm=alarm.id,
        kind=alarm.kind,
        sentence=alarm.sentence,
        remedy=alarm.remedy,
        opened_at=alarm.opened_at,
        closed_at=alarm.closed_at,
        is_end=notice.is_end,
        health_url=settings.public_url + HEALTH_PATH,
    )


def _mends(account: Account) -> bool:
    roles = [role.role for role in account.roles if role.list_id is None]
    return account.disabled_at is None and any(reaches(role, Role.OPERATOR) for role in roles)


def _mail(
    db: Database, settings: Settings, news: News, addresses: list[str], now: datetime
) -> None:
    """To each; an error only where nobody got it, since the others would get it twice."""
    if not addresses:
        raise Permanent("Nobody gets alarms: set DIGEST_ALARM_MAIL, or give an account a role.")
    errors = []
    for address in addresses:
        try:
            send_staff_mail(db, settings, "alarm", address, mail_words(news), now=now)
        except DigestError as problem:
            errors.append(problem)
    if len(errors) == len(addresses):
        raise errors[0]


def _post(settings: Settings, fetcher: Fetcher, news: News) -> None:
    assert settings.alarm_webhook is not None
    content = dumps(as_document(news)).encode()
    fetcher.post(settings.alarm_webhook.get_secret_value(), content, "application/json")
