"""Hand one mail over to a relay, outside campaigns."""

from datetime import datetime

from digest.actions.relays import open_relay
from digest.deliver.keyring import Keyring
from digest.deliver.recipients import is_allowed
from digest.deliver.transport import Mail
from digest.domain.errors import Illegal, Permanent, Transient
from digest.settings import Settings
from digest.store.engine import Database


def hand_over(db: Database, settings: Settings, mail: Mail, now: datetime) -> None:
    """``Transient`` where no relay takes it just now, ``Permanent`` where it is refused,
    ``Illegal`` where ``DIGEST_ALLOWED_RECIPIENTS`` doesn't let mail go there."""
    if not is_allowed(settings, mail.recipient):
        raise Illegal(f"{mail.recipient} is not among DIGEST_ALLOWED_RECIPIENTS; nothing was sent.")
    transport = open_relay(db, settings, now)
    mail = _signed(db, settings, mail, now)
    if transport is None:
        raise Transient("No relay can be used just now; see `digest relay list`.")
    try:
        reply = transport.send(mail)
    finally:
        transport.close()
    if reply.code >= 400:
        kind = Permanent if reply.code >= 500 else Transient
        raise kind(f"The relay answered {reply} for {mail.recipient}.")


def _signed(db: Database, settings: Settings, mail: Mail, now: datetime) -> Mail:
    """With the signatures of the sender's domain, where it has keys."""
    keyring = Keyring(settings, mail.return_path)
    with db.read() as session:
        signer = keyring.signer(session, keyring.current(session, now))
    if signer is None:
        return mail
    return mail._replace(content=signer.sign(mail.content, now) + mail.content)
