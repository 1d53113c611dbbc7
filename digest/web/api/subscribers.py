"""Subscribers, for operators. No address stands in an address of these."""

from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field, IPvAnyAddress

from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.list_subscribers import Member, member_of
from digest.actions.show_subscriber import Timeline, show_subscriber
from digest.actions.sign_up import SignUp, sign_up
from digest.actions.subscribe import add_subscriber
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.clock import utc_now
from digest.domain.states import ConsentHow
from digest.store.lists import find_list
from digest.store.pages import subscriptions_after
from digest.store.subscribers import address_of
from digest.web.api.guards import ByCaller
from digest.web.api.paging import MOST, Cursor, Limit, Page, id_in, page_of
from digest.web.api.words import Address, Asked, Line
from digest.web.site import Here


class NewSubscriber(Asked):
    """Somebody to put on a list, and what is known of them."""

    address: Address
    name: Line | None = None
    timezone: Line | None = None
    local_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    topics: list[Line] | None = Field(None, max_length=100)
    text_only: bool | None = None
    language: Line | None = None
    confirmed: bool = Field(True, description="They agreed; false: they get no mail yet.")
    resubscribe: bool = Field(False, description="They left, and asked to come back.")


class Put(BaseModel):
    """Who is on the list now, and what it took."""

    subscriber: UUID
    what: str


class NewSignUp(Asked):
    """Somebody who filled in a form of yours."""

    address: Address
    name: Line | None = None
    topics: list[Line] = Field(default=[], max_length=100)
    origin: Line | None = Field(None, description="The page with the form.")
    client: IPvAnyAddress | None = Field(None, description="Where they came from, for limits.")


class Leave(Asked):
    """Somebody who is to leave a list."""

    address: Address


class Ended(BaseModel):
    """How many subscriptions ended."""

    subscriptions: int


def list_subscribers(
    site: Here, list_slug: str, limit: Limit = MOST, cursor: Cursor = None
) -> Page[Member]:
    """A list's people, who came first first."""
    now = utc_now()
    with site.db.read() as session:
        list_id = find_list(session, list_slug).id
        rows = subscriptions_after(session, list_id, id_in(cursor), limit + 1)
    return page_of(rows, limit, lambda row: member_of(row, now), lambda row: row.subscriber_id)


def put_subscriber(site: Here, caller: ByCaller, list_slug: str, new: NewSubscriber) -> Put:
    """Put somebody on a list, or change what is given for someone who is on it."""
    done = add_subscriber(
        site.db,
        site.settings,
        new.address,
        list_slug=list_slug,
        name=new.name,
        timezone=new.timezone,
        local_hour=new.local_hour,
        topics=new.topics,
        text_only=new.text_only,
        language=new.language,
        confirmed=new.confirmed,
        resubscribe=new.resubscribe,
        now=utc_now(),
        actor=caller.actor,
    )
    return Put(subscriber=done.subscriber_id, what=done.what)


def ask_to_join(site: Here, caller: ByCaller, list_slug: str, ask: NewSignUp) -> Response:
    """Ask somebody by mail whether they want the list; the same answer whoever it is about."""
    asked = SignUp(
        address=ask.address,
        list_slug=list_slug,
        name=ask.name or "",
        topics=ask.topics,
        how=ConsentHow.API,
        origin=ask.origin or caller.actor,
        client=str(ask.client or ""),
    )
    sign_up(site.db, site.settings, asked, now=utc_now())
    return Response(status_code=202)


def remove_subscriber(site: Here, caller: ByCaller, list_slug: str, ask: Leave) -> Ended:
    """End somebody's subscription to a list."""
    n = unsubscribe_address(
        site.db, ask.address, list_slug=list_slug, now=utc_now(), actor=caller.actor
    )
    return Ended(subscriptions=n)


def show_timeline(site: Here, subscriber_id: UUID) -> Timeline:
    """One person: subscriptions, and what was sent, when, or why not."""
    with site.db.read() as session:
        address = address_of(session, subscriber_id)
    return show_subscriber(site.db, site.settings, address)


def erase(site: Here, caller: ByCaller, subscriber_id: UUID) -> Response:
    """Take everything off the rows that says who this was; no mail goes there again."""
    with site.db.read() as session:
        address = address_of(session, subscriber_id)
    erase_subscriber(site.db, site.settings, address, now=utc_now(), actor=caller.actor)
    return Response(status_code=204)
