"""The suppression list, for operators. No address stands in an address of these."""

from datetime import datetime

from fastapi import Response
from pydantic import BaseModel, Field

from digest.actions.suppress_address import suppress_address
from digest.actions.unsuppress_address import unsuppress_address
from digest.clock import utc_now
from digest.domain.address import parse_address
from digest.domain.errors import NotFound
from digest.domain.states import SuppressionReason
from digest.store.pages import suppressions_after
from digest.store.suppressions import Suppression, get_suppression
from digest.tokens import hash_address
from digest.web.api.guards import ByCaller
from digest.web.api.paging import MOST, Cursor, Limit, Page, page_of
from digest.web.api.words import Address, Asked, MaybeLine
from digest.web.site import Here


class SuppressionDocument(BaseModel):
    """An address that gets no mail; an erased one is known by its hash alone."""

    address: str | None
    address_hash: str
    reason: SuppressionReason
    note: str | None
    since: datetime


class Suppress(Asked):
    """An address to stop all mail to."""

    address: Address
    note: MaybeLine | None = None


class Lift(Asked):
    """An address to let mail go to again."""

    address: Address
    why: MaybeLine | None = Field(None, description="Kept in the history.")


class Find(Asked):
    """An address to look for."""

    address: Address


def list_suppressions(
    site: Here, limit: Limit = MOST, cursor: Cursor = None
) -> Page[SuppressionDocument]:
    """Addresses that get no mail."""
    with site.db.read() as session:
        rows = suppressions_after(session, cursor, limit + 1)
    return page_of(rows, limit, _suppression, lambda row: row.address_hash)


def find(site: Here, ask: Find) -> SuppressionDocument:
    """Whether an address gets no mail, and why; 404 where it does. Erased ones are found, too."""
    address = str(parse_address(ask.address))
    with site.db.read() as session:
        row = get_suppression(session, hash_address(site.settings, address))
        if row is None:
            raise NotFound(f"{address} is not suppressed.")
        return _suppression(row)


def suppress(site: Here, caller: ByCaller, ask: Suppress) -> Response:
    """Stop all mail to an address, known or not."""
    suppress_address(
        site.db,
        site.settings,
        ask.address,
        note=ask.note,
        now=utc_now(),
        actor=caller.actor,
    )
    return Response(status_code=204)


def lift(site: Here, caller: ByCaller, ask: Lift) -> Response:
    """Lift a suppression; nobody comes back on a list by it."""
    unsuppress_address(
        site.db, site.settings, ask.address, why=ask.why, now=utc_now(), actor=caller.actor
    )
    return Response(status_code=204)


def _suppression(row: Suppression) -> SuppressionDocument:
    return SuppressionDocument(
        address=row.address,
        address_hash=row.address_hash,
        reason=row.reason,
        note=row.note,
        since=row.since,
    )
