"""What programs send and read of editions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from digest.actions.show_edition import EditionView
from digest.domain.states import EditionState, Stream
from digest.render import Severity
from digest.store.editions import Edition
from digest.web.api.words import Address, Asked, MaybeLine, Moment, SegmentText


class EditionLine(BaseModel):
    """An edition among others."""

    id: UUID
    stream: Stream
    number: int
    state: EditionState
    version: int
    built: datetime
    subject: str
    briefs: int


class CarriedBrief(BaseModel):
    """A brief in an edition, and why it is there."""

    id: UUID
    title: str
    url: str
    bullets: tuple[str, ...]
    why: str


class LeftOut(BaseModel):
    """A brief that is not in it, and why."""

    id: UUID
    title: str
    why: str


class EditionDocument(EditionLine):
    """An edition, whole."""

    list_slug: str
    run: UUID | None
    preheader: str
    edited: datetime | None
    edited_by: str | None
    approved: datetime | None
    approved_by: str | None
    carried: list[CarriedBrief]
    excluded: list[LeftOut]


class NewEdition(Asked):
    """A draft to build."""

    stream: Stream = Stream.EACH


class Built(BaseModel):
    """What became of it: an edition, or the reason why there is none."""

    edition: UUID | None
    reason: str | None


class Finding(BaseModel):
    """Something to mend, or to know of."""

    severity: Severity
    where: str
    why: str
    remedy: str


class Preview(BaseModel):
    """An edition as somebody gets it; links of their own are inert."""

    subject: str
    preheader: str
    text: str
    html: str | None


class Approve(Asked):
    """What is approved is what was looked at."""

    version: Annotated[int, Field(ge=1, le=10**9)] | None = Field(
        None, description="Only if it is still this version."
    )


class Withdraw(Asked):
    """Why it is taken back."""

    reason: MaybeLine | None = None


class Test(Asked):
    """Whom a test mail goes to."""

    addresses: list[Address] = Field(min_length=1, max_length=10)
    reader: MaybeLine = "persona:default"


class TestReply(BaseModel):
    """What the relay said of one test mail."""

    address: str
    reply: str


class Send(Asked):
    """When an approved edition goes out; at once where it isn't said."""

    at: Moment | None = None
    segment: SegmentText | None = None


class Scheduled(BaseModel):
    """The campaign that was made."""

    campaign: UUID
    due: datetime


def edition_line(row: Edition) -> EditionLine:
    """A row as the lists have it."""
    return EditionLine(
        id=row.id,
        stream=row.stream,
        number=row.number,
        state=row.state,
        version=row.version,
        built=row.built_at,
        subject=row.content.subject,
        briefs=len(row.content.briefs),
    )


def edition_document(view: EditionView) -> EditionDocument:
    """An edition, whole."""
    content = view.content
    return EditionDocument(
        id=view.id,
        list_slug=view.list_slug,
        stream=view.stream,
        run=view.run_id,
        number=view.number,
        state=view.state,
        version=view.version,
        built=view.built_at,
        subject=content.subject,
        preheader=content.preheader,
        briefs=len(content.briefs),
        edited=view.edited_at,
        edited_by=view.edited_by,
        approved=view.approved_at,
        approved_by=view.approved_by,
        carried=[
            CarriedBrief(id=one.id, title=one.title, url=one.url, bullets=one.bullets, why=one.why)
            for one in content.briefs
        ],
        excluded=[LeftOut(id=one.id, title=one.title, why=one.why) for one in view.excluded],
    )
