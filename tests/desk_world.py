"""Something of everything, for tests that go through all pages or all of the API."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.domain.states import EditionState, Stream
from digest.settings import Settings
from digest.store.briefs import Brief
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.engine import Database
from digest.store.imports import PeopleImport
from digest.store.lists import ListCadence, ListSource, find_list
from digest.store.runs import Run
from tests.builders import NOW, a_sending_campaign, a_source, an_edition


@dataclass(frozen=True)
class World:
    """Ids of what there is, by the names of path parameters."""

    ids: dict[str, str]
    draft: UUID
    list_id: UUID


def a_world(db: Database, settings: Settings) -> World:
    """A list with a source, a brief, a run, a draft, and a campaign on its way to five people."""
    people = [f"reader{n}@post.example" for n in range(5)]
    campaign = a_sending_campaign(db, settings, people)
    seed_relay(db, settings, utc_now())
    with db.begin() as session:
        daily = find_list(session, "daily")
        source = a_source(session)
        daily.feeds = [ListSource(source_id=source.id, categories=(), rank=0)]
        daily.cadences = [ListCadence(stream=Stream.EACH, words="daily at 07:00", since=NOW)]
        brief = Brief(
            source_id=source.id,
            url="https://ledger.example/ferries",
            title="Ferries to Norholm halt",
            bullets=("All lines halted at noon.",),
            body=("The harbour is closed.",),
            teaser="",
            categories=(),
            arrived_at=NOW,
            updated_at=NOW,
            checksum="0",
        )
        run = Run(
            list_id=daily.id, stream=Stream.EACH, scheduled_at=NOW, created_at=NOW, changed_at=NOW
        )
        session.add_all([brief, run])
        draft = an_edition(session, daily, state=EditionState.DRAFT, number=2, branding=None)
        session.flush()
        delivery = session.scalars(select(Delivery).limit(1)).one()
        table = a_table(daily.id)
        session.add(table)
        session.flush()
        ids = {
            "import_id": str(table.id),
            "list_slug": daily.slug,
            "campaign_id": str(campaign),
            "edition_id": str(session.get_one(Campaign, campaign).edition_id),
            "run_id": str(run.id),
            "delivery_id": str(delivery.id),
            "subscriber_id": str(delivery.subscriber_id),
            "source_slug": source.slug,
            "brief_id": str(brief.id),
            "stream": "each",
        }
        return World(ids, draft.id, daily.id)


def a_table(list_id: UUID) -> PeopleImport:
    """A table of one person, uploaded and not started."""
    return PeopleImport(
        list_id=list_id,
        file_name="people.csv",
        size=30,
        content=b"email,name\nana@post.example,Ana",
        created_at=NOW,
        created_by="test",
        touched_at=NOW,
    )
