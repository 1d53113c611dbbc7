"""A strict reader of mails that were sent: what a provider or its user would object to."""

from collections.abc import Collection, Iterator
from email import message_from_bytes
from email.policy import default

from digest.demo.check.headers import header_problems
from digest.demo.check.links import html_links, link_problems, page_problems, text_links
from digest.demo.check.parts import body_parts, part_problems, wire_problems
from digest.demo.check.privacy import others_named
from digest.demo.inbox.envelope import Envelope
from digest.domain.address import parse_address

PLACEHOLDERS = ("{{", "{%")


def check_mail(
    message: bytes,
    envelope: Envelope,
    *,
    own_address: str,
    is_text_only: bool = False,
    roster: Collection[str] = (),
    pages: Collection[str] = (),
) -> list[str]:
    """The problems of one mail, a sentence each; none where all is well.

    ``message`` is as received, dots unstuffed. ``is_text_only``: its reader chose mail without
    HTML. ``roster``: the addresses of everybody on the list, of which only ``own_address`` may
    occur in the mail. ``pages``: the addresses that links to the newsroom may lead to.
    """
    mail = message_from_bytes(message, policy=default)
    text, html = body_parts(mail)
    seen = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), text, html])
    return [
        *_envelope_problems(envelope, own_address),
        *wire_problems(message),
        *header_problems(message, mail, own_address),
        *part_problems(mail, is_text_only=is_text_only),
        *link_problems(text, html, is_text_only=is_text_only),
        *page_problems({*text_links(text), *html_links(html)}, pages),
        *(f"The placeholder mark {mark} is left over." for mark in PLACEHOLDERS if mark in seen),
        *(f"It names {other}." for other in others_named(seen, roster, own_address)),
    ]


def _envelope_problems(envelope: Envelope, own_address: str) -> Iterator[str]:
    own = str(parse_address(own_address))
    if [str(parse_address(address)) for address in envelope.rcpt_to] != [own]:
        yield f"The envelope goes to {', '.join(envelope.rcpt_to)}, not to {own} alone."
    if not envelope.mail_from:
        yield "The envelope has no sender, so bounces would be lost."
    if envelope.bare_lf:
        yield f"{envelope.bare_lf} lines ended in a bare LF."
