"""Which addresses may stand in a mail, and how they are spelt there."""

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

_RESERVED = "!#$%&'()*+,/:;=?@[]~"
_LOOKS_LIKE_ADDRESS = re.compile(
    r"^(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?$", re.IGNORECASE
)


def safe_url(url: str | None) -> str | None:
    """``url`` as ASCII that neither an HTML parser nor a line break changes; None where it is not
    an http or https address with a host (no ``javascript:``, no user name in front of the host).

    Hosts become A-labels (IDNA 2008, RFC 5891); other characters are percent-encoded as UTF-8
    (RFC 3987 section 3.1), and what is encoded already stays as it is.
    """
    text = (url or "").strip()
    try:
        parts = urlsplit(text)
        host = _host(parts)
    except ValueError:  # a bad port, bad brackets, a host that is no domain name
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    rest = (_quote(part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, *rest))


def shown_host(words: str) -> str | None:
    """The host, in lower case, where ``words`` are themselves an address of the web."""
    shown = _LOOKS_LIKE_ADDRESS.match(words)
    return shown[1].lower() if shown else None


def _host(parts: SplitResult) -> str:
    name = parts.hostname or ""
    if ":" in name:
        return parts.netloc  # an IPv6 address, which urlsplit has checked
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode()
    port = f":{parts.port}" if parts.port is not None else ""
    return quote(name, safe="-._~") + port


def _quote(part: str) -> str:
    return quote(part, safe=_RESERVED, errors="replace")
