"""Plain functions that build test data, each with sensible defaults."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from digest.domain.edition import (
    Branding,
    BriefItem,
    EditionContent,
    Rendition,
    Section,
    TemplateSet,
    Variant,
    placeholder,
)
from digest.domain.ids import uuid7
from digest.domain.states import (
    CampaignState,
    DoubtPolicy,
    EditionState,
    SourceKind,
    Stream,
    SubscriptionState,
)
from digest.settings import Settings
from digest.store.briefs import Brief
from digest.store.campaigns import Campaign
from digest.store.editions import Edition, keep_renditions
from digest.store.engine import Database
from digest.store.lists import MailingList
from digest.store.roster import Roster, freeze_roster
from digest.store.sources import Source
from digest.store.subscribers import Subscriber, Subscription
from digest.tokens import hash_address

NOW = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
MARKER = "f0123456789abcdef"
AT_ONCE = 10_000  # rows that a statement lays down


def a_source(session: Session, slug: str = "ledger", **values: Any) -> Source:
    given = {"name": slug.title(), "kind": SourceKind.FEED, "url": f"https://{slug}.example/feed"}
    source = Source(slug=slug, created_at=NOW, next_try_at=NOW, **(given | values))
    session.add(source)
    session.flush()
    return source


def an_arrival(source_id: UUID, n: int, at: datetime, **values: Any) -> Brief:
    """The n-th invented brief of a source, published and arrived at ``at``."""
    given = {
        "url": f"https://ledger.example/{n}",
        "title": f"Harbour number {n} closes for repairs that nobody ordered",
        "bullets": (f"Point {n} of the plan failed.", f"Cost number {n} is unknown."),
        "body": (f"The long story of harbour {n}.",),
        "teaser": "",
        "categories": (),
        "published_at": at,
        "arrived_at": at,
        "updated_at": at,
        "checksum": str(n),
    }
    return Brief(source_id=source_id, **(given | values))


def a_list(session: Session, slug: str = "daily", **values: Any) -> MailingList:
    given = {
        "name": "The Daily Brief",
        "from_name": "The Daily Brief",
        "from_address": "brief@news.example",
        "reply_to": "desk@news.example",
        "postal_address": "1 Quay Street, Port Amsel",
        "timezone": "Europe/London",
    }
    mailing_list = MailingList(slug=slug, created_at=NOW, **(given | values))
    session.add(mailing_list)
    session.flush()
    return mailing_list


def a_subscriber(
    session: Session,
    settings: Settings,
    address: str,
    mailing_list: MailingList,
    *,
    state: SubscriptionState = SubscriptionState.CONFIRMED,
    variant: Variant = Variant(),
    local_hour: int | None = None,
    timezone: str | None = None,
) -> Subscriber:
    subscriber = Subscriber(
        address=address, address_hash=hash_address(settings, address), created_at=NOW
    )
    subscriber.subscriptions = [
        Subscription(
            list_id=mailing_list.id,
            state=state,
            variant=variant.key,
            local_hour=local_hour,
            timezone=timezone,
            created_at=NOW,
        )
    ]
    session.add(subscriber)
    session.flush()
    return subscriber


def many_subscribers(
    session: Session, settings: Settings, addresses: Sequence[str], mailing_list: MailingList
) -> None:
    """Confirmed subscribers, by statements for many rows at once.

    Not for all at once: PostgreSQL takes a client for lost that sends a million and reads nothing.
    """
    for first in range(0, len(addresses), AT_ONCE):
        _some_subscribers(session, settings, addresses[first : first + AT_ONCE], mailing_list)


def _some_subscribers(
    session: Session, settings: Settings, addresses: Sequence[str], mailing_list: MailingList
) -> None:
    people = [
        {
            "id": uuid7(),
            "address": address,
            "address_hash": hash_address(settings, address),
            "created_at": NOW,
        }
        for address in addresses
    ]
    places = [
        {
            "id": uuid7(),
            "subscriber_id": person["id"],
            "list_id": mailing_list.id,
            "state": SubscriptionState.CONFIRMED,
            "variant": Variant().key,
            "created_at": NOW,
        }
        for person in people
    ]
    session.execute(insert(Subscriber), people)
    session.execute(insert(Subscription), places)


def some_content(**values: Any) -> EditionContent:
    brief = BriefItem(
        id=uuid7(),
        title="Ferries to Norholm halt",
        url="https://ledger.example/ferries",
        bullets=("All lines halted at noon.", "Freight goes by rail."),
    )
    given = {
        "list_name": "The Daily Brief",
        "number": 1,
        "date": date(2026, 3, 10),
        "subject": "Ferries to Norholm halt",
        "preheader": "All lines halted at noon.",
        "sections": (Section("", (brief,)),),
    }
    return EditionContent(**(given | values))


def a_rendition(**values: Any) -> Rendition:
    leave = placeholder(MARKER, "unsubscribeurl")
    given = {
        "subject": "Ferries to Norholm halt",
        "preheader": "All lines halted at noon.",
        "text": f"All lines halted.\n\nLeave: {leave}\n",
        "html": f'<p>All lines halted.</p><a href="{leave}">Leave</a>',
        "marker": MARKER,
    }
    return Rendition(**(given | values))


def a_branding(**values: Any) -> Branding:
    given = {
        "name": "The Daily Brief",
        "postal_address": "1 Quay Street, Port Amsel",
        "from_name": "The Daily Brief",
        "from_address": "brief@news.example",
        "reply_to": "desk@news.example",
        "list_id": "daily.news.example",
        "bounce_domain": "bounce.news.example",
    }
    return Branding(**(given | values))


def an_edition(session: Session, mailing_list: MailingList, **values: Any) -> Edition:
    given = {
        "list_id": mailing_list.id,
        "stream": Stream.EACH,
        "number": 1,
        "state": EditionState.APPROVED,
        "window_after": NOW - timedelta(days=1),
        "window_until": NOW,
        "content": some_content(),
        "excluded": (),
        "built_at": NOW,
        "branding": a_branding(),
    }
    edition = Edition(**(given | values))
    session.add(edition)
    session.flush()
    return edition


def a_campaign(session: Session, edition: Edition, **values: Any) -> Campaign:
    """A campaign of an approved edition, which is due."""
    campaign = Campaign(
        **{
            "edition_id": edition.id,
            "list_id": edition.list_id,
            "state": CampaignState.SCHEDULED,
            "due_at": NOW,
            "expires_after": timedelta(days=1),
            "doubt_policy": DoubtPolicy.RESEND,
            "created_at": NOW,
            "created_by": "test",
        }
        | values
    )
    session.add(campaign)
    session.flush()
    return campaign


def a_sending_campaign(
    db: Database,
    settings: Settings,
    addresses: Sequence[str],
    *,
    policy: DoubtPolicy = DoubtPolicy.RESEND,
    batch_size: int = 1000,
    rendition: Rendition | None = None,
    expires: bool = True,
    slug: str = "daily",
) -> UUID:
    """A list, an approved edition and a campaign whose roster is frozen; gives the campaign."""
    with db.begin() as session:
        mailing_list = a_list(session, slug)
        many_subscribers(session, settings, addresses, mailing_list)
        edition = an_edition(session, mailing_list)
        campaign = a_campaign(
            session,
            edition,
            state=CampaignState.SENDING,
            started_at=NOW,
            expires_at=NOW + timedelta(days=1) if expires else None,
            doubt_policy=policy,
        )
        roster = a_roster(session, campaign, rendition=rendition, batch_size=batch_size)
        campaign.roster = freeze_roster(session, roster)
        return campaign.id


def a_roster(
    session: Session,
    campaign: Campaign,
    *,
    now: datetime = NOW,
    rendition: Rendition | None = None,
    batch_size: int = 1000,
) -> Roster:
    """Everybody on a campaign's list, with one rendition for all; to be frozen."""
    key = Variant().key
    ids = keep_renditions(session, campaign.edition_id, {key: rendition or a_rendition()})
    return Roster(
        campaign_id=campaign.id,
        list_id=campaign.list_id,
        stream=Stream.EACH,
        now=now,
        renditions={key: ids[key]},
        fallback=ids[key],
        due={},
        batch_size=batch_size,
    )


def a_due_campaign(session: Session, mailing_list: MailingList, **edition: Any) -> UUID:
    """The campaign of an approved edition that is due and has not begun."""
    campaign = Campaign(
        edition_id=an_edition(session, mailing_list, **edition).id,
        list_id=mailing_list.id,
        due_at=NOW,
        expires_after=timedelta(days=1),
        doubt_policy=DoubtPolicy.RESEND,
        created_at=NOW,
        created_by="test",
    )
    session.add(campaign)
    session.flush()
    return campaign.id


def some_templates() -> TemplateSet:
    return TemplateSet({"edition/subject.txt": "{{ subject }}"})
