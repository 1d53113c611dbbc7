"""Rates at the desk: how fast mail goes through the relays, and to a recipient domain."""

from fastapi import Response

from digest.actions.throttles import set_domain_rate, set_relay_rate
from digest.clock import utc_now
from digest.store.relays import usable_relays
from digest.web.desk.desk import AtDesk, path_of_ours
from digest.web.posted import Posted, first


def post_relay_rates(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/rates: the same rate for each relay in use; empty takes the limits away."""
    rate = first(fields, "rate") or None
    with desk.site.db.read() as session:
        names = [relay.name for relay in usable_relays(session)]
    for name in names:
        set_relay_rate(desk.site.db, name, rate, now=utc_now(), actor=desk.actor)
    said = f"Each relay sends at most {rate}." if rate else "Relays send as fast as they can."
    return desk.redirect(path_of_ours(first(fields, "back") or "/desk/health"), said=said)


def post_domain_rate(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/rates/domain: for one recipient domain; empty takes its limit away."""
    domain, rate = first(fields, "domain"), first(fields, "rate") or None
    kept = set_domain_rate(desk.site.db, domain, rate, now=utc_now(), actor=desk.actor)
    said = f"{domain} gets at most {kept}." if kept else f"{domain} has no limit of its own."
    return desk.redirect("/desk/health", said=said)
