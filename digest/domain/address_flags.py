"""What an address says of itself: that it belongs to a function, or is thrown away soon.

Flags refuse nobody: they are shown, counted at an import, and may be asked for by a segment.
"""

from enum import StrEnum


class Flag(StrEnum):
    ROLE = "role"  # read by whoever has the duty (RFC 2142): nobody's own wish
    DISPOSABLE = "disposable"  # of a service that makes mailboxes for an hour


# RFC 2142, and the words that mail programs and shops offer. To add one, add a word.
ROLES = frozenset(
    """
    abuse accounting accounts admin administrator all billing careers contact enquiries everyone
    finance ftp help helpdesk hello hostmaster hr info inquiries it jobs kontakt legal list mail
    mailer-daemon marketing media news newsletter no-reply noc noreply office ops orders
    postmaster press pr privacy redaktion root sales security service shop staff subscribe
    support sysadmin team tech unsubscribe usenet uucp webmaster welcome www
    """.split()  # noqa: SIM905 - a table of words
)

# The best known services, with all names below theirs.
DISPOSABLE = frozenset(
    """
    10minutemail.com 20minutemail.com 33mail.com discard.email dispostable.com emailondeck.com
    fakeinbox.com getairmail.com getnada.com grr.la guerrillamail.biz guerrillamail.com
    guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org inboxkitten.com
    mailcatch.com maildrop.cc mailinator.com mailinator.net mailnesia.com mailsac.com
    mintemail.com moakt.com mohmal.com mytemp.email sharklasers.com spam4.me spamgourmet.com
    temp-mail.org tempmail.dev tempmail.net tempmailo.com throwawaymail.com trash-mail.com
    trashmail.com trashmail.de wegwerfmail.de yopmail.com yopmail.fr yopmail.net
    """.split()  # noqa: SIM905 - a table of names
)


def flags_of(address: str) -> tuple[Flag, ...]:
    """The flags of a roster key."""
    found = []
    if name_part(address) in ROLES:
        found.append(Flag.ROLE)
    if owner_part(address) in DISPOSABLE:
        found.append(Flag.DISPOSABLE)
    return tuple(found)


def name_part(address: str) -> str:
    """What stands before the @ and any plus-tag, in lower case."""
    return address.partition("@")[0].partition("+")[0].lower()


def owner_part(address: str) -> str:
    """The last two labels of the domain: of the disposable ones, none has more."""
    return ".".join(address.rpartition("@")[2].split(".")[-2:])
