"""What trafilatura makes of a page where our own reading found nothing: author, time, body.

It is asked about small pages only, since it can't be interrupted: pages of 4,000 elements took it
up to 0.2 s.
"""

import warnings
from dataclasses import dataclass
from datetime import datetime

import structlog
from lxml import etree

from digest.collect.extract.blocks import fold
from digest.collect.extract.dates import parse_moment

_MAX_CHARACTERS = 300_000
_MAX_ELEMENTS = 4_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Opinion:
    """All that it found; empty where it was not asked or failed."""

    author: str | None = None
    published: datetime | None = None
    paragraphs: tuple[str, ...] = ()


def second_opinion(root: etree._Element, url: str | None) -> Opinion:
    """Trafilatura's reading of the tree; never raises, and takes bounded time."""
    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        return Opinion()
    markup = etree.tostring(root, encoding="unicode", method="html")
    if len(markup) > _MAX_CHARACTERS:
        return Opinion()
    try:
        return _ask(markup.removeprefix("<root>").removesuffix("</root>"), url)
    except Exception as error:  # noqa: BLE001 - a parser of others on input of others
        _log.info("second opinion failed", url=url, error=repr(error)[:200])
        return Opinion()


def _ask(markup: str, url: str | None) -> Opinion:
    from trafilatura import bare_extraction  # 0.2 s that most pages don't need

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' own deprecations
        found = bare_extraction(
            markup,
            url=url,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    if found is None or isinstance(found, dict):
        return Opinion()
    lines = (fold(line) for line in (found.text or "").split("\n"))
    return Opinion(
        author=fold(found.author or "") or None,
        published=parse_moment(found.date or ""),
        paragraphs=tuple(line for line in lines if line and not line.startswith("- ")),
    )
