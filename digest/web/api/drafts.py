"""Drafts, changed by programs as editors change them: by version, so that nobody's work is lost."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from digest.actions.correct_edition import draft_correction, mark_corrected, retract_edition
from digest.actions.edit_edition import edit_edition
from digest.actions.embargo_brief import embargo_brief
from digest.actions.plan_one_off import plan_one_off
from digest.actions.put_in_brief import put_in_brief
from digest.actions.reject_edition import reject_edition
from digest.actions.show_edition import show_edition
from digest.actions.undo_change import redo_change, undo_change
from digest.clock import utc_now
from digest.domain.brief import RelatedLink
from digest.domain.changes import Change, PlaceBrief, SetBrief, SetWords, TakeOut
from digest.domain.draft import Spot
from digest.web.api.edition_documents import EditionDocument, edition_document
from digest.web.api.guards import ByCaller
from digest.web.api.once import AnswerOnce
from digest.web.api.words import Asked, Line, MaybeLine, Moment, SegmentText, Text
from digest.web.site import Here, Site

Version = Annotated[int, Field(ge=1, le=10**9, description="Of the draft that was looked at.")]


class EditWords(Asked):
    """Other words for the edition; what is left out stays."""

    version: Version
    subject: Line | None = None
    preheader: MaybeLine | None = None
    intro: Text | None = None


class Story(Asked):
    """A related story."""

    title: Line
    url: Line | None = None
    teaser: MaybeLine = ""


class EditBrief(Asked):
    """Other words for a brief of the draft; what is left out stays."""

    version: Version
    title: Line | None = None
    bullets: list[Line] | None = Field(None, max_length=20)
    teaser: MaybeLine | None = None
    related: list[Story] | None = Field(None, max_length=20)


class PutInBrief(Asked):
    """A stored brief to put in."""

    version: Version
    brief: UUID


class Place(Asked):
    """Where a brief goes: a section that is there, and how many briefs stand before it."""

    version: Version
    section: Annotated[str, Field(max_length=300)]
    position: Annotated[int, Field(ge=0, le=1000)]


class Why(Asked):
    """What is to be mended."""

    note: Text = Field(min_length=1)


class Mark(Asked):
    """What was wrong with it; empty unsays it."""

    note: MaybeLine


class Retract(Asked):
    """Whether its page is out of the archive."""

    retracted: bool


class Embargo(Asked):
    """Until when a brief is held back; null lifts it."""

    until: Moment | None


class TakenFrom(BaseModel):
    """The drafts that it was taken out of."""

    editions: list[UUID]


class OneOff(Asked):
    """When it goes, and to whom."""

    at: Moment
    segment: SegmentText | None = None


class Draft(BaseModel):
    """A draft that was begun."""

    edition: UUID


def edit_words(site: Here, caller: ByCaller, edition_id: UUID, ask: EditWords) -> EditionDocument:
    """Change a draft's subject, preheader or intro note."""
    wish = SetWords(subject=ask.subject, preheader=ask.preheader, intro=ask.intro)
    return _edit(site, caller, edition_id, wish, ask.version)


def edit_brief(
    site: Here, caller: ByCaller, edition_id: UUID, brief_id: UUID, ask: EditBrief
) -> EditionDocument:
    """Change a brief's words in a draft."""
    related = ask.related
    wish = SetBrief(
        brief_id,
        title=ask.title,
        bullets=None if ask.bullets is None else tuple(ask.bullets),
        teaser=ask.teaser,
        related=None
        if related is None
        else tuple(RelatedLink(one.title, one.url, one.teaser) for one in related),
    )
    return _edit(site, caller, edition_id, wish, ask.version)


def put_in(site: Here, caller: ByCaller, edition_id: UUID, ask: PutInBrief) -> EditionDocument:
    """Put a brief into a draft, at the end of its section."""
    put_in_brief(
        site.db,
        edition_id,
        ask.brief,
        seen_version=ask.version,
        now=utc_now(),
        actor=caller.actor,
    )
    return _show(site, edition_id)


def place(
    site: Here, caller: ByCaller, edition_id: UUID, brief_id: UUID, ask: Place
) -> EditionDocument:
    """Put a brief elsewhere in a draft."""
    wish = PlaceBrief(brief_id, Spot(ask.section, ask.position))
    return _edit(site, caller, edition_id, wish, ask.version)


def take_out(
    site: Here,
    caller: ByCaller,
    edition_id: UUID,
    brief_id: UUID,
    version: Annotated[int, Query(ge=1, le=10**9)],
) -> EditionDocument:
    """Leave a brief out of a draft."""
    wish = TakeOut(brief_id, f"taken out by {caller.actor}")
    return _edit(site, caller, edition_id, wish, version)


def undo(site: Here, caller: ByCaller, edition_id: UUID) -> EditionDocument:
    """Take back the latest change of a draft."""
    undo_change(site.db, edition_id, now=utc_now(), actor=caller.actor)
    return _show(site, edition_id)


def redo(site: Here, caller: ByCaller, edition_id: UUID) -> EditionDocument:
    """Make the change again that was taken back last."""
    redo_change(site.db, edition_id, now=utc_now(), actor=caller.actor)
    return _show(site, edition_id)


def reject(site: Here, caller: ByCaller, edition_id: UUID, ask: Why) -> EditionDocument:
    """Send a draft back; it goes to nobody before somebody approves it."""
    reject_edition(site.db, edition_id, note=ask.note, now=utc_now(), actor=caller.actor)
    return _show(site, edition_id)


def embargo(
    site: Here,
    caller: ByCaller,
    edition_id: UUID,  # noqa: ARG001 - the guard asks who may change it
    brief_id: UUID,
    ask: Embargo,
) -> TakenFrom:
    """Let a brief be in no mail before a time, of whichever list."""
    drafts = embargo_brief(site.db, brief_id, ask.until, now=utc_now(), actor=caller.actor)
    return TakenFrom(editions=drafts)


def one_off(
    site: Here, caller: ByCaller, once: AnswerOnce, list_slug: str, ask: OneOff
) -> Response:
    """Plan an edition outside the cadence; its draft is there at once."""

    def act() -> Draft:
        now = utc_now()
        draft = plan_one_off(
            site.db, list_slug, at=ask.at, segment=ask.segment, now=now, actor=caller.actor
        )
        return Draft(edition=draft)

    return once(act, 201)


def correct(site: Here, caller: ByCaller, edition_id: UUID) -> Draft:
    """Begin a correction; once approved it goes to exactly those who got the first one."""
    draft = draft_correction(site.db, edition_id, now=utc_now(), actor=caller.actor)
    return Draft(edition=draft)


def mark(site: Here, caller: ByCaller, edition_id: UUID, ask: Mark) -> EditionDocument:
    """Have an edition's page in the archive say what was wrong."""
    mark_corrected(site.db, edition_id, note=ask.note, now=utc_now(), actor=caller.actor)
    return _show(site, edition_id)


def retract(site: Here, caller: ByCaller, edition_id: UUID, ask: Retract) -> EditionDocument:
    """Take an edition's page out of the archive, or put it back."""
    retract_edition(site.db, edition_id, retracted=ask.retracted, now=utc_now(), actor=caller.actor)
    return _show(site, edition_id)


def _edit(
    site: Site, caller: ByCaller, edition_id: UUID, wish: Change, version: int
) -> EditionDocument:
    edit_edition(site.db, edition_id, wish, seen_version=version, now=utc_now(), actor=caller.actor)
    return _show(site, edition_id)


def _show(site: Site, edition_id: UUID) -> EditionDocument:
    return edition_document(show_edition(site.db, str(edition_id)))
