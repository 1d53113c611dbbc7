"""What editors and operators do at the desk, done by programs: drafts, rules, rates, tables."""

from datetime import timedelta

from sqlalchemy import select

from digest.clock import utc_now
from digest.domain.role import Role
from digest.domain.states import ConsentHow, SubscriptionState
from digest.store.consents import Consent
from digest.store.greetings import Greeting
from digest.store.subscribers import Subscription
from digest.web.api.route import API
from tests.desk import an_account
from tests.integration.api.conftest import as_role


def draft_of(client, world):
    return client.get(f"{API}/editions/{world.draft}").json()


def test_a_draft_is_changed_by_version_and_nobodys_words_are_lost(client, world):
    as_role(client, "editor")
    here = f"{API}/editions/{world.draft}"
    first = draft_of(client, world)
    brief, version = first["carried"][0]["id"], first["version"]
    changed = client.patch(here, json={"version": version, "subject": "By program"}).json()
    assert (changed["subject"], changed["version"]) == ("By program", version + 1)
    words = {"version": version, "title": "Another headline", "bullets": ["One.", "Two."]}
    assert client.patch(f"{here}/briefs/{brief}", json=words).json()["carried"][0]["bullets"] == [
        "One.",
        "Two.",
    ]
    late = client.patch(here, json={"version": version, "subject": "Too late"})
    assert late.status_code == 409
    assert "changed this meanwhile; nothing was saved." in late.json()["detail"]
    version = draft_of(client, world)["version"]
    put = client.post(
        f"{here}/briefs", json={"version": version, "brief": world.ids["brief_id"]}
    ).json()
    assert [one["id"] for one in put["carried"]] == [brief, world.ids["brief_id"]]
    spot = {"version": put["version"], "section": "", "position": 0}
    moved = client.put(f"{here}/briefs/{world.ids['brief_id']}/place", json=spot).json()
    assert [one["id"] for one in moved["carried"]] == [world.ids["brief_id"], brief]
    less = client.delete(
        f"{here}/briefs/{world.ids['brief_id']}", params={"version": moved["version"]}
    ).json()
    assert [one["why"] for one in less["excluded"]] == [
        "taken out by admin@news.example (token test)"
    ]
    assert len(client.post(f"{here}/undo").json()["carried"]) == 2
    assert len(client.post(f"{here}/redo").json()["carried"]) == 1
    note = {"note": "The figures are of last year."}
    assert client.post(f"{here}/reject", json=note).json()["state"] == "draft"


def test_an_embargo_holds_a_brief_back(client, world):
    as_role(client, "editor")
    path = f"{API}/editions/{world.draft}/briefs/{world.ids['brief_id']}/embargo"
    until = (utc_now() + timedelta(days=2)).isoformat()
    assert client.put(path, json={"until": until}).json() == {"editions": []}
    assert client.put(path, json={"until": None}).status_code == 200
    assert client.put(path, json={"until": "soon"}).status_code == 422


