"""The caller's own tokens: seen and ended. People make them, so that a token that was stolen makes
no others."""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from digest.actions.api_tokens import revoke_token
from digest.clock import utc_now
from digest.domain.role import Role
from digest.store.api_tokens import tokens_of
from digest.web.api.guards import ByCaller
from digest.web.api.paging import Page
from digest.web.site import Here


class TokenDocument(BaseModel):
    """A token, without its secret."""

    id: UUID
    name: str
    role: Role
    created: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None
    is_this: bool


def list_tokens(site: Here, caller: ByCaller) -> Page[TokenDocument]:
    """The tokens of the account that this one speaks for."""
    with site.db.read() as session:
        mine = [
            TokenDocument(
                id=row.id,
                name=row.name,
                role=row.role,
                created=row.created_at,
                expires=row.expires_at,
                used=row.used_at,
                revoked=row.revoked_at,
                is_this=row.id == caller.token_id,
            )
            for row, _ in tokens_of(session, caller.account_id)
        ]
    return Page(items=mine, next=None)


def revoke(site: Here, caller: ByCaller, token_id: UUID) -> Response:
    """End one of them, this one perhaps."""
    revoke_token(site.db, token_id, owner=caller.account_id, now=utc_now(), actor=caller.actor)
    return Response(status_code=204)
