"""A mail whose clicks are counted: the links of its HTML lead by way of the service's own address.

Its text part keeps the plain addresses, which people read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

from digest.render.links import safe_url, shown_host

# As the inliner writes it: attributes in double quotes, each & as &amp;.
_LINK = re.compile(r'(?P<before><a\s(?:[^<>]*\s)?href=")(?P<href>[^"]*)(?P<after>"[^<>]*>)')


@dataclass(frozen=True, slots=True)
class Counted:
    """How links are counted."""

    own: str  # what the service's own addresses begin with; those are nobody's business
    click_url: Callable[[str], str]  # gives what leads to a target
    open_url: str | None = None  # a picture of one pixel, where opens are counted, too


def count_in(html: str, counted: Counted) -> tuple[str, tuple[str, ...]]:
    """``html`` with its links counted, and where they lead, each target once, in reading order.

    A link stays as it is where it is a reader's own or the service's, or is no web address that
    comes back from a redirect unchanged (``mailto:``, ``tel:``, ``#part``), or where its words are
    themselves an address: to show one and lead to another is what phishing does.
    """
    targets: dict[str, None] = {}

    def led(link: re.Match[str]) -> str:
        target = unescape(link["href"])
        if not _may_count(target, counted.own) or shown_host(_words(html, link.end())):
            return link[0]
        targets[target] = None
        return f"{link['before']}{escape(counted.click_url(target))}{link['after']}"

    return _with_picture(_LINK.sub(led, html), counted.open_url), tuple(targets)


def _may_count(target: str, own: str) -> bool:
    return safe_url(target) == target and not f"{target}/".startswith(f"{own}/")


def _words(html: str, at: int) -> str:
    """What stands in the link that begins there."""
    inner = html[at:].partition("</a")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", inner)).split())


def _with_picture(html: str, url: str | None) -> str:
    if url is None:
        return html
    picture = f'<img src="{escape(url)}" width="1" height="1" alt="">'
    before, end, after = html.rpartition("</body")
    return f"{before}{picture}{end}{after}" if end else html + picture
