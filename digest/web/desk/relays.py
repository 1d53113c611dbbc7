"""Relays at the desk: where mail is handed over, how much of it, and how fast it may go."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Response

from digest.accounts.roles import reaches
from digest.actions.list_throttles import ThrottleView, throttle_views
from digest.actions.relays import add_relay, change_relay
from digest.actions.throttles import set_domain_rate, set_relay_rate
from digest.clock import utc_now
from digest.domain.errors import DigestError, Illegal
from digest.domain.rate import Scope
from digest.domain.relay import check_remote
from digest.domain.role import Role
from digest.store.campaigns import campaigns_by_id
from digest.store.editions import titles_of
from digest.store.engine import Session, database_time
from digest.store.relays import all_relays
from digest.store.throttles import throttles_in_force
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Fields, Posted, first, untrimmed

RELAYS = "/desk/relays"


def show_relays(desk: AtDesk) -> Response:
    """GET /desk/relays."""
    return _page(desk)


def post_address(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/relays: another one, or another address for one that there is."""
    name, url = first(fields, "name"), untrimmed(fields, "url").strip()
    try:
        check_remote(url)
        add_relay(
            desk.site.db, desk.site.settings, name=name, url=url, now=utc_now(), actor=desk.actor
        )
    except DigestError as error:
        return _page(desk, fault=str(error), status=422)
    return desk.redirect(RELAYS, said=f"{name} is ready.")


def post_use(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/relays/use: whether a relay is used, its share, and how many connections."""
    name = first(fields, "relay")
    try:
        change_relay(
            desk.site.db,
            name=name,
            enabled=first(fields, "enabled") == "yes",
            weight=_number(fields, "weight") or 0,
            connections=_number(fields, "connections"),
            now=utc_now(),
            actor=desk.actor,
        )
    except DigestError as error:
        return _page(desk, fault=str(error), status=422)
    return desk.redirect(RELAYS, said=f"{name} is changed; it acts within seconds.")


def post_rate(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/relays/rate: of one relay; empty takes its limit away."""
    name, rate = first(fields, "relay"), first(fields, "rate") or None
    try:
        kept = set_relay_rate(desk.site.db, name, rate, now=utc_now(), actor=desk.actor)
    except DigestError as error:
        return _page(desk, fault=str(error), status=422)
    said = f"{name} sends at most {kept}." if kept else f"{name} sends as fast as it can."
    return desk.redirect(RELAYS, said=said)


def post_domain_rate(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/relays/domain: of one recipient domain; empty takes its limit away."""
    domain, rate = first(fields, "domain"), first(fields, "rate") or None
    try:
        kept = set_domain_rate(desk.site.db, domain, rate, now=utc_now(), actor=desk.actor)
    except DigestError as error:
        return _page(desk, fault=str(error), status=422)
    said = f"{domain} gets at most {kept}." if kept else f"{domain} has no limit of its own."
    return desk.redirect(RELAYS, said=said)


def _campaigns(session: Session, limits: Sequence[ThrottleView]) -> dict[str, str]:
    """What the campaigns that have a limit are called, by their ids."""
    ids = [UUID(one.name) for one in limits if one.scope is Scope.CAMPAIGN]
    found = campaigns_by_id(session, ids)
    titles = titles_of(session, [one.edition_id for one in found.values()])
    named = {id_: titles[one.edition_id] for id_, one in found.items()}
    return {str(id_): f"{one.list_name} no. {one.number}" for id_, one in named.items()}


def _number(fields: Fields, name: str) -> int | None:
    text = first(fields, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Illegal(f"{name.capitalize()} needs a whole number.")
    return int(text)


def _page(desk: Desk, *, fault: str | None = None, status: int = 200) -> Response:
    now = utc_now()
    with desk.site.db.read() as session:
        relays = all_relays(session)
        limits = throttle_views(throttles_in_force(session), relays, database_time(session), now)
        campaigns = _campaigns(session, limits)
    return desk.page(
        "desk/relays.html",
        status=status,
        fault=fault,
        relays=relays,
        of_relay={one.name: one for one in limits if one.scope is Scope.RELAY},
        limits=[one for one in limits if one.scope is not Scope.RELAY],
        campaigns=campaigns,
        may_add=reaches(desk.viewer.grants.everywhere, Role.ADMIN),
        now=now,
    )
