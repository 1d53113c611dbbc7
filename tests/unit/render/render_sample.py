"""An invented edition, built by plain functions with defaults."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from digest.domain.brief import Image, RelatedLink
from digest.domain.edition import AlsoAt, Branding, BriefItem, EditionContent, Section

HOST = "https://harbour.example"
VIEW_URL = "https://mail.harbour.example/view/214"


def make_brief(number: int = 1, **changes: Any) -> BriefItem:
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "title": f"Ostmark reopens its grain terminal after {number} weeks",
        "url": f"{HOST}/briefs/grain-terminal-{number}",
        "bullets": (
            "The Varda grain terminal loads ships again; the first three left on Sunday for "
            "ports in the Selt islands.",
            "Insurers have not lowered their rates, which keeps small carriers away until at "
            "least the spring.",
            "Ostmark’s transport ministry says that half of the usual volume can be reached "
            "“within a month”, a figure that two port masters doubt.",
        ),
        "teaser": "Ships are loading at Varda again, yet the price of moving grain has not "
        "followed. What holds it up is paper, not water.",
        "source": "Harbour Wire",
        "author": "Mira Kestrel",
        "published": datetime(2026, 3, 1, 17, 0, tzinfo=UTC),
        "related": (
            RelatedLink(
                "How the Selt islands buy their bread",
                f"{HOST}/briefs/selt-bread",
                "Three mills, one ferry, and a contract that nobody has seen since 2019.",
            ),
            RelatedLink("The quiet return of the coasters", f"{HOST}/briefs/coasters"),
        ),
    }
    return BriefItem(**(values | changes))


def make_content(**changes: Any) -> EditionContent:
    lead = make_brief(
        9,
        image=Image(f"{HOST}/img/varda.jpg", "Two loaders beside a bulk carrier at Varda"),
        also=(AlsoAt("Northern Ledger", "https://ledger.example/varda-reopens"),),
        topics=("Trade",),
    )
    second = make_brief(
        2,
        title="Kell valley councils agree to share one water meter",
        author=None,
        source="Northern Ledger",
        related=(),
        topics=("Water",),
    )
    third = make_brief(
        3,
        title="A night train between Orsa and Tallin Bay, if the tunnel holds",
        bullets=(),
        teaser="The test run took eleven hours; the timetable allows nine. Engineers blame a "
        "stretch of forty kilometres that no one has resurfaced in a generation.",
        related=(),
        author="J. Oduya-Brandt",
    )
    values: dict[str, Any] = {
        "list_name": "The Harbour Brief",
        "number": 214,
        "date": date(2026, 3, 2),
        "subject": "Ostmark reopens its grain terminal",
        "preheader": "Ships load at Varda again, but insurers have not moved.",
        "intro": "Good morning. Three briefs today, and one of them took nine weeks to happen.",
        "sections": (Section("", (lead,)), Section("Around the valley", (second, third))),
        "more": (
            RelatedLink("A ferry pilot’s guide to fog", f"{HOST}/briefs/fog"),
            RelatedLink("Who owns the lighthouse at Pell?", f"{HOST}/briefs/pell"),
        ),
        "more_url": f"{HOST}/today",
    }
    return EditionContent(**(values | changes))


def make_branding(**changes: Any) -> Branding:
    values: dict[str, Any] = {
        "name": "The Harbour Brief",
        "postal_address": "Harbour Wire\n12 Lantern Quay\n4410 Varda",
        "reason": "You get this mail because you signed up for The Harbour Brief.",
        "footer_text": "Made each morning on Lantern Quay.",
    }
    return Branding(**(values | changes))
