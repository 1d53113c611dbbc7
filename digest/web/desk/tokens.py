"""Tokens of the API: one's own, and for admins all."""

from uuid import UUID

from fastapi import Response

from digest.accounts.roles import reaches
from digest.actions.api_tokens import make_token, revoke_token
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.role import Role
from digest.store.api_tokens import tokens_of
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Posted, first

TOKENS = "/desk/tokens"
LIVES = (7, 30, 90, 366)  # days


def show_tokens(desk: AtDesk) -> Response:
    """GET /desk/tokens."""
    return _page(desk)


def add_token(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/tokens: make one of one's own. It is shown in this answer and never again."""
    role, days = first(fields, "role"), first(fields, "days")
    try:
        if role not in set(Role) or days not in {str(one) for one in LIVES}:
            raise Illegal("This page does not offer that.")
        _, secret = make_token(
            desk.site.db,
            desk.viewer.address,
            name=first(fields, "name"),
            role=Role(role),
            days=int(days),
            now=utc_now(),
            actor=desk.actor,
        )
    except Illegal as error:
        return _page(desk, fault=str(error), status=422)
    return _page(desk, secret=secret)


def end_token(token_id: UUID, desk: AtDesk) -> Response:
    """POST /desk/tokens/{token_id}/revoke: one's own, or anybody's for admins."""
    owner = None if _is_admin(desk) else desk.viewer.account_id
    revoke_token(desk.site.db, token_id, owner=owner, now=utc_now(), actor=desk.actor)
    return desk.redirect(TOKENS, said="The token is revoked.")


def _page(
    desk: Desk, *, fault: str | None = None, secret: str | None = None, status: int = 200
) -> Response:
    now = utc_now()
    with desk.site.db.read() as session:
        found = tokens_of(session, None if _is_admin(desk) else desk.viewer.account_id)
    mine = desk.viewer.grants.anywhere
    return desk.page(
        "desk/tokens.html",
        status=status,
        fault=fault,
        secret=secret,
        tokens=[
            (token, owner, token.revoked_at or token.expires_at <= now) for token, owner in found
        ],
        roles=[role for role in Role if reaches(mine, role)],
        lives=LIVES,
    )


def _is_admin(desk: Desk) -> bool:
    return reaches(desk.viewer.grants.everywhere, Role.ADMIN)
