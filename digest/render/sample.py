"""An invented edition, to try templates on: everything that an edition can hold is in it once."""

from datetime import UTC, date, datetime
from uuid import UUID

from digest.domain.brief import Image, RelatedLink
from digest.domain.edition import AlsoAt, BriefItem, EditionContent, Section

_SITE = "https://harbour.example"


def sample_edition() -> EditionContent:
    """A lead with all its parts, a plain brief, one in Arabic, and two under "more"."""
    return EditionContent(
        list_name="The Harbour Brief",
        number=214,
        date=date(2026, 3, 2),
        subject="Ostmark reopens its grain terminal",
        preheader="Ships load at Varda again, but insurers have not moved.",
        intro="Good morning. Three briefs today.\n\nOne of them took nine weeks to happen.",
        sections=(Section("", (_lead(),)), Section("Around the valley", (_plain(), _arabic()))),
        more=(
            RelatedLink("A ferry pilot’s guide to fog", f"{_SITE}/fog"),
            RelatedLink("Who owns the lighthouse at Pell?"),
        ),
        more_url=f"{_SITE}/today",
    )


def _lead() -> BriefItem:
    return BriefItem(
        id=UUID(int=1),
        title="Ostmark reopens its grain terminal after nine weeks",
        url=f"{_SITE}/grain-terminal",
        bullets=(
            "The Varda terminal loads ships again; the first three left on Sunday.",
            "Insurers have not lowered their rates & small carriers stay away.",
            "Half of the usual volume is “within reach”, a figure that port masters doubt. 🚢",
        ),
        teaser="Ships are loading again, yet the price of moving grain has not followed.",
        related=(
            RelatedLink("How the Selt islands buy their bread", f"{_SITE}/bread", "Three mills."),
            RelatedLink("The quiet return of the coasters"),
        ),
        source="Harbour Wire",
        author="Mira Kestrel",
        published=datetime(2026, 3, 1, 17, tzinfo=UTC),
        image=Image(f"{_SITE}/varda.jpg", "Two loaders beside a bulk carrier at Varda"),
        also=(AlsoAt("Northern Ledger", "https://ledger.example/varda"),),
        topics=("Trade",),
    )


def _plain() -> BriefItem:
    return BriefItem(
        id=UUID(int=2),
        title="A night train between Orsa and Tallin Bay, if the tunnel holds",
        url=f"{_SITE}/night-train",
        teaser="The test run took eleven hours; the timetable allows nine.",
        source="Northern Ledger",
    )


def _arabic() -> BriefItem:
    return BriefItem(
        id=UUID(int=3),
        title="ميناء فاردا يعود إلى العمل",
        url=f"{_SITE}/ar",
        bullets=("غادرت ثلاث سفن يوم الأحد.", "لم تنخفض أسعار التأمين."),
        language="ar",
    )
