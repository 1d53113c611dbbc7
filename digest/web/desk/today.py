"""*Today*: the first page of the desk."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from digest.accounts.roles import reaches
from digest.actions.build_edition import build_edition
from digest.actions.plan_one_off import plan_one_off
from digest.actions.read_today import read_today
from digest.actions.tell_editors import SAYS, put_away
from digest.clock import utc_now
from digest.domain.errors import DigestError, Illegal
from digest.domain.role import Role
from digest.store.saved_segments import segment_names
from digest.web.desk.decide import moment_in
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Fields, Posted, first


def show_today(desk: AtDesk) -> Response:
    """GET /desk: of each list that the viewer may see what arrived, what goes and when."""
    return _page(desk)


def post_edition(desk: AtDesk, list_slug: str, fields: Posted) -> Response:
    """POST /desk/lists/{list_slug}/editions: the next draft now, or one outside the cadence."""
    now = utc_now()
    try:
        draft = _start(desk, list_slug, fields, now)
    except DigestError as error:
        return _page(desk, status=400, fault=str(error))
    return desk.redirect(f"/desk/editions/{draft}")


def post_put_away(desk: AtDesk, run_id: UUID) -> Response:
    """POST /desk/runs/{run_id}/notices/put-away: what the viewer was told of a run."""
    put_away(desk.site.db, desk.viewer.account_id, run_id, utc_now())
    return desk.redirect("/desk")


def _start(desk: Desk, list_slug: str, fields: Fields, now: datetime) -> UUID:
    if first(fields, "what") == "one-off":
        at = moment_in(first(fields, "at"), desk.viewer.timezone)
        if at is None:
            raise Illegal("Say when it is to go.")
        segment = first(fields, "segment") or None
        return plan_one_off(
            desk.site.db, list_slug, at=at, segment=segment, now=now, actor=desk.actor
        )
    built = build_edition(desk.site.db, list_slug, now=now, actor=desk.actor)
    if built.edition_id is None:
        raise Illegal(built.reason or "There is nothing for an edition yet.")
    return built.edition_id


def _page(desk: Desk, *, status: int = 200, fault: str | None = None) -> Response:
    now = utc_now()
    grants = desk.viewer.grants
    today = read_today(
        desk.site.db, desk.viewer.account_id, lambda list_id: grants.on(list_id) is not None, now
    )
    with desk.site.db.read() as session:
        segments = segment_names(session)
    return desk.page(
        "desk/today.html",
        status=status,
        today=today,
        segments=segments,
        says=SAYS,
        may=lambda it, role: reaches(grants.on(it.id), Role(role)),
        fault=fault,
    )
