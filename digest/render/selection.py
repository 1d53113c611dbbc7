"""Which part of an edition the readers with some topics get."""

from dataclasses import replace

from digest.domain.edition import BriefItem, EditionContent, Section, Variant
from digest.domain.shorten import MAX_PREHEADER, MAX_SUBJECT, cut


def select(content: EditionContent, variant: Variant) -> EditionContent | None:
    """The edition for the topics of ``variant``; None where no brief is left.

    A brief without topics goes to everybody. Sections that become empty are left out. Subject and
    preheader stay the editor's unless the lead, of which they speak, was dropped.
    """
    wanted = {topic.casefold() for topic in variant.topics}
    sections = tuple(
        kept for section in content.sections if (kept := _keep(section, wanted)).briefs
    )
    if not sections:
        return None
    chosen = replace(content, sections=sections)
    lead = chosen.briefs[0]
    if lead is content.briefs[0]:
        return chosen
    return replace(
        chosen,
        subject=cut(lead.title, MAX_SUBJECT),
        preheader=cut(_summary(lead), MAX_PREHEADER),
    )


def _keep(section: Section, wanted: set[str]) -> Section:
    if not wanted:
        return section
    return replace(section, briefs=tuple(b for b in section.briefs if _is_for(b, wanted)))


def _is_for(brief: BriefItem, wanted: set[str]) -> bool:
    return not brief.topics or any(topic.casefold() in wanted for topic in brief.topics)


def _summary(lead: BriefItem) -> str:
    return lead.bullets[0] if lead.bullets else lead.teaser
