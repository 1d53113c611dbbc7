"""An edition at the desk: its page, and each change that its forms make. Every form works by
itself; the page's script sends the same forms and asks for JSON."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import Response
from fastapi.responses import JSONResponse

from digest.accounts.roles import reaches
from digest.actions.edit_edition import Conflict, Edited, edit_edition
from digest.actions.move_brief import move_brief
from digest.actions.put_in_brief import find_brief_at, put_in_brief, write_brief
from digest.actions.read_draft import read_draft
from digest.actions.undo_change import redo_change, undo_change
from digest.assemble.arrange import Direction
from digest.clock import utc_now
from digest.domain.changes import Change, TakeOut
from digest.domain.draft import Draft
from digest.domain.edition import BriefItem, EditionContent
from digest.domain.errors import DigestError, Illegal
from digest.domain.role import Role
from digest.fetch import Fetcher
from digest.store.owners import lists_of_edition
from digest.web.desk.change_words import describe, wordings
from digest.web.desk.desk import AtDesk, Desk
from digest.web.desk.edition_forms import (
    brief_in,
    fields_of,
    section_in,
    seen_version,
    spot_in,
    words_in,
)
from digest.web.posted import Fields, Posted, first

JSON = "application/json"


def show_edition(desk: AtDesk, edition_id: UUID) -> Response:
    """GET /desk/editions/{edition_id}."""
    return edition_page(desk, edition_id)


def post_words(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/words: subject, preheader, intro note."""
    return _edit(desk, edition_id, fields, words_in(fields))


def post_brief(desk: AtDesk, edition_id: UUID, brief_id: UUID, fields: Posted) -> Response:
    """POST …/briefs/{brief_id}: headline, bullets, teaser, related stories."""
    return _edit(desk, edition_id, fields, brief_in(fields, brief_id))


def post_place(desk: AtDesk, edition_id: UUID, brief_id: UUID, fields: Posted) -> Response:
    """POST …/briefs/{brief_id}/place: a step up or down, to the top, or to a spot."""
    step = first(fields, "step")
    if step not in set(Direction):
        return _edit(desk, edition_id, fields, spot_in(fields, brief_id))
    return _answer(
        desk,
        edition_id,
        fields,
        lambda: move_brief(
            desk.site.db,
            edition_id,
            brief_id,
            Direction(step),
            seen_version=seen_version(fields),
            now=utc_now(),
            actor=desk.actor,
        ),
    )


def post_take_out(desk: AtDesk, edition_id: UUID, brief_id: UUID, fields: Posted) -> Response:
    """POST …/briefs/{brief_id}/take-out."""
    why = f"taken out by {desk.actor}"
    return _edit(desk, edition_id, fields, TakeOut(brief_id, why))


