"""Whether a mail names anybody but its own reader."""

import re
from collections.abc import Collection
from html import unescape
from urllib.parse import unquote

from digest.domain.address import parse_address

_LOCAL = r"[\w.+-]"


def others_named(text: str, roster: Collection[str], own_address: str) -> list[str]:
    """The addresses of ``roster`` that occur in ``text``, but for the reader's own.

    Links count too: ``%40`` and ``&#64;`` are read as the @ that they stand for.
    """
    plain = unquote(unescape(text)).casefold()
    own = _spellings(own_address)
    others = [address for address in roster if not _spellings(address) & own]
    return [address for address in others if any(_occurs(s, plain) for s in _spellings(address))]


def _spellings(address: str) -> frozenset[str]:
    """As written and with the domain's A-labels, in small letters."""
    return frozenset({address.casefold(), str(parse_address(address)).casefold()})


def _occurs(address: str, text: str) -> bool:
    """Whether it stands there whole: ``ann@x`` is not named by ``joann@x``."""
    if address not in text:
        return False
    return re.search(rf"(?<!{_LOCAL}){re.escape(address)}(?![\w-]|\.\w)", text) is not None
