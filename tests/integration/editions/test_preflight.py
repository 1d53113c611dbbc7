"""Before an edition goes: what its surroundings say, and whether its links answer."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.change_look import change_look
from digest.actions.check_edition import check_edition
from digest.actions.check_links import BAD_FOR, GOOD_FOR, check_links
from digest.actions.relays import add_relay
from digest.domain.errors import Illegal
from digest.settings import Settings
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.lists import find_list
from tests.builders import NOW
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish
from tests.integration.fetch.server import Site, make_fetcher, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


def draft(db: Database, **changes) -> UUID:
    edition_id = build_edition(db, "daily", now=NOW, actor="ana").edition_id
    assert edition_id is not None
    return edition_id


def said(db: Database, settings: Settings, edition_id: UUID) -> list[tuple[str, str]]:
    found = check_edition(db, settings, edition_id, now=NOW)
    return [(finding.severity.value, finding.where) for finding in found]


def test_mail_that_leaves_the_machine_unsigned_is_a_warning(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    publish(db, 1, title="Ferries halt at noon")
    edition_id = draft(db)
    assert ("warning", "from") not in said(db, settings, edition_id)
    add_relay(db, settings, name="out", url="smtp://127.0.0.1:2525", now=NOW, actor="ana")
    assert ("warning", "from") in said(db, settings, edition_id)


def test_an_edition_of_what_stood_in_the_last_one_is_an_error(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    publish(db, 1, title="Ferries halt at noon")
    first = draft(db)
    approve_edition(db, settings, first, now=NOW, actor="ana")
    publish(db, 2, arrived_at=NOW + HOUR)
    second = build_edition(db, "daily", now=NOW + 2 * HOUR, actor="ana").edition_id
    assert second is not None
    assert ("error", "content") not in said(db, settings, second)
    with db.begin() as session:
        row = find_edition(session, second)
        row.content = find_edition(session, first).content
    assert said(db, settings, second)[0] == ("error", "content")
    assert ("warning", "subject") in said(db, settings, second)


def test_errors_block_approval_unless_the_list_lets_them_through(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    publish(db, 1)
    edition_id = draft(db)
    with db.begin() as session:
        find_list(session, "daily").postal_address = ""
    with pytest.raises(Illegal, match="postal address"):
        approve_edition(db, settings, edition_id, now=NOW, actor="ana")
    change_look(db, "daily", {"faults_block": False}, now=NOW, actor="ana")
    approve_edition(db, settings, edition_id, now=NOW, actor="ana")


def test_links_are_asked_once_and_remembered(db: Database, settings: Settings, site: Site) -> None:
    a_newsroom(db)
    site.serve("/good", b"x" * 100_000)
    site.serve("/moved", status=302, Location="/good")
    for number, path in enumerate(("/good", "/moved", "/gone")):
        publish(db, number, url=site.url(path))
    edition_id = draft(db)

    def ask(now=NOW) -> list[str]:
        found = check_links(db, settings, edition_id, now=now, fetcher=make_fetcher())
        return [finding.where for finding in found]

    assert ask() == [f"link {site.url('/gone')}"]
    assert sorted(site.paths()) == ["/gone", "/good", "/good", "/moved"]
    assert ask(NOW + BAD_FOR - timedelta(seconds=1)) == [f"link {site.url('/gone')}"]
    assert len(site.paths()) == 4
    site.serve("/gone")
    assert ask(NOW + BAD_FOR) == []
    assert len(site.paths()) == 5
    ask(NOW + GOOD_FOR)
    assert len(site.paths()) == 8
