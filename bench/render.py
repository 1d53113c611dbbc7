"""How long a rendition of twenty briefs takes: ``python -m bench.render``.

The first pays for compiling templates and reading the stylesheet; each further variant of the same
edition does not. Aims: 150 ms and 60 ms of processor time, which other programs don't change much.
"""

from datetime import date
from statistics import median
from time import process_time
from uuid import UUID

from digest.domain.brief import RelatedLink
from digest.domain.edition import Branding, BriefItem, EditionContent, Section, Variant
from digest.render import builtin_templates, render_edition, select

BRIEFS = 20
ROUNDS = 15
TOPICS = ("harbours", "rivers", "rail", "grain")


def main() -> None:
    templates = builtin_templates()
    branding = Branding("The Harbour Brief", "12 Lantern Quay\n4410 Varda")
    content = edition()

    def render(variant: Variant) -> tuple[float, int]:
        began = process_time()
        chosen = select(content, variant)
        assert chosen is not None
        rendition = render_edition(chosen, branding, variant, templates, view_url=None)
        return (process_time() - began) * 1000, len((rendition.html or "").encode())

    first, size = render(Variant())
    further = [render(Variant(topics=(TOPICS[n % 4], f"none-{n}")))[0] for n in range(ROUNDS)]
    whole = [render(Variant(language=f"en-{n:03}"))[0] for n in range(ROUNDS)]
    texts = [render(Variant(language=f"en-{n:03}", text_only=True))[0] for n in range(ROUNDS)]
    print(f"{BRIEFS} briefs, {size:,} bytes of HTML")
    print(f"first rendition            {first:7.1f} ms   (aim 150)")
    print(f"further, all briefs        {median(whole):7.1f} ms   (aim 60)")
    print(f"further, one topic of four {median(further):7.1f} ms")
    print(f"further, text only         {median(texts):7.1f} ms")


def edition() -> EditionContent:
    """An invented edition of ``BRIEFS`` briefs in four sections."""
    briefs = [_brief(number) for number in range(BRIEFS)]
    per_section = BRIEFS // len(TOPICS)
    sections = tuple(
        Section(topic.title(), tuple(briefs[n * per_section : (n + 1) * per_section]))
        for n, topic in enumerate(TOPICS)
    )
    return EditionContent(
        list_name="The Harbour Brief",
        number=1,
        date=date(2026, 3, 2),
        subject=briefs[0].title,
        preheader=briefs[0].bullets[0],
        sections=sections,
    )


def _brief(number: int) -> BriefItem:
    words = f"The Varda pilots’ guild and harbour office {number} agree on a night tariff"
    related = tuple(
        RelatedLink(f"{words}, part {part}", f"https://harbour.example/{number}/{part}", words)
        for part in range(3)
    )
    return BriefItem(
        id=UUID(int=number + 1),
        title=words,
        url=f"https://harbour.example/{number}",
        bullets=tuple(f"{words}, for reason {reason} of four, until spring." for reason in "abcd"),
        teaser=f"{words}, and what it means for those who sail at night.",
        related=related,
        source="Harbour Wire",
        author="Mira Kestrel",
        topics=(TOPICS[number // (BRIEFS // len(TOPICS))],),
    )


if __name__ == "__main__":
    main()
