"""The desk and the API on SQLite and on PostgreSQL: each page, and the way of an edition."""

import re

from digest.actions.build_edition import build_edition
from digest.clock import utc_now
from digest.domain.states import CampaignState, EditionState
from digest.store.accounts import account_of
from digest.store.campaigns import find_campaign
from digest.store.editions import find_edition
from digest.web.api.routes import API_ROUTES
from tests.builders import a_sending_campaign
from tests.desk import logged_in, pages_of, post
from tests.desk_world import a_world
from tests.integration.api.conftest import as_role
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish


def test_every_page_of_the_desk_opens(client, db, settings):
    world = a_world(db, settings)
    logged_in(client, "admin")
    with db.read() as session:
        me = account_of(session, "admin@news.example").id
    ids = world.ids | {"account_id": str(me), "name": "editions"}
    for edition in (world.ids["edition_id"], str(world.draft)):
        opened = pages_of(ids | {"edition_id": edition})
        assert len(opened) > 20
        for pattern, path in opened:
            assert client.get(path).status_code == 200, pattern


def test_everything_that_the_api_tells_is_told(client, db, settings):
    world = a_world(db, settings)
    as_role(client, "admin")
    for route in API_ROUTES:
        if route.method == "GET":
            path = re.sub(r"{(\w+)}", lambda found: world.ids[found[1]], route.path)
            assert client.get(path).status_code == 200, route.path


def test_an_edition_goes_from_draft_to_approved(client, db):
    a_newsroom(db)
    now = utc_now()
    briefs = [publish(db, n, arrived_at=now - HOUR) for n in range(3)]
    draft = build_edition(db, "daily", now=now, actor="service").edition_id
    logged_in(client, "editor")
    here = f"/desk/editions/{draft}"
    forms = [
        ("words", {"version": 1, "subject": "By hand", "preheader": "p", "intro": "Hello"}),
        (f"briefs/{briefs[0]}", {"version": 2, "title": "Mine", "bullets": "One.\r\nTwo."}),
        (f"briefs/{briefs[1]}/place", {"version": 3, "step": "top"}),
        (f"briefs/{briefs[2]}/take-out", {"version": 4}),
        ("undo", {}),
        (f"briefs/{briefs[2]}/embargo", {"until": "2100-01-01T07:00"}),
        ("reject", {"note": "Once more, please."}),
        ("approve", {"version": 7}),
    ]
    for path, fields in forms:
        answer = post(client, f"{here}/{path}", fields)
        assert answer.status_code == 303, (path, re.findall(r'role="alert">([^<]*)', answer.text))
    with db.read() as session:
        edition = find_edition(session, draft)
    assert (edition.state, edition.content.subject) == (EditionState.APPROVED, "By hand")
    assert {brief.id for brief in edition.content.briefs} == set(briefs[:2])


def test_a_campaign_is_slowed_paused_resumed_and_cancelled(client, db, settings):
    campaign = a_sending_campaign(db, settings, ["maria@post.example", "boris@post.example"])
    logged_in(client, "operator")
    for act, fields, state in (
        ("rate", {"rate": "20/s"}, CampaignState.SENDING),
        ("pause", {}, CampaignState.PAUSED),
        ("resume", {}, CampaignState.SENDING),
        ("cancel", {"reason": "a drill"}, CampaignState.CANCELLED),
    ):
        path = f"/desk/campaigns/{campaign}/{act}"
        assert post(client, path, fields).status_code == 303, act
        with db.read() as session:
            assert find_campaign(session, campaign).state is state
