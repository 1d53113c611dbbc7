"""A mail to one person: two parts, and headers that ask for no automatic answer."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from uuid import UUID

from digest.deliver.transport import Mail


def letter(
    *,
    sender: str,
    sender_name: str = "",
    recipient: str,
    subject: str,
    text: str,
    html: str | None,
    key: UUID,
    now: datetime,
) -> Mail:
    """The mail with its envelope; the text part stands first (RFC 2046, section 5.1.4).

    ``ValueError`` by the library where a header value holds a line break.
    """
    message = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key.hex}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text, cte="quoted-printable")
    if html is not None:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return Mail(sender, recipient, message.as_bytes())
