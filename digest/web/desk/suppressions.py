"""The suppression list at the desk: search, add, remove with a reason, import, export."""

from collections.abc import Iterator

from fastapi import Response
from fastapi.responses import StreamingResponse

from digest.actions.list_suppressions import find_suppressions
from digest.actions.suppress_address import suppress_address
from digest.actions.suppression_files import export_lines, import_suppressions
from digest.actions.unsuppress_address import unsuppress_address
from digest.clock import utc_now
from digest.domain.errors import Illegal, NotFound
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Posted, first, untrimmed

PATH = "/desk/suppressions"
SHOWN = 100


def show_suppressions(desk: AtDesk) -> Response:
    """GET /desk/suppressions: the latest, and the forms."""
    return _page(desk)


def search_suppressions(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/suppressions/search: an address, or a part of one. Posted, so that no address
    stands in a browser's history."""
    return _page(desk, wanted=first(fields, "wanted")[:254])


def add_suppression(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/suppressions."""
    site, address = desk.site, first(fields, "address")
    try:
        new = suppress_address(
            site.db,
            site.settings,
            address,
            note=first(fields, "note")[:500] or None,
            now=utc_now(),
            actor=desk.actor,
        )
    except Illegal as error:
        return _page(desk, fault=str(error), status=422)
    said = "No mail goes to that address now." if new else "That address was suppressed before."
    return desk.redirect(PATH, said=said)


def remove_suppression(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/suppressions/remove: the reason is kept in the history."""
    site, why = desk.site, first(fields, "why")[:500]
    try:
        if not why:
            raise Illegal("Say why mail may go there again; it is kept in the history.")
        unsuppress_address(
            site.db,
            site.settings,
            first(fields, "address"),
            why=why,
            now=utc_now(),
            actor=desk.actor,
        )
    except (Illegal, NotFound) as error:
        return _page(desk, fault=str(error), status=422)
    return desk.redirect(PATH, said="Mail may go there again; nobody came back on a list.")


def post_lines(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/suppressions/import: pasted lines or CSV, as a file of `digest suppression`."""
    rejects: list[str] = []
    found = import_suppressions(
        desk.site.db,
        desk.site.settings,
        untrimmed(fields, "lines").splitlines(keepends=True),
        now=utc_now(),
        actor=desk.actor,
        on_reject=lambda line, why: rejects.append(f"line {line}: {why}"),
    )
    said = f"{found.added} added, {found.known} suppressed before, {found.rejected} rejected."
    return desk.redirect(PATH, said=" ".join([said, *rejects[:5]]))


def export(desk: AtDesk) -> Response:
    """GET /desk/suppressions.csv: all of it; erased addresses by their hash alone."""

    def lines() -> Iterator[str]:
        yield from export_lines(desk.site.db)

    headers = {"Content-Disposition": 'attachment; filename="suppressions.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _page(desk: Desk, *, wanted: str = "", fault: str | None = None, status: int = 200) -> Response:
    found = find_suppressions(desk.site.db, desk.site.settings, wanted, limit=SHOWN + 1)
    return desk.page(
        "desk/suppressions.html",
        status=status,
        wanted=wanted,
        rows=found[:SHOWN],
        more=len(found) > SHOWN,
        fault=fault,
    )
