"""The adapter for one HTML page that is a brief."""

from digest.collect.gather import ACCEPT_PAGE, brief_of
from digest.collect.item import Item
from digest.collect.revisit import get_if_changed, validators
from digest.collect.spec import Collected, Remark, Visit
from digest.collect.webpage import read_page


def collect_page(visit: Visit) -> Collected:
    """The page as a brief; nothing where it did not change, a reason where it is none."""
    response = get_if_changed(visit, accept=ACCEPT_PAGE, robots=True)
    if response is None:
        return visit.unchanged()
    etag, last_modified = validators(response)
    page = read_page(response)
    notes: list[Remark] = []
    item = Item(link=page.url, categories=page.categories)
    brief = brief_of(item, page.extracted, page.url, visit, notes)
    reason = None if brief.title else "The page has no title."
    if reason is None and not (brief.bluf or brief.body):
        reason = "The page has no text."
    return Collected(
        briefs=() if reason else (brief,),
        etag=etag,
        last_modified=last_modified,
        skipped=(Remark(brief.title or page.url, reason),) if reason else (),
        notes=tuple(notes),
    )
