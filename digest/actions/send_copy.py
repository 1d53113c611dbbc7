"""Send an extra copy that somebody asked for: once, whatever happens."""

from datetime import datetime
from uuid import UUID

from digest.actions.ask_copy import why_not
from digest.actions.relays import open_relay
from digest.deliver.keyring import Keyring
from digest.deliver.message import CompiledMessage, Origin
from digest.deliver.own_links import OwnLinks
from digest.deliver.recipients import is_allowed
from digest.deliver.transport import InDoubt, Mail, RelayDown, Transport
from digest.domain.ids import message_key
from digest.log import get_logger
from digest.settings import Settings
from digest.store.campaigns import find_campaign
from digest.store.copies import CopyState, ExtraCopy, find_delivery, settle_copy, take_copy
from digest.store.editions import find_edition, get_rendition
from digest.store.engine import Database, Session

log = get_logger(__name__)


def send_copy(db: Database, settings: Settings, copy_id: UUID, now: datetime) -> None:
    """Take a copy, send it, and note the reply.

    It waits where no relay can be used. A copy whose sender dies stays ``sending``: it may have
    gone out, and whoever wants another asks for it.
    """
    transport = open_relay(db, settings, now)
    if transport is None:
        return
    try:
        with db.begin() as session:
            copy = take_copy(session, copy_id)
            mail = _mail(session, settings, copy, now) if copy else None
        if mail is not None:
            state, reply = _send(transport, mail)
            with db.begin() as session:
                settle_copy(session, copy_id, state, now, reply)
            log.info("copy sent", copy=copy_id, state=state.value)
    finally:
        transport.close()


def _send(transport: Transport, mail: Mail) -> tuple[CopyState, str]:
    try:
        reply = transport.send(mail)
    except RelayDown as error:
        return CopyState.FAILED, f"not sent: {error}"
    except InDoubt as error:
        return CopyState.SENDING, f"handed over and not answered: {error}"
    return (CopyState.SENT if 200 <= reply.code < 300 else CopyState.FAILED), str(reply)


def _mail(session: Session, settings: Settings, copy: ExtraCopy, now: datetime) -> Mail | None:
    """The same rendition with links of the person's own; None, noted, where it must not go."""
    delivery = find_delivery(session, copy.delivery_id)
    reason = why_not(session, delivery)
    if reason is None and not is_allowed(settings, delivery.address):
        reason = "not among DIGEST_ALLOWED_RECIPIENTS"
    campaign = find_campaign(session, delivery.campaign_id)
    edition = find_edition(session, campaign.edition_id)
    if reason or edition.branding is None or delivery.rendition_id is None:
        settle_copy(session, copy.id, CopyState.FAILED, now, reason or "there is nothing to send")
        return None
    return_path, personal = OwnLinks(
        settings, campaign.list_id, edition.branding.bounce_domain
    ).personal(
        delivery.id,
        delivery.subscriber_id,
        address=delivery.address,
        message_key=message_key(copy.id, delivery.subscriber_id),
        date=now,
    )
    keyring = Keyring(settings, edition.branding.from_address)
    signer = keyring.signer(session, keyring.current(session, now))
    rendition = get_rendition(session, delivery.rendition_id)
    compiled = CompiledMessage(rendition, edition.branding, Origin(edition.id, edition.stream))
    return Mail(return_path, delivery.address, compiled.build(personal, signer))
