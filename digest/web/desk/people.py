"""One subscriber at the desk: what was sent, when, with which answer, and why not."""

from uuid import UUID

from fastapi import Response

from digest.accounts.roles import reaches
from digest.actions.ask_copy import REPEATABLE, ask_copy
from digest.actions.sessions import Viewer
from digest.actions.show_subscriber import show_person, show_subscriber
from digest.clock import utc_now
from digest.domain.errors import NotFound
from digest.domain.role import Role
from digest.store.copies import copies_of
from digest.web.desk.desk import AtDesk
from digest.web.posted import Posted, first


def show_people(desk: AtDesk) -> Response:
    """GET /desk/people: whom to look for."""
    return desk.page("desk/people.html", address="")


def find_person(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/people: to somebody's page. Posted, so that no address stands in a history."""
    address = first(fields, "address")
    timeline = show_subscriber(desk.site.db, desk.site.settings, address, limit=1)
    if not any(_may_see(desk.viewer, place["list_id"]) for place in timeline.subscriptions):
        raise NotFound(f"There is no subscriber {address} on your lists.")
    return desk.redirect(f"/desk/people/{timeline.subscriber}")


def show_one(desk: AtDesk, subscriber_id: UUID) -> Response:
    """GET /desk/people/{subscriber_id}."""
    timeline = show_person(desk.site.db, subscriber_id)
    mine = [one for one in timeline.deliveries if _may_see(desk.viewer, one.list_id)]
    with desk.site.db.read() as session:
        copies = copies_of(session, [one.delivery for one in mine])
    return desk.page(
        "desk/person.html",
        delivery_days=desk.site.settings.delivery_days,
        person=timeline,
        places=[one for one in timeline.subscriptions if _may_see(desk.viewer, one["list_id"])],
        deliveries=mine,
        copies=copies,
        repeatable=[state.value for state in REPEATABLE],
        now=utc_now(),
    )


def post_copy(desk: AtDesk, delivery_id: UUID) -> Response:
    """POST /desk/deliveries/{delivery_id}/copy: the same mail once more."""
    person = ask_copy(desk.site.db, delivery_id, now=utc_now(), actor=desk.actor)
    return desk.redirect(f"/desk/people/{person}", said="It is sent again in a moment.")


def _may_see(viewer: Viewer, list_id: UUID) -> bool:
    return reaches(viewer.grants.on(list_id), Role.OPERATOR)
