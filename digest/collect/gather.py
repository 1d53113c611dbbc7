"""From items to briefs: pages fetched where an item needs its own, dates judged, reasons kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.collect.canonical import canonical_url
from digest.collect.dates import is_credible
from digest.collect.extract import extract
from digest.collect.item import Item, teaser_of
from digest.collect.pictures import described
from digest.collect.spec import Remark, Visit
from digest.collect.webpage import WebPage, read_page
from digest.domain.brief import CollectedBrief, Extracted
from digest.domain.errors import DigestError, Transient
from digest.sanitise import plain_text

ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
# A text of this length, or with as many paragraphs, is an article and not the summary of one.
WHOLE_CHARACTERS = 1_500
WHOLE_PARAGRAPHS = 4
_CUT_OFF = ("[…]", "[...]", "…", "...", "Read more", "Continue reading", "Continue reading →")


@dataclass(slots=True)
class Gathering:
    """What was made of the items so far."""

    briefs: list[CollectedBrief] = field(default_factory=list)
    skipped: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    is_complete: bool = True  # False: something was left for the next visit
    pages: int = 0  # fetched


def gather(items: Iterable[Item], visit: Visit) -> Gathering:
    """Make a brief of each item, each guid and URL once, the first copy winning.

    A page that can't be had does not stop the others: its brief is made from the summary.
    """
    gathering = Gathering()
    seen: set[str] = set()
    for item in items:
        names = {name for name in (item.guid, item.link and canonical_url(item.link)) if name}
        if names & seen:
            continue
        seen |= names
        _add(item, visit, gathering)
    return gathering


def brief_of(
    item: Item, extracted: Extracted, url: str, visit: Visit, notes: list[Remark]
) -> CollectedBrief:
    """The brief of an item and what its text says; the item's own words win."""
    title = item.title or extracted.title
    return CollectedBrief(
        guid=item.guid or url,
        url=url,
        title=title,
        published=_published(item, extracted, title, visit.now, notes),
        author=item.author or extracted.author,
        language=item.language or extracted.language,
        categories=item.categories,
        bluf=extracted.bluf,
        body=extracted.body,
        teaser=teaser_of(item.summary),
        related=extracted.related,
        image=described(item.image, item, extracted.image) or extracted.image,
    )


def _add(item: Item, visit: Visit, gathering: Gathering) -> None:
    url = canonical_url(item.link) if item.link else None
    shown = item.title or item.link or item.guid or "an item"
    if url is None:
        gathering.skipped.append(Remark(shown, "It has no link."))
        return
    settled = visit.is_settled(item.guid or url, url, item.updated)
    if settled and item.updated and visit.source.collected_at:
        return  # by the source's own word
    extracted = _own_text(item, url)
    if needs_page(item, extracted):
        if settled:
            return
        if gathering.pages >= visit.source.options.max_pages:
            gathering.is_complete = False
            gathering.skipped.append(
                Remark(shown, "Many items are new: its page is read on the next visit.")
            )
            return
        page = _page(item, url, visit, gathering)
        if page is not None:
            extracted, url = _better(extracted, page.extracted), page.url
            item = replace(item, categories=item.categories or page.categories)
        elif not _has_text(item):
            return
    brief = brief_of(item, extracted, url, visit, gathering.notes)
    if not brief.title:
        gathering.skipped.append(Remark(shown, "It has no title."))
    elif not (brief.bluf or brief.body or brief.teaser):
        gathering.skipped.append(Remark(shown, "It has no text."))
    else:
        gathering.briefs.append(brief)


def needs_page(item: Item, extracted: Extracted) -> bool:
    """Whether the item's own text is a summary only, so that its page must be read."""
    if item.is_whole or extracted.bluf:
        return False
    text = plain_text((item.content or item.summary)[-400:])
    if text.endswith(_CUT_OFF):
        return True
    is_long = sum(map(len, extracted.body)) >= WHOLE_CHARACTERS
    return not (is_long or len(extracted.body) >= WHOLE_PARAGRAPHS)


def _own_text(item: Item, url: str) -> Extracted:
    markup = item.content or item.summary
    if not markup.strip():
        return Extracted(title="")
    return extract(markup, url=url, content_type="text/html", is_fragment=True)


def _page(item: Item, url: str, visit: Visit, gathering: Gathering) -> WebPage | None:
    """The item's page; None, with a note, where it can't be had."""
    gathering.pages += 1
    try:
        return read_page(visit.fetcher.get(url, accept=ACCEPT_PAGE, robots=True))
    except DigestError as error:
        remark = Remark(item.title or url, str(error))
        (gathering.notes if _has_text(item) else gathering.skipped).append(remark)
        if not _has_text(item) and isinstance(error, Transient):
            gathering.is_complete = False
        return None


def _has_text(item: Item) -> bool:
    return bool(item.content or item.summary)


def _better(own: Extracted, page: Extracted) -> Extracted:
    """The page, but with the item's own text where the page gave none."""
    return page if page.bluf or page.body else replace(page, body=own.body, related=own.related)


def _published(
    item: Item, extracted: Extracted, title: str, now: datetime, notes: list[Remark]
) -> datetime | None:
    date = item.published or extracted.published
    if date is not None and not is_credible(date, now):
        notes.append(Remark(title, f"Its date, {date:%Y-%m-%d %H:%M} UTC, is not believed."))
        return None
    return date
