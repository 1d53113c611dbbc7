"""Pages stay quick: how many queries one runs is bounded, and doesn't grow with what there is."""

from datetime import timedelta

import pytest

from bench.desk import counted
from digest.clock import utc_now
from digest.domain.role import Role
from digest.domain.states import EditionState, Stream
from digest.store.lists import ListCadence, find_list
from digest.store.runs import Run
from tests.builders import NOW, a_sending_campaign, a_source, an_edition
from tests.desk import an_account, logged_in, pages_of
from tests.desk_world import a_world

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST = 15


@pytest.fixture
def pages(client, db, settings) -> dict[str, str]:
    """Path of each page by its route, those of an edition for a sent one and for a draft."""
    world = a_world(db, settings)
    logged_in(client, Role.ADMIN)
    with db.begin() as session:
        account = str(an_account(session).id)
    ids = {**world.ids, "account_id": account, "name": "days"}
    drafts = pages_of({**ids, "edition_id": str(world.draft)})
    found = dict(pages_of(ids))
    return found | {f"{name} (draft)": path for name, path in drafts if "{edition_id}" in name}


def queries(client, db, pages) -> dict[str, int]:
    """How many each page runs."""
    found = {}
    for name, path in pages.items():
        with counted(db) as statements:
            answer = client.get(path)
        assert answer.status_code == 200, (name, answer.text[-300:])
        found[name] = len(statements)
    return found


def add_another_list(db, settings, number):
    """A list with a source, a run, a draft, and a campaign on its way."""
    slug = f"other-{number}"
    a_sending_campaign(db, settings, [f"reader{number}@amsel.example"], slug=slug)
    with db.begin() as session:
        added = find_list(session, slug)
        a_source(session, f"source-{number}", failures=3, error="It answered 503.")
        added.cadences = [ListCadence(stream=Stream.EACH, words="daily at 07:00", since=NOW)]
        an_edition(session, added, state=EditionState.DRAFT, number=2, branding=None)
        for hours in range(20):
            at = utc_now() - timedelta(hours=hours)
            session.add(
                Run(
                    list_id=added.id,
                    stream=Stream.EACH,
                    scheduled_at=at,
                    created_at=at,
                    changed_at=at,
                )
            )


def test_no_page_runs_more_than_fifteen_queries_however_many_lists_there_are(
    client, db, settings, pages
):
    assert len(pages) > 20
    few = queries(client, db, pages)
    for number in range(6):
        add_another_list(db, settings, number)
    many = queries(client, db, pages)
    assert {name: n for name, n in many.items() if n > MOST} == {}
    assert {name: (few[name], n) for name, n in many.items() if n > few[name]} == {}
