"""The first page of the desk."""

from fastapi import Response

from digest.accounts.roles import reaches
from digest.domain.role import Role
from digest.store.lists import all_lists
from digest.web.desk.desk import AtDesk


def show_home(desk: AtDesk) -> Response:
    """GET /desk: the lists that the viewer may see."""
    grants = desk.viewer.grants
    with desk.site.db.read() as session:
        lists = [one for one in all_lists(session) if grants.on(one.id)]
    ruled = {one.id for one in lists if reaches(grants.on(one.id), Role.OPERATOR)}
    return desk.page("desk/home.html", lists=lists, ruled=ruled)
