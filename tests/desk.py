"""Somebody at the desk, for tests: signed in with a role, and posting forms as a browser does."""

import re
from collections.abc import Mapping
from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response

from digest.accounts.passwords import hash_password
from digest.actions.sessions import open_session
from digest.clock import utc_now
from digest.domain.role import Role
from digest.store.accounts import Account, account_of, replace_roles
from digest.store.engine import Database, Session
from digest.web.app import create_app
from digest.web.desk.cookies import SESSION
from digest.web.desk.routes import DESK_ROUTES
from digest.web.route import Guard

PASSWORD = "four harbour ferries at dawn"


def desk_client(db: Database, settings) -> TestClient:
    """A browser that has not been here before, and follows no redirect by itself."""
    client = TestClient(create_app(db, settings), base_url=settings.public_url)
    client.follow_redirects = False
    return client


def an_account(
    session: Session,
    address: str = "edda@news.example",
    role: Role | None = Role.EDITOR,
    *,
    lists: Mapping[UUID, Role] | None = None,
    password: str | None = None,
) -> Account:
    account = Account(
        address=address,
        name=address.partition("@")[0].title(),
        timezone="Europe/London",
        password_hash=hash_password(password) if password else None,
        created_at=utc_now(),
    )
    session.add(account)
    session.flush()
    replace_roles(account, ({None: role} if role else {}) | dict(lists or {}))
    session.flush()
    return account


def logged_in(
    client: TestClient, role: Role | str | None, *, lists: Mapping[UUID, Role] | None = None
) -> TestClient:
    """The client, signed in as somebody with this role on all lists (None: only on ``lists``)."""
    site = client.app.state.site
    address = f"{role or 'guest'}@news.example"
    with site.db.begin() as session:
        account = account_of(session, address)
        if account is None:
            account = an_account(session, address, Role(role) if role else None, lists=lists)
        secret = open_session(session, account, client="127.0.0.1", agent="test", now=utc_now())
    secure = site.settings.public_url.startswith("https://")
    client.cookies.set(f"__Host-{SESSION}" if secure else SESSION, secret)
    return client


def form_token(client: TestClient, path: str = "/desk/sign-in") -> str:
    """The token in the forms of a page, as it is shown to this client."""
    page = client.get(path)
    if page.status_code == 303:
        page = client.get("/desk/me")
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]


def post(client: TestClient, path: str, data: Mapping[str, object] | None = None) -> Response:
    """Post a form as a browser would from a page of ours."""
    token = form_token(client)
    origin = str(client.base_url).rstrip("/")
    return client.post(path, data={**(data or {}), "form_token": token}, headers={"Origin": origin})


def pages_of(ids: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each page that the desk gives to who is signed in, as (pattern, path): every GET of the route
    table whose parameters are in ``ids``, but for streams, which don't end."""
    found = []
    for route in DESK_ROUTES:
        named = set(re.findall(r"{(\w+)}", route.path))
        is_page = route.method == "GET" and route.guard not in {Guard.FORM, Guard.PUBLIC}
        if is_page and named <= ids.keys() and not route.path.endswith("/events"):
            path = re.sub(r"{(\w+)}", lambda name: ids[name[1]], route.path)
            found.append((route.path, path))
    return found
