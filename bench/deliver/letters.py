"""What the benchmarks send: an invented digest whose messages have some 32 kB."""

from datetime import date
from uuid import UUID

from digest.domain.brief import RelatedLink
from digest.domain.edition import Branding, BriefItem, EditionContent, Section

BRIEFS = 6
BRANDING = Branding(
    name="The Harbour Brief",
    postal_address="12 Lantern Quay\n4410 Varda",
    from_name="The Harbour Brief",
    from_address="brief@harbour.example",
    reply_to="desk@harbour.example",
    list_id="brief.harbour.example",
    bounce_domain="bounce.harbour.example",
)


def content(day: date, briefs: int = BRIEFS) -> EditionContent:
    items = tuple(_brief(number) for number in range(1, briefs + 1))
    return EditionContent(
        list_name=BRANDING.name,
        number=1,
        date=day,
        subject=items[0].title,
        preheader=items[0].bullets[0],
        sections=(Section("", items),),
    )


def _brief(number: int) -> BriefItem:
    words = f"The Varda pilots’ guild and harbour office {number} agree on a night tariff"
    related = tuple(
        RelatedLink(f"{words}, part {part}", f"https://harbour.example/{number}/{part}", words)
        for part in range(2)
    )
    return BriefItem(
        id=UUID(int=number),
        title=words,
        url=f"https://harbour.example/{number}",
        bullets=tuple(f"{words}, for reason {reason} of three, until spring." for reason in "abc"),
        teaser=f"{words}, and what it means for those who sail at night.",
        related=related,
        source="Harbour Wire",
    )
