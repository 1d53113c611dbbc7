"""An edition made of what arrived: who is in, in which order, under which heading, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from digest.assemble.archive import Archive
from digest.assemble.candidate import Candidate, EditionRules
from digest.assemble.excerpt import preheader_of, standfirst, subject_of
from digest.assemble.ranking import Ranked, rank
from digest.assemble.related import Shown, choose_related, summary
from digest.assemble.screening import exclude, screen, screen_copies
from digest.assemble.sections import lay_out
from digest.domain.brief import RelatedLink
from digest.domain.edition import AlsoAt, BriefItem, EditionContent, Excluded
from digest.domain.states import Stream

MOST_MORE = 25  # titles under "N more": a mail that lists hundreds is cut off by its readers' hosts


@dataclass(frozen=True, slots=True)
class Heading:
    """What an edition says of itself before its briefs are known."""

    list_name: str
    number: int
    date: date  # in the list's zone
    language: str = "en"
    stream: Stream = Stream.EACH


@dataclass(frozen=True, slots=True)
class Material:
    """All that an edition is made of."""

    heading: Heading
    candidates: Sequence[Candidate]  # what arrived in the window
    used: Mapping[UUID, str] = field(default_factory=dict)  # brief → the edition: "No. 12"
    sent: Mapping[Candidate, str] = field(default_factory=dict)  # of the last editions, likewise
    shown: Sequence[RelatedLink] = ()  # what the last editions had as related stories or as more
    archive: Sequence[Candidate] = ()  # newest first
    goes_out: datetime | None = None  # None: at once


@dataclass(frozen=True, slots=True)
class Assembly:
    """An edition, or the reason why there is none; every candidate is either one of its briefs or
    excluded with a reason."""

    content: EditionContent | None
    excluded: tuple[Excluded, ...]
    reason: str | None = None


def assemble(material: Material, rules: EditionRules, now: datetime) -> Assembly:
    """The edition that a list's rules make of the material at ``now``."""
    fit, unfit = screen(
        material.candidates, material.used, now, rules.max_item_age, material.goes_out
    )
    stories, copies = screen_copies(fit, material.sent)
    ranked = rank(stories, now, rules.sections)
    if len(ranked) < max(1, rules.min_items):
        reason = _too_few(len(ranked), rules.min_items, len(material.candidates))
        waiting = [exclude(it.best, f"held back: {reason}") for it in ranked]
        return Assembly(None, (*waiting, *copies, *unfit), reason)
    most = max(1, rules.max_items)
    chosen, over = ranked[:most], ranked[most:]
    content = _content(material, rules, chosen, over)
    cut = [exclude(it.best, _over_the_cap(it, most)) for it in over]
    return Assembly(content, (*cut, *copies, *unfit))


def _content(
    material: Material, rules: EditionRules, chosen: Sequence[Ranked], over: Sequence[Ranked]
) -> EditionContent:
    lead, heading = chosen[0].best, material.heading
    items = _with_related([_item(it) for it in chosen], chosen, over, material, rules)
    return EditionContent(
        list_name=heading.list_name,
        number=heading.number,
        date=heading.date,
        subject=subject_of(lead.title),
        preheader=preheader_of(lead.bullets, summary(lead)),
        language=heading.language,
        stream=heading.stream,
        sections=lay_out(items, rules.sections),
        more=tuple(RelatedLink(it.best.title, it.best.url) for it in over[:MOST_MORE]),
    )


def _with_related(
    items: Sequence[BriefItem],
    chosen: Sequence[Ranked],
    over: Sequence[Ranked],
    material: Material,
    rules: EditionRules,
) -> list[BriefItem]:
    shown = _shown(material, [*chosen, *over])
    archive = Archive(material.archive, [it.best for it in chosen])
    return [
        replace(item, related=choose_related(it.best, archive, shown, rules.max_related))
        for item, it in zip(items, chosen, strict=True)
    ]


def _shown(material: Material, stories: Sequence[Ranked]) -> Shown:
    """What is no related story: in this edition, or in a recent one as a brief or a link."""
    shown = Shown()
    for story in stories:
        for copy in (story.group.best, *story.group.others):
            shown.add(copy.title, copy.url)
    for brief in material.sent:
        shown.add(brief.title, brief.url)
    for link in material.shown:
        shown.add(link.title, link.url)
    return shown


def item_of(
    best: Candidate, *, why: str, source: str | None = None, also: tuple[AlsoAt, ...] = ()
) -> BriefItem:
    """A candidate as it stands in an edition; ``source`` where it isn't its own."""
    return BriefItem(
        id=best.id,
        title=best.title,
        url=best.url,
        bullets=best.bullets,
        teaser=standfirst(best.bullets, best.teaser or " ".join(best.body[:1])),
        related=best.related,
        source=source or best.source,
        author=best.author,
        published=best.published_at,
        language=best.language,
        image=best.image,
        also=also,
        topics=best.categories,
        why=why,
    )


def _item(ranked: Ranked) -> BriefItem:
    return item_of(ranked.best, why=ranked.why, also=ranked.group.also)


def _over_the_cap(ranked: Ranked, most: int) -> str:
    return f"over the cap of {most} briefs: {ranked.why}"


def _too_few(found: int, wanted: int, arrived: int) -> str:
    if not arrived:
        return "nothing new has arrived"
    if not found:
        return f"none of the {arrived} new briefs can be used"
    return f"only {found} of at least {wanted} briefs"
