"""One URL for one page, however it was linked to."""

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

from digest.sanitise import safe_url

DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say where a click came from, never which page it leads to.
TRACKING_PREFIXES = ("utm_", "hsa_", "pk_", "mtm_", "matomo_", "piwik_", "_hs", "vero_", "oly_")
TRACKING_NAMES = frozenset(
    {
        "at_campaign", "at_medium", "wt_mc", "xtor",
        "campaign_id", "cmpid", "dclid", "ef_id", "epik", "fb_action_ids",
        "fb_action_types", "fb_source", "fbclid", "gad_source", "gbraid", "gclid", "gclsrc",
        "ghost_source", "icid",
        "igsh", "igshid", "li_fat_id", "mbid", "mc_cid", "mc_eid", "mkt_tok",
        "ml_subscriber", "ml_subscriber_hash", "msclkid", "ncid", "rb_clickid", "s_cid", "s_kwcid",
        "sc_campaign", "sc_cid", "scid", "smid", "spm", "srsltid", "ttclid", "twclid", "wbraid",
        "wickedid", "yclid", "_ga", "_gl", "_openstat",
    }
)  # fmt: skip

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "/%:@!$&'()*+,;=-._~"


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The absolute URL without tracking parameters, fragment and default port, its host in
    lower-case A-labels; the same again for its own result. None where ``safe_url`` gives none.
    """
    absolute = safe_url(url, base)
    if absolute is None:
        return None
    parts = urlsplit(absolute)
    host = _host(parts.hostname or "")
    if host is None:
        return None
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    path = _without_dots(_escaped(parts.path)) or "/"
    return urlunsplit((parts.scheme, host + port, path, _query(parts), ""))


def choose_canonical(page_url: str, declared: str | None) -> str | None:
    """The canonical URL of a page fetched from ``page_url`` that declares itself to be at
    ``declared`` (``<link rel=canonical>``).

    A page may speak for its own host or its www twin only; and a page that calls itself its
    site's front page is misconfigured.
    """
    own = canonical_url(page_url)
    claimed = canonical_url(declared, page_url) if declared else None
    if own is None or claimed is None or not same_site(own, claimed):
        return own
    return own if is_front(claimed) and not is_front(own) else claimed


def same_site(one: str, other: str) -> bool:
    """Whether two absolute URLs have the same host, a leading ``www.`` aside."""
    return _bare_host(one) == _bare_host(other) != ""


def is_front(url: str) -> bool:
    """Whether an absolute URL is its site's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _bare_host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")


def _host(host: str) -> str | None:
    if ":" in host:
        return f"[{host.lower()}]"
    if host.isascii():
        return host.lower().rstrip(".") or None
    try:
        return idna.encode(host, uts46=True).decode().lower()
    except idna.IDNAError:
        return None


def _escaped(text: str, safe: str = _SAFE) -> str:
    """Percent-encoding in one form: upper-case, and none where none is needed."""
    return _ESCAPE.sub(_unescaped, quote(text, safe=safe))


def _unescaped(found: re.Match[str]) -> str:
    octet = int(found[1], 16)
    return chr(octet) if octet in _UNRESERVED else found[0].upper()


def _without_dots(path: str) -> str:
    """Dot segments resolved (RFC 3986, section 5.2.4)."""
    done: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(done) > 1:
                done.pop()
        elif segment != ".":
            done.append(segment)
    if segments[-1] in (".", ".."):
        done.append("")
    return "/".join(done)


def _query(parts: SplitResult) -> str:
    kept = [pair for pair in parts.query.split("&") if pair and not _is_tracking(pair)]
    return _escaped("&".join(kept), safe=_SAFE + "?[]{}|^`")


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)
