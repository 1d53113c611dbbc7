"""What editors decide about an edition: approve, send back, withdraw, test, and put right."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Response

from digest.actions.approve_edition import approve_edition
from digest.actions.correct_edition import draft_correction, mark_corrected, retract_edition
from digest.actions.embargo_brief import embargo_brief
from digest.actions.preview_message import send_test
from digest.actions.reject_edition import reject_edition
from digest.actions.withdraw_edition import withdraw_edition
from digest.clock import utc_now, zone
from digest.domain.errors import DigestError, Illegal
from digest.web.desk.desk import AtDesk, Desk
from digest.web.desk.edition import edition_page
from digest.web.desk.edition_forms import seen_version
from digest.web.posted import Posted, first

MOST_ADDRESSES = 10


def post_approve(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/approve: the version that the page showed, and no other."""

    def act() -> str:
        approve_edition(
            desk.site.db,
            desk.site.settings,
            edition_id,
            now=utc_now(),
            actor=desk.actor,
            seen_version=seen_version(fields),
        )
        return "Approved: what you previewed is what goes out."

    return _decide(desk, edition_id, act)


def post_reject(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/reject: with a note to those who mend it."""

    def act() -> str:
        note = first(fields, "note")
        reject_edition(desk.site.db, edition_id, note=note, now=utc_now(), actor=desk.actor)
        return "Sent back. It won’t go before somebody approves it."

    return _decide(desk, edition_id, act)


def post_withdraw(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/withdraw: for good, or to start over from what arrived."""
    is_over = first(fields, "then") != "again"

    def act() -> str:
        withdraw_edition(
            desk.site.db,
            edition_id,
            reason=first(fields, "note")[:500] or None,
            ends_run=is_over,
            now=utc_now(),
            actor=desk.actor,
        )
        return "Withdrawn." if is_over else "Withdrawn; the next draft is made from what arrived."

    return _decide(desk, edition_id, act)


def post_test(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/test: to some addresses, marked, with inert links."""

    def act() -> str:
        given = first(fields, "addresses").replace(",", " ").replace(";", " ").split()
        if not 0 < len(given) <= MOST_ADDRESSES:
            raise Illegal(f"Give one to {MOST_ADDRESSES} addresses.")
        replies = send_test(
            desk.site.db,
            desk.site.settings,
            edition_id,
            given,
            reader=first(fields, "reader") or "default",
            now=utc_now(),
            actor=desk.actor,
        )
        return "Test sent. " + " ".join(f"{address}: {reply}." for address, reply in replies)

    return _decide(desk, edition_id, act)


def post_correct(desk: AtDesk, edition_id: UUID) -> Response:
    """POST …/correct: a draft that goes to exactly those who got this number."""
    try:
        draft = draft_correction(desk.site.db, edition_id, now=utc_now(), actor=desk.actor)
    except DigestError as error:
        return edition_page(desk, edition_id, status=400, fault=str(error))
    return desk.redirect(f"/desk/editions/{draft}", said="Say in the intro what was wrong.")


def post_mark(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/mark-corrected."""

    def act() -> str:
        note = first(fields, "note")
        mark_corrected(desk.site.db, edition_id, note=note, now=utc_now(), actor=desk.actor)
        return "Marked." if note else "The mark is gone."

    return _decide(desk, edition_id, act)


def post_retract(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/retract: out of the archive, or back into it."""
    out = first(fields, "retracted") == "yes"

    def act() -> str:
        retract_edition(desk.site.db, edition_id, retracted=out, now=utc_now(), actor=desk.actor)
        return "It is out of the archive." if out else "It is in the archive again."

    return _decide(desk, edition_id, act)


def post_embargo(desk: AtDesk, edition_id: UUID, brief_id: UUID, fields: Posted) -> Response:
    """POST …/briefs/{brief_id}/embargo: until a time in the viewer's zone; lifted without one."""

    def act() -> str:
        until = moment_in(first(fields, "until"), desk.viewer.timezone)
        embargo_brief(desk.site.db, brief_id, until, now=utc_now(), actor=desk.actor)
        return "Held back." if until else "The embargo is lifted."

    return _decide(desk, edition_id, act)


def _decide(desk: Desk, edition_id: UUID, act: Callable[[], str]) -> Response:
    try:
        said = act()
    except DigestError as error:
        return edition_page(desk, edition_id, status=400, fault=str(error))
    return desk.redirect(f"/desk/editions/{edition_id}", said=said)


def moment_in(text: str, zone_name: str) -> datetime | None:
    """The time that a field of a form gives, by the clocks of that zone; None for an empty one."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise Illegal(f"{text[:40]!r} is not a time.") from None
    moment = local if local.tzinfo else local.replace(tzinfo=zone(zone_name))
    return moment.astimezone(UTC)
