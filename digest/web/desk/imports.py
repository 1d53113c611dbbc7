"""People as a table, at the desk: uploaded, looked at, taken in, with what was rejected."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from digest.accounts.roles import reaches
from digest.actions.desk_import import preview_import, start_import, upload_people
from digest.actions.import_tables import refuse_unless_whole
from digest.audience.table import Gone, Origin, Reject, Service, Standing
from digest.clock import utc_now
from digest.domain.csv_cells import csv_text
from digest.domain.errors import Forbidden, Illegal
from digest.domain.role import Role
from digest.store.imports import ImportState, get_import, imports_of
from digest.store.lists import find_list, get_list
from digest.web.desk.desk import AtDesk

SHOWN = 20
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").startswith(_FORMS):
        raise Illegal(
            "The file itself has to come, and not a form: let the page's script send it, or use "
            "`digest subscriber import`."
        )
    return await request.body()


Body = Annotated[bytes, Depends(_body)]


def show_imports(list_slug: str, desk: AtDesk) -> Response:
    """GET /desk/lists/{list_slug}/import: a table to choose, and the latest imports."""
    with desk.site.db.read() as session:
        mailing_list = find_list(session, list_slug)
        rows = imports_of(session, mailing_list.id, SHOWN)
    return desk.page(
        "desk/imports.html",
        list=mailing_list,
        rows=rows,
        may_move=reaches(desk.viewer.grants.everywhere, Role.OPERATOR),
        standings=list(Standing),
    )


def post_table(
    list_slug: str,
    desk: AtDesk,
    content: Body,
    name: str = "",
    service: Annotated[Service | None, Query(alias="from")] = None,
    standing: Annotated[Standing | None, Query(alias="as")] = None,
) -> Response:
    """POST /desk/lists/{list_slug}/import: the file itself, as our script sends it; answers with
    the page to go on to."""
    origin = Origin(service, standing)
    try:
        refuse_unless_whole(origin, desk.viewer.grants)
        import_id = upload_people(
            desk.site.db,
            list_slug,
            name=name,
            content=content,
            origin=origin,
            now=utc_now(),
            actor=desk.actor,
        )
    except (Forbidden, Illegal) as error:
        status = 403 if isinstance(error, Forbidden) else 422
        return JSONResponse({"fault": str(error)}, status_code=status)
    return JSONResponse({"next": f"{desk.site.pages.base}/desk/imports/{import_id}"})


def show_import(import_id: UUID, desk: AtDesk) -> Response:
    """GET /desk/imports/{import_id}: the first rows; then how far it is; then what became of it."""
    with desk.site.db.read() as session:
        row = get_import(session, import_id)
        mailing_list = get_list(session, row.list_id)
    previews = preview_import(desk.site.db, import_id) if row.state is ImportState.SHOWN else []
    return desk.page(
        "desk/import.html",
        row=row,
        list=mailing_list,
        previews=previews,
        is_reject=lambda one: isinstance(one, Reject),
        is_gone=lambda one: isinstance(one, Gone),
        is_under_way=row.state in {ImportState.WAITING, ImportState.RUNNING},
    )


def post_start(import_id: UUID, desk: AtDesk) -> Response:
    """POST /desk/imports/{import_id}/start."""
    start_import(desk.site.db, import_id, now=utc_now())
    return desk.redirect(f"/desk/imports/{import_id}", said="A worker takes it in now.")


def export_rejects(import_id: UUID, desk: AtDesk) -> Response:
    """GET /desk/imports/{import_id}/rejects: the first thousand, as CSV."""
    with desk.site.db.read() as session:
        found = get_import(session, import_id).result or {}
    rows = [(line, reason, *cells) for line, reason, cells in found.get("rejects", [])]
    return PlainTextResponse(
        csv_text(("line", "reason", "row"), rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="rejects.csv"'},
    )
