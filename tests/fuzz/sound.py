"""What must hold for values that came out of a parser, whatever went in."""

import re
from datetime import datetime

from digest.domain.address import parse_address
from digest.domain.brief import Extracted, Image
from digest.sanitise import fold, safe_url

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def line(text: str | None, most: int) -> None:
    """One line of plain text: nothing in it can break a header line or turn text around."""
    if text is not None:
        assert len(text) <= most, f"{len(text)} characters"
        assert not _CONTROL.search(text), repr(text[:200])
        text.encode()


def sentence(error: Exception) -> None:
    """What an operator is told: one short sentence, and not all that was wrong."""
    assert str(error).endswith((".", "?"))
    assert len(str(error)) < 2_000


def plain(text: str) -> None:
    """Folded: no control characters, no white space but single spaces."""
    assert fold(text) == text, repr(text[:200])


def url(text: str | None) -> None:
    assert text is None or safe_url(text) == text, repr(text)


def moment(date: datetime | None) -> None:
    assert date is None or date.utcoffset() is not None, date


def picture(image: Image | None) -> None:
    if image is not None:
        url(image.url)
        line(image.alt, 500)


def address(text: str) -> None:
    """As it stands in the roster: reading it again changes nothing."""
    line(text, 254)
    assert str(parse_address(text)) == text, repr(text)


def extracted(page: Extracted) -> None:
    """All that a page says is plain text, and its links lead to the web."""
    for text in (page.title, *page.bluf, *page.body, page.author or ""):
        plain(text)
    for story in page.related:
        plain(story.title)
        plain(story.teaser)
        url(story.url)
    moment(page.published)
    picture(page.image)
