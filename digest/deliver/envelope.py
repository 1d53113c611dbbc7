"""The envelope of a mail as commands: what may be said to this relay, and what can't."""

from digest.deliver.offers import Offers
from digest.deliver.transport import Mail, Reply


def envelope_commands(mail: Mail, offers: Offers) -> tuple[bytes, bytes] | Reply:
    """MAIL and RCPT (RFC 5321, section 3.3), or our own refusal of this one mail."""
    addresses = mail.return_path + mail.recipient
    if not addresses.isprintable():
        return Reply(553, "5.5.4 the address has characters that no command can carry")
    options = f" SIZE={len(mail.content)}" if offers.size else ""
    if not addresses.isascii():
        if not offers.smtputf8:
            text = "5.6.7 the relay does not offer SMTPUTF8, which this address needs"
            return Reply(553, text)
        options += " SMTPUTF8 BODY=8BITMIME"
    sender = f"MAIL FROM:<{mail.return_path}>{options}\r\n".encode()
    return sender, f"RCPT TO:<{mail.recipient}>\r\n".encode()
