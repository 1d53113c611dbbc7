"""HTML and URLs from outside made safe: plain text, an absolute web address, or nothing."""

import html
import re
from urllib.parse import urljoin, urlsplit

import nh3

MAX_PLAIN = 20_000  # characters read: titles, names and teasers, never articles
MAX_URL = 4096

_SILENT = {
    "script", "style", "template", "iframe", "object", "noscript", "svg", "math", "select",
    "noembed", "noframes", "xmp",
}  # fmt: skip
# Tags between which words do not run on; all others join what they stand between.
_BREAKING = {
    "p", "br", "div", "li", "ul", "ol", "dl", "dt", "dd", "tr", "td", "th", "table", "hr", "h1",
    "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "pre", "figure",
    "figcaption", "header", "footer", "aside", "nav", "main",
}  # fmt: skip
_TAG = re.compile(r"<[^<>]*>")  # of nh3's own output, where every other < and > is escaped
# C0 and C1 but white space, what overrides the direction of text (Unicode TR 36, 3.3), soft
# hyphens and invisible spaces, lone surrogates. Direction *marks* and joiners stay: words need
# them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff]"
)
_URL_UNSAFE = re.compile('[\x00-\x20\x7f-\xa0\u2028\u2029\\\\<>"\ud800-\udfff\u202a-\u202e]')


def plain_text(markup: str) -> str:
    """The words of a title, name or teaser: no markup, entities decoded, white space folded,
    nothing invisible. Reads the first ``MAX_PLAIN`` characters.
    """
    return fold(html.unescape(_TAG.sub(" ", _only(_BREAKING, markup[:MAX_PLAIN]))))


def fold(text: str) -> str:
    """Text without control and direction-override characters, each run of white space one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def safe_url(url: str, base: str | None = None) -> str | None:
    """The absolute http or https URL that ``url`` (seen at ``base``) means; None if it isn't one,
    or holds a user name, white space or a control character inside.
    """
    url = url.strip(" \t\r\n\f")
    if not url or len(url) > MAX_URL or _URL_UNSAFE.search(url):
        return None
    try:
        absolute = urljoin(base, url) if base else url
        parts = urlsplit(absolute)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port  # a ValueError where it is no number
    except ValueError:
        return None
    return absolute if is_usable and "@" not in parts.netloc else None


def _only(tags: set[str], markup: str) -> str:
    """The markup with no other tags than these, and no attributes."""
    return nh3.clean(
        _INVISIBLE.sub("", markup),
        tags=tags,
        clean_content_tags=_SILENT,
        attributes={},
        link_rel=None,
        strip_comments=True,
    )
