"""What of an edition each layout shows."""

from dataclasses import replace

from digest.domain.brief import RelatedLink
from digest.domain.edition import BriefItem, EditionContent, Layout, Section


def lay_out(content: EditionContent, layout: Layout) -> EditionContent:
    """``content`` as the layout shows it: ``full`` everything, ``compact`` each brief's headline
    on a line, ``single`` the lead alone with all other briefs under "more"."""
    if layout is Layout.COMPACT:
        return _compact(content)
    if layout is Layout.SINGLE:
        return _single(content)
    return content


def as_link(brief: BriefItem) -> RelatedLink:
    """A brief as it stands under "more"."""
    return RelatedLink(brief.title, brief.url)


def _compact(content: EditionContent) -> EditionContent:
    sections = tuple(
        Section(section.name, tuple(map(_headline, section.briefs))) for section in content.sections
    )
    return replace(content, sections=sections)


def _headline(brief: BriefItem) -> BriefItem:
    return replace(brief, bullets=(), teaser="", related=(), also=(), author=None, image=None)


def _single(content: EditionContent) -> EditionContent:
    if not content.briefs:
        return content
    lead, *others = content.briefs
    more = (*map(as_link, others), *content.more)
    return replace(content, sections=(Section("", (lead,)),), more=more)