def test_a_one_off_is_planned_once_for_its_key(client, world):
    as_role(client, "editor")
    client.post(f"{API}/editions/{world.draft}/withdraw", json={})
    path = f"{API}/lists/daily/one-offs"
    body = {"at": (utc_now() + timedelta(hours=5)).isoformat()}
    headers = {"Idempotency-Key": "the-evening-one"}
    assert client.post(path, json=body).status_code == 422
    first, again = (client.post(path, json=body, headers=headers) for _ in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    shown = client.get(f"{API}/editions/{first.json()['edition']}").json()
    assert shown["state"] == "draft"


def test_an_operator_changes_rules_and_nothing_else(client, world):
    as_role(client, "operator")
    path = f"{API}/lists/daily/rules"
    given = {"approval": "required", "lead_time": 90, "test_recipients": ["@Lab.example"]}
    changed = client.patch(path, json=given | {"max_related": 0}).json()
    assert changed["max_related"] == 0
    assert (changed["approval"], changed["lead_time"]) == ("required", 90)
    assert changed["test_recipients"] == ["@lab.example"]
    assert client.get(path).json() == changed
    assert client.patch(path, json={"name": "x"}).status_code == 422
    assert client.patch(path, json={"min_items": 9, "max_items": 2}).status_code == 400
    as_role(client, "editor")
    assert client.patch(path, json=given).status_code == 403


def test_relays_and_rates_are_changed_and_no_password_comes_back(client, world):
    as_role(client, "admin")
    main = f"{API}/relays/main"
    url = "smtp://news:secret@mail.example:587"
    kept = client.put(main, json={"url": url})
    assert kept.json()["url"] == "smtp://news@mail.example:587"
    assert client.put(main, json={"url": "maildir:///etc"}).status_code == 400
    used = client.patch(main, json={"weight": 3, "connections": 20}).json()
    assert (used["enabled"], used["weight"], used["connections"]) == (True, 3, 20)
    assert client.patch(main, json={"connections": 0}).json()["connections"] is None
    assert client.put(f"{main}/rate", json={"rate": "100 per second"}).json() == {"rate": "100/s"}
    assert client.put(f"{API}/limits/slow.example", json={"rate": "5/s"}).status_code == 200
    campaign = world.ids["campaign_id"]
    assert client.put(f"{API}/campaigns/{campaign}/rate", json={"rate": "20/s"}).status_code == 200
    limits = {(one["scope"], one["name"]) for one in client.get(f"{API}/limits").json()["items"]}
    assert limits == {("relay", "main"), ("domain", "slow.example"), ("campaign", campaign)}
    assert client.put(f"{API}/limits/slow.example", json={"rate": None}).json() == {"rate": None}
    assert "secret" not in client.get(f"{API}/relays").text
    as_role(client, "operator")
    assert client.put(main, json={"url": url}).status_code == 403


def test_a_token_sees_and_ends_its_owners_and_itself(client, world):
    as_role(client, "reader")
    as_role(client, "reader", of="editor")
    (mine,) = client.get(f"{API}/tokens").json()["items"]
    assert (mine["role"], mine["is_this"]) == ("reader", True)
    assert client.post(f"{API}/tokens", json={}).status_code == 405, "people make them"
    assert client.delete(f"{API}/tokens/{mine['id']}").status_code == 204
    assert client.get(f"{API}/tokens").status_code == 401


TABLE = b"email,name\nlena@post.example,Lena\nnobody,-\nreader1@post.example,One\n"


def test_a_table_of_people_goes_in_and_comes_out(client, world, monkeypatch):
    monkeypatch.setattr("digest.web.api.tables.CHUNK", 2)
    as_role(client, "operator")
    path = f"{API}/lists/daily/subscribers/import"
    csv = {"Content-Type": "text/csv"}
    tried = client.post(path, content=TABLE, headers=csv, params={"dry_run": True}).json()
    done = client.post(path, content=TABLE, headers=csv).json()
    assert tried == done
    assert done["rows"] == 3
    assert (done["counts"]["added"], done["counts"]["unchanged"], done["rejected"]) == (1, 1, 1)
    assert [fault["line"] for fault in done["faults"]] == [3]
    out = client.get(f"{API}/lists/daily/subscribers.csv", params={"state": "confirmed"})
    assert out.headers["content-type"].startswith("text/csv")
    lines = out.text.splitlines()
    assert lines[0].startswith("email,name,list")
    assert len(lines) == 7
    assert any(line.startswith("lena@post.example,Lena,daily,confirmed") for line in lines)
    assert client.post(path, content=b"PK\x03\x04", headers=csv).status_code == 400
    as_role(client, "editor")
    assert client.post(path, content=TABLE, headers=csv).status_code == 403


LEFT = b"uuid,email,name,attributes,status\n1,lena@post.example,Lena,{},enabled\n2,-,,{},enabled\n"


def test_a_services_export_goes_in_by_who_may_suppress_for_all_lists(client, db, world):
    as_role(client, "operator")
    path = f"{API}/lists/daily/subscribers/import"
    given = {"content": LEFT, "headers": {"Content-Type": "text/csv"}}
    said = {"from": "listmonk", "as": "unsubscribed"}
    done = client.post(path, **given, params=said).json()
    assert (done["rows"], done["partings"]["kept_away"], done["rejected"]) == (2, 1, 1)
    assert client.post(path, **given, params={"from": "listmonk"}).status_code == 400
    assert client.post(path, **given, params={"from": "keila"}).status_code == 422
    with db.begin() as session:
        an_account(session, "guest@news.example", None, lists={world.list_id: Role.OPERATOR})
    as_role(client, "operator", of="guest")
    assert client.post(path, **given).status_code == 200
    assert client.post(path, **given, params=said).status_code == 403


def test_a_sign_up_asks_the_person_and_answers_alike_for_everybody(client, db, world):
    as_role(client, "operator")
    path = f"{API}/lists/daily/sign-ups"
    for address in ("lena@post.example", "reader1@post.example"):
        body = {"address": address, "origin": "https://ledger.example/join"}
        assert client.post(path, json=body).status_code == 202
    with db.read() as session:
        (greeting,) = session.scalars(select(Greeting))
        place = session.scalar(
            select(Subscription).where(Subscription.subscriber_id == greeting.subscriber_id)
        )
        assert place.state is SubscriptionState.PENDING
        consents = session.scalars(select(Consent)).all()
    assert {(one.how, one.origin) for one in consents} == {
        (ConsentHow.API, "https://ledger.example/join")
    }
