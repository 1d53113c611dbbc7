"""Get a message about an alarm out: by mail, or to a webhook."""

from datetime import datetime
from json import dumps
from uuid import UUID

from digest.actions.relays import open_relay
from digest.deliver.transport import Mail
from digest.domain.alarm import Channel
from digest.domain.errors import DigestError, Permanent, Transient
from digest.fetch import Fetcher
from digest.log import get_logger
from digest.operate.messages import News, as_document, as_mail
from digest.settings import Settings
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
        addresses = list(settings.alarm_addresses)
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


def _mail(
    db: Database, settings: Settings, news: News, addresses: list[str], now: datetime
) -> None:
    if not addresses:
        raise Permanent("Nobody gets alarms: set DIGEST_ALARM_MAIL or add an operator.")
    transport = open_relay(db, settings, now)
    if transport is None:
        raise Transient("No relay can be used just now.")
    sender = settings.alarm_sender
    try:
        for address in addresses:
            content = as_mail(news, sender=sender, recipient=address, now=now)
            reply = transport.send(Mail(sender, address, content))
            if reply.code >= 400:
                raise Transient(f"The relay answered {reply} for {address}.")
    finally:
        transport.close()


def _post(settings: Settings, fetcher: Fetcher, news: News) -> None:
    assert settings.alarm_webhook is not None
    content = dumps(as_document(news)).encode()
    fetcher.post(settings.alarm_webhook.get_secret_value(), content, "application/json")
