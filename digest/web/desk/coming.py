"""Coming to the desk for the first time, or without one's password."""

from fastapi import BackgroundTasks, Response

from digest.actions.accounts import create_first_account
from digest.actions.passwords import check_link, request_reset, use_link
from digest.clock import utc_now
from digest.domain.errors import DigestError, Illegal, NotFound
from digest.log import get_logger
from digest.settings import Settings
from digest.store.accounts import there_is_an_account
from digest.tokens import Tokens
from digest.web.client import is_direct_from_here
from digest.web.desk.desk import HOME, AtDesk, Desk
from digest.web.posted import Posted, first, untrimmed
from digest.web.site import Site
from digest.web.zones import zones_with

log = get_logger(__name__)

NOTHING = {"address": "", "name": "", "zone": "UTC"}
SIGN_IN = f"{HOME}/sign-in"
FIRST = f"{HOME}/first"
ASKED = (
    "If there is an account with this address, a mail with a link is on its way. "
    "It works for an hour."
)


def show_forgotten(desk: AtDesk) -> Response:
    """GET /desk/forgotten."""
    return desk.page("desk/forgotten.html")


def post_forgotten(desk: AtDesk, fields: Posted, later: BackgroundTasks) -> Response:
    """POST /desk/forgotten: the same answer, as fast, whether there is such an account or not:
    looking it up and mailing come after it."""
    later.add_task(_mail_reset, desk.site, first(fields, "address"))
    return desk.redirect(SIGN_IN, said=ASKED)


def show_link(secret: str, desk: AtDesk) -> Response:
    """GET /desk/link/{secret}: a form; whoever only follows the link changes nothing."""
    return _link_page(desk, secret)


def post_link(secret: str, desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/link/{secret}: the password that was chosen."""
    try:
        use_link(desk.site.db, secret, untrimmed(fields, "password"), now=utc_now())
    except NotFound:
        raise
    except Illegal as error:
        return _link_page(desk, secret, fault=str(error), status=422)
    return desk.redirect(SIGN_IN, said="Your password is set. Sign in with it.")


def show_first(desk: AtDesk, code: str = "") -> Response:
    """GET /desk/first: only from a browser on this machine, with the code that the program said,
    and while there is no account."""
    _refuse_unless_first(desk, code)
    return desk.page("desk/first.html", code=code, zones=zones_with("UTC"), given=NOTHING)


def post_first(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/first: the first admin."""
    code = first(fields, "code")
    _refuse_unless_first(desk, code)
    given = {name: first(fields, name) for name in NOTHING}
    try:
        create_first_account(
            desk.site.db,
            address=given["address"],
            name=given["name"],
            password=untrimmed(fields, "password"),
            timezone=given["zone"],
            now=utc_now(),
        )
    except Illegal as error:
        zones = zones_with(given["zone"] or "UTC")
        return desk.page(
            "desk/first.html", status=422, code=code, zones=zones, given=given, fault=str(error)
        )
    return desk.redirect(SIGN_IN, said="Your account is made. Sign in with it.")


def first_path(settings: Settings) -> str:
    """Where the first account is made; the code in it is for who sees the program's own output."""
    return f"{FIRST}?code={_first_code(settings)}"


def _first_code(settings: Settings) -> str:
    return Tokens(settings.secret).form("the first account")[:32]


def _refuse_unless_first(desk: Desk, code: str) -> None:
    with desk.site.db.read() as session:
        taken = there_is_an_account(session)
    # A proxy on this machine comes from loopback, too, so that alone proves nothing.
    is_known = desk.site.tokens.is_same(code, _first_code(desk.site.settings))
    if taken or not is_known or not is_direct_from_here(desk.request):
        raise NotFound("There is nothing here that you may see.")


def _mail_reset(site: Site, address: str) -> None:
    try:
        request_reset(site.db, site.settings, address, now=utc_now())
    except DigestError as error:
        log.warning("reset not mailed", why=type(error).__name__)


def _link_page(desk: Desk, secret: str, *, fault: str | None = None, status: int = 200) -> Response:
    address = check_link(desk.site.db, secret, utc_now())
    return desk.page("desk/link.html", status=status, fault=fault, address=address)
