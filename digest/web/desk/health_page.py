"""Health: what is wrong with the service, and how each part of it is."""

from fastapi import Response

from digest.actions.service_health import service_health
from digest.clock import utc_now
from digest.web.desk.desk import AtDesk


def show_health(desk: AtDesk) -> Response:
    """GET /desk/health."""
    now = utc_now()
    health = service_health(desk.site.db, now)
    return desk.page("desk/health.html", health=health, limits=health.limits, now=now)
