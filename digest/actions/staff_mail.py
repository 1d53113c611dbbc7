"""Mail to the staff, through the same relays and limits as all mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from digest.actions.hand_over import hand_over
from digest.deliver.letter import letter
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
    context: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Send the mail of the folder ``templates/email/NAME``; gives its context ``subject``,
    ``address`` and ``place``, too.

    Raises what ``hand_over`` does.
    """
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
    hand_over(db, settings, mail, now)


def _sender(db: Database, settings: Settings) -> str:
    """An address whose domain is set up for mail: that of the first list."""
    with db.read() as session:
        lists = all_lists(session)
    return lists[0].from_address if lists else f"desk@{urlsplit(settings.public_url).hostname}"
