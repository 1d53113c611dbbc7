"""What was clicked, at the desk, by the API and on a terminal; and that readers are told."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from digest.actions.click_numbers import click_numbers
from digest.cli.app import app
from digest.clock import utc_now
from digest.domain.counting import Counting, link_key
from digest.domain.states import CampaignState, EditionState
from digest.store.links import OPENS, add_hits, keep_links
from digest.store.lists import find_list
from digest.tokens import Tokens
from digest.web.api.route import API
from tests.builders import a_branding, a_campaign, a_list, a_subscriber, an_edition
from tests.desk import logged_in
from tests.integration.api.conftest import as_role

TODAY = utc_now().date()
FERRIES, STRIKE = "https://ledger.example/ferries", "https://ledger.example/strike?a=1&b=2"


@pytest.fixture
def editions(db):
    """By what they count, an edition of each kind that is on its way, with the same rows."""
    with db.begin() as session:
        daily, ids = a_list(session), {}
        for number, counting in enumerate(Counting, 1):
            look = a_branding(counting=counting)
            edition = an_edition(
                session, daily, number=number, branding=look, state=EditionState.SENT
            )
            a_campaign(session, edition, state=CampaignState.DONE, started_at=utc_now())
            ids[counting] = edition.id
        for counting in (Counting.CLICKS, Counting.OPENS):
            one = ids[counting]
            keep_links(session, one, [FERRIES, STRIKE])
            yesterday = TODAY - timedelta(days=1)
            hits = {(one, link_key(FERRIES), yesterday): 2, (one, link_key(STRIKE), TODAY): 1_234}
            add_hits(session, hits | {(one, OPENS, TODAY): 5})
    return ids


def test_the_figures_add_up_on_both_databases(db, editions):
    found = click_numbers(db, editions[Counting.OPENS])
    assert (found.clicks, found.opens) == (1_236, 5)
    assert [(one.url, one.title, one.clicks) for one in found.links] == [
        (STRIKE, "", 1_234),
        (FERRIES, "Ferries to Norholm halt", 2),
    ]
    assert [(one.clicks, one.opens) for one in found.days] == [(2, 0), (1_234, 5)]
    assert click_numbers(db, editions[Counting.CLICKS]).opens is None
    assert click_numbers(db, editions[Counting.NONE]).clicks is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_desk_shows_them_by_link_and_day_and_by_edition(client, editions):
    logged_in(client, "reader")
    page = client.get(f"/desk/editions/{editions[Counting.OPENS]}/clicks").text
    assert "1,236" in page
    assert page.index("https://ledger.example/strike?a=1&amp;b=2") < page.index(FERRIES)
    assert "Ferries to Norholm halt" in page
    assert "counts nothing" in client.get(f"/desk/editions/{editions[Counting.NONE]}/clicks").text
    numbers = client.get("/desk/numbers").text
    assert numbers.count(">1,236<") == 2
    rows = client.get("/desk/numbers/editions.csv").text.splitlines()
    assert rows[0].endswith(",clicks,opens")
    assert sorted(row.rsplit(",", 2)[1:] for row in rows[1:]) == [
        ["", ""],
        ["1236", ""],
        ["1236", "5"],
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_programs_get_them_too(client, editions):
    as_role(client, "reader")
    found = client.get(f"{API}/editions/{editions[Counting.OPENS]}/clicks").json()
    assert (found["clicks"], found["opens"]) == (1_236, 5)
    assert found["links"][0] == {"url": STRIKE, "title": "", "clicks": 1_234}
    assert found["days"][-1] == {"day": TODAY.isoformat(), "clicks": 1_234, "opens": 5}
    nothing = client.get(f"{API}/editions/{editions[Counting.NONE]}/clicks").json()
    assert (nothing["clicks"], nothing["links"]) == (None, [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_asks_for_it_by_command_and_readers_are_told(db, settings, client, monkeypatch):
    with db.begin() as session:
        daily = a_list(session)
        person = a_subscriber(session, settings, "maria@post.example", daily)
        token = Tokens(settings.secret).subscription(person.id, daily.id)
    assert "counted" not in client.get(f"/p/{token}").text
    monkeypatch.setenv("DIGEST_DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    run = CliRunner().invoke(app, ["list", "rules", "daily", "--counting", "opens"])
    assert json.loads(run.output)["counting"] == "opens"
    with db.read() as session:
        assert find_list(session, "daily").branding.counting is Counting.OPENS
    assert "all readers together" in client.get(f"/p/{token}").text
