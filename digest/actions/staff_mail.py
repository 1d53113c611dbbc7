"""Mail to the staff, through the same relays and limits as all mail."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from digest.actions.relays import open_relay
from digest.deliver.letter import letter
from digest.deliver.recipients import is_allowed
from digest.domain.errors import Illegal, Permanent, Transient
from digest.domain.ids import uuid7
from digest.render import builtin_templates, render_message
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.lists import all_lists


def send_staff_mail(
    db: Database,
    settings: Settings,
    name: str,
    recipient: str,
    context: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    """Send the mail of the folder ``templates/email/NAME``; gives its context ``subject``,
    ``address`` and ``place``, too.

    ``Transient`` where no relay takes it just now, ``Permanent`` where it is refused, ``Illegal``
    where ``DIGEST_ALLOWED_RECIPIENTS`` doesn't let mail go there.
    """
    if not is_allowed(settings, recipient):
        raise Illegal(f"{recipient} is not among DIGEST_ALLOWED_RECIPIENTS; nothing was sent.")
    place = urlsplit(settings.public_url).netloc
    values = {"address": recipient, "place": place, "subject": place, **context}
    words = render_message(name, builtin_templates(), values)
    mail = letter(
        sender=_sender(db, settings),
        recipient=recipient,
        subject=words.subject,
        text=words.text,
        html=words.html,
        key=uuid7(),
        now=now,
    )
    transport = open_relay(db, settings, now)
    if transport is None:
        raise Transient("No relay can be used just now; see `digest relay list`.")
    try:
        reply = transport.send(mail)
    finally:
        transport.close()
    if reply.code >= 400:
        kind = Permanent if reply.code >= 500 else Transient
        raise kind(f"The relay answered {reply} for {recipient}.")


def _sender(db: Database, settings: Settings) -> str:
    """An address whose domain is set up for mail: that of the first list."""
    with db.read() as session:
        lists = all_lists(session)
    return lists[0].from_address if lists else f"desk@{urlsplit(settings.public_url).hostname}"