def post_section(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/sections: add, name, move or remove one."""
    content = read_draft(desk.site.db, desk.site.settings, edition_id, utc_now()).view.content
    return _edit(desk, edition_id, fields, section_in(fields, Draft(content).names))


def post_put_in(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/briefs: a stored brief by ``brief``, one by its address, or one written by hand."""
    return _answer(desk, edition_id, fields, lambda: _put_in(desk, edition_id, fields))


def post_undo(desk: AtDesk, edition_id: UUID) -> Response:
    """POST …/undo."""
    return _step(desk, edition_id, undo_change)


def post_redo(desk: AtDesk, edition_id: UUID) -> Response:
    """POST …/redo."""
    return _step(desk, edition_id, redo_change)


def edition_page(desk: Desk, edition_id: UUID, *, status: int = 200, **values: Any) -> Response:
    """The page, with ``fault`` where something was refused."""
    edition = read_draft(desk.site.db, desk.site.settings, edition_id, utc_now())
    draft = Draft(edition.view.content, edition.view.excluded)
    may_edit = _may(desk, edition_id, Role.EDITOR)
    return desk.page(
        "desk/edition.html",
        status=status,
        edition=edition,
        names=draft.names,
        can_edit=may_edit and edition.is_draft,
        may_edit=may_edit,
        describe=lambda change: describe(change, draft),
        **values,
    )


def _edit(desk: Desk, edition_id: UUID, fields: Fields, wish: Change) -> Response:
    return _answer(
        desk,
        edition_id,
        fields,
        lambda: edit_edition(
            desk.site.db,
            edition_id,
            wish,
            seen_version=seen_version(fields),
            now=utc_now(),
            actor=desk.actor,
        ),
    )


def _put_in(desk: Desk, edition_id: UUID, fields: Fields) -> Edited:
    db, now, actor = desk.site.db, utc_now(), desk.actor
    if first(fields, "brief"):
        brief_id = _id(first(fields, "brief"))
    elif first(fields, "title"):
        bullets = first(fields, "bullets").splitlines()
        brief_id = write_brief(
            db,
            title=first(fields, "title"),
            url=first(fields, "url"),
            bullets=bullets,
            now=now,
            actor=actor,
        )
    else:
        fetcher = Fetcher(desk.site.settings)
        brief_id = find_brief_at(db, fetcher, first(fields, "url"), now=now, actor=actor)
    return put_in_brief(
        db, edition_id, brief_id, seen_version=seen_version(fields), now=now, actor=actor
    )


def _step(desk: Desk, edition_id: UUID, act: Callable[..., Any]) -> Response:
    try:
        act(desk.site.db, edition_id, now=utc_now(), actor=desk.actor)
    except Illegal as error:
        return edition_page(desk, edition_id, status=409, fault=str(error))
    return desk.redirect(f"/desk/editions/{edition_id}")


def _answer(desk: Desk, edition_id: UUID, fields: Fields, act: Callable[[], Edited]) -> Response:
    """What a change came to: on to the page again, or for the script the words as they are now."""
    try:
        edited = act()
    except Conflict as conflict:
        return _conflict(desk, edition_id, fields, conflict)
    except DigestError as error:
        if _wants_json(desk):
            return JSONResponse({"fault": str(error)}, status_code=400)
        return edition_page(desk, edition_id, status=400, fault=str(error))
    if _wants_json(desk):
        return JSONResponse({"version": edited.version, "words": _words(edited.draft.content)})
    return desk.redirect(f"/desk/editions/{edition_id}#{first(fields, 'anchor')}".rstrip("#"))


def _conflict(desk: Desk, edition_id: UUID, fields: Fields, conflict: Conflict) -> Response:
    """Both wordings, and a way to keep either."""
    if _wants_json(desk):
        return JSONResponse({"conflict": str(conflict)}, status_code=409)
    edition = read_draft(desk.site.db, desk.site.settings, edition_id, utc_now())
    return desk.page(
        "desk/conflict.html",
        status=409,
        edition=edition,
        theirs=[
            (it.actor, it.at, describe(it.change, conflict.draft), wordings(it.change))
            for it in conflict.theirs
        ],
        mine=wordings(conflict.mine),
        what=describe(conflict.mine, conflict.draft),
        again=desk.request.url.path,
        sent=_again(fields, conflict),
    )


def _again(fields: Fields, conflict: Conflict) -> list[tuple[str, str]]:
    """What to send again so that one's own words stand, and no more than those."""
    sent = fields_of(conflict.mine)
    if sent is not None:
        return sent
    named = {"version", "form_token"}
    return [
        (name, value) for name, values in fields.items() for value in values if name not in named
    ]


def _words(content: EditionContent) -> dict[str, Any]:
    """What the fields of the page hold, by form: the script puts in what others changed."""
    own = {"subject": content.subject, "preheader": content.preheader, "intro": content.intro}
    return {"words": own} | {f"b-{brief.id}": _brief_words(brief) for brief in content.briefs}


def _brief_words(brief: BriefItem) -> dict[str, str]:
    return {"title": brief.title, "bullets": "\n".join(brief.bullets), "teaser": brief.teaser}


def _may(desk: Desk, edition_id: UUID, role: Role) -> bool:
    with desk.site.db.read() as session:
        lists = lists_of_edition(session, edition_id)
    return any(reaches(desk.viewer.grants.on(list_id), role) for list_id in lists)


def _wants_json(desk: Desk) -> bool:
    return desk.request.headers.get("accept", "") == JSON


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Illegal("There is no such brief.") from None
