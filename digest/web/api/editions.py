"""Editions: built, shown, checked, previewed, tested, approved, withdrawn."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from digest.accounts.roles import highest, reaches
from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.check_edition import check_edition
from digest.actions.preview_edition import preview_edition
from digest.actions.preview_message import send_test
from digest.actions.renditions import with_inert_fields
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.see import note_sight
from digest.actions.show_edition import show_edition
from digest.actions.withdraw_edition import withdraw_edition
from digest.clock import utc_now
from digest.domain.errors import Forbidden
from digest.domain.role import Role
from digest.store.lists import find_list
from digest.store.owners import lists_of_edition
from digest.store.pages import editions_before
from digest.web.api.edition_documents import (
    Approve,
    Built,
    EditionDocument,
    EditionLine,
    Finding,
    NewEdition,
    Preview,
    Scheduled,
    Send,
    Test,
    TestReply,
    Withdraw,
    edition_document,
    edition_line,
)
from digest.web.api.guards import ByCaller
from digest.web.api.once import AnswerOnce
from digest.web.api.paging import MOST, Cursor, Limit, Page, id_in, page_of
from digest.web.site import Here, Site


def list_editions(
    site: Here, list_slug: str, limit: Limit = MOST, cursor: Cursor = None
) -> Page[EditionLine]:
    """A list's editions, the newest first."""
    with site.db.read() as session:
        only = (find_list(session, list_slug).id,)
        rows = editions_before(session, only, id_in(cursor), limit + 1)
    return page_of(rows, limit, edition_line, lambda row: row.id)


def build(site: Here, caller: ByCaller, list_slug: str, new: NewEdition) -> Built:
    """Make the draft of the next edition, or bring it up to date."""
    done = build_edition(site.db, list_slug, stream=new.stream, now=utc_now(), actor=caller.actor)
    return Built(edition=done.edition_id, reason=done.reason)


def show(site: Here, edition_id: UUID) -> EditionDocument:
    """One edition, why each brief is in it, and why others are not."""
    return edition_document(show_edition(site.db, str(edition_id)))


def check(site: Here, edition_id: UUID) -> list[Finding]:
    """What is wrong with an edition; errors keep it from being approved."""
    return [
        Finding(severity=one.severity, where=one.where, why=one.why, remedy=one.remedy)
        for one in check_edition(site.db, site.settings, edition_id, now=utc_now())
    ]


def preview(
    site: Here,
    caller: ByCaller,
    edition_id: UUID,
    reader: Annotated[
        str,
        Query(
            max_length=254,
            description="persona:default, persona:text, persona:topic:NAME; for operators, a "
            "subscriber's address, too.",
        ),
    ] = "persona:default",
) -> Preview:
    """The rendition that is, or would be, sent."""
    if "@" in reader:
        _refuse_editors(site, caller, edition_id)
        note_sight(
            site.db,
            "an edition as a reader gets it",
            noun="edition",
            noun_id=edition_id,
            now=utc_now(),
            actor=caller.actor,
        )
    rendition = preview_edition(site.db, site.settings, edition_id, reader=reader)
    shown = with_inert_fields(rendition, site.settings)
    return Preview(
        subject=shown.subject, preheader=shown.preheader, text=shown.text, html=shown.html
    )


def approve(site: Here, caller: ByCaller, edition_id: UUID, ask: Approve) -> EditionDocument:
    """Freeze an edition: what was previewed is what is sent."""
    approve_edition(
        site.db,
        site.settings,
        edition_id,
        now=utc_now(),
        actor=caller.actor,
        seen_version=ask.version,
    )
    return show(site, edition_id)


def withdraw(site: Here, caller: ByCaller, edition_id: UUID, ask: Withdraw) -> EditionDocument:
    """Take a draft or an approved edition back."""
    withdraw_edition(
        site.db,
        edition_id,
        reason=ask.reason,
        ends_run=True,
        now=utc_now(),
        actor=caller.actor,
    )
    return show(site, edition_id)


def test(site: Here, caller: ByCaller, once: AnswerOnce, edition_id: UUID, ask: Test) -> Response:
    """Send an edition to some addresses, marked as a test."""

    def act() -> list[TestReply]:
        if "@" in ask.reader:
            _refuse_editors(site, caller, edition_id)
        replies = send_test(
            site.db,
            site.settings,
            edition_id,
            ask.addresses,
            reader=ask.reader,
            now=utc_now(),
            actor=caller.actor,
        )
        return [TestReply(address=address, reply=reply) for address, reply in replies]

    return once(act, 200)


def send(site: Here, caller: ByCaller, once: AnswerOnce, edition_id: UUID, ask: Send) -> Response:
    """Send an approved edition to its list, now or at a time."""

    def act() -> Scheduled:
        now = utc_now()
        due = ask.at or now
        campaign = schedule_campaign(
            site.db, edition_id, due_at=due, segment=ask.segment, now=now, actor=caller.actor
        )
        return Scheduled(campaign=campaign, due=due)

    return once(act, 201)


def _refuse_editors(site: Site, caller: ByCaller, edition_id: UUID) -> None:
    with site.db.read() as session:
        lists = lists_of_edition(session, edition_id)
    if not reaches(highest([caller.grants.on(one) for one in lists]), Role.OPERATOR):
        raise Forbidden("Only operators may see what a subscriber gets; take a persona.")
